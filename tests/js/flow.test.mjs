// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";

import { ballotsLeft, bannerOf, canGoOn, isSpent, next, start, supersedes } from "../../voting/static/voting/booth/engine/flow.js";

const [FIRST, SECOND] = ["a".repeat(64), "b".repeat(64)];
const [MINE, THEIRS] = ["c".repeat(64), "d".repeat(64)];
const IDENTIFIED = { type: "identified", credential: MINE, ballots: [], limit: 3, isCounted: true };
const REVIEW = { type: "show", step: "review" };

function after(...events) {
  return events.reduce(next, start({ owner: MINE, selections: { mayor: { ada: 1 } } }));
}

function sealed(state, tracker = FIRST) {
  return next(state, { type: "sealed", turn: state.turn, tracker, checkCode: "CODE" });
}

const AT = {
  identify: after(),
  choose: after(IDENTIFIED),
  review: after(IDENTIFIED, REVIEW),
  "review, sealed": sealed(after(IDENTIFIED, REVIEW)),
};
AT["ask-test"] = next(AT["review, sealed"], { type: "ask-test" });
AT.sending = next(AT["review, sealed"], { type: "cast" });
AT["sending a test"] = next(AT["ask-test"], { type: "test" });
AT.unconfirmed = next(AT.sending, { type: "unknown", why: "no-answer" });
AT["unconfirmed, refused"] = next(AT.sending, { type: "unknown", why: "refused" });
AT.confirmed = next(AT.sending, { type: "accepted" });
AT.refused = next(AT.sending, { type: "refused", code: "not-open" });
AT.stale = next(AT.sending, { type: "refused", code: "stale-supersedes" });
AT.tested = next(AT["sending a test"], { type: "accepted" });
AT["unconfirmed test"] = next(AT["sending a test"], { type: "unknown", why: "no-answer" });
AT.voted = after({ ...IDENTIFIED, ballots: [FIRST, SECOND], limit: 2 });

const EVENTS = {
  identified: IDENTIFIED,
  choose: { type: "choose", contest: "mayor", selection: {} },
  "show a question": { type: "show", step: "choose", index: 1 },
  "show the review": REVIEW,
  "show the code": { type: "show", step: "identify" },
  sealed: { type: "sealed", turn: 1, tracker: SECOND, checkCode: "OTHER" },
  resumed: { type: "resumed", tracker: SECOND, checkCode: "OTHER" },
  cast: { type: "cast" },
  "ask-test": { type: "ask-test" },
  test: { type: "test" },
  retry: { type: "retry" },
  again: { type: "again" },
  "another-code": { type: "another-code" },
  forgotten: { type: "forgotten" },
  lost: { type: "lost" },
  accepted: { type: "accepted" },
  unknown: { type: "unknown", why: "busy" },
  refused: { type: "refused", code: "not-open" },
};

/** What each event does at each step; whatever is not listed changes nothing. */
const LEFT = { "another-code": "identify", forgotten: "identify" };
const BEFORE_SENDING = { ...LEFT, lost: "identify", "show a question": "choose", "show the code": "identify" };
const MOVES = {
  identify: { ...LEFT, identified: "choose", resumed: "sending" },
  choose: { ...BEFORE_SENDING, choose: "choose", "show the review": "review" },
  review: { ...BEFORE_SENDING, sealed: "review" },
  "review, sealed": { ...BEFORE_SENDING, cast: "sending", "ask-test": "ask-test" },
  "ask-test": { ...BEFORE_SENDING, test: "sending", "show the review": "review" },
  sending: { accepted: "confirmed", unknown: "unconfirmed", refused: "refused", forgotten: "sending", lost: "identify" },
  "sending a test": { accepted: "tested", unknown: "unconfirmed", refused: "refused", forgotten: "sending", lost: "identify" },
  unconfirmed: { retry: "sending", forgotten: "unconfirmed" },
  "unconfirmed test": { retry: "sending", again: "choose", forgotten: "unconfirmed" },
  "unconfirmed, refused": { retry: "sending", again: "identify", forgotten: "unconfirmed" },
  confirmed: { again: "identify", "another-code": "identify" },
  refused: { again: "identify", "another-code": "identify", forgotten: "refused" },
  stale: { again: "identify", "another-code": "identify", forgotten: "stale" },
  tested: { again: "choose", "another-code": "identify", forgotten: "tested" },
  voted: { "another-code": "identify", forgotten: "voted" },
};

for (const [place, state] of Object.entries(AT)) {
  for (const [name, event] of Object.entries(EVENTS)) {
    const expected = MOVES[place][name];
    test(`at ${place}, ${name} ${expected ? `leads to ${expected}` : "changes nothing"}`, () => {
      const found = next(state, event);
      if (expected) {
        assert.equal(found.step, expected);
        assert.notEqual(found, state);
      } else {
        assert.equal(found, state);
      }
    });
  }
}

test("a second click on Cast sends nothing more", () => {
  assert.equal(next(AT.sending, { type: "cast" }), AT.sending);
});

test("what was fixed before a change is fixed no longer", () => {
  const before = next(AT["review, sealed"], { type: "show", step: "choose", index: 0 });
  assert.equal(next(before, REVIEW).sealed.tracker, FIRST);
  const changed = next(before, { type: "choose", contest: "mayor", selection: {} });
  assert.equal(changed.sealed, undefined);
  const review = next(changed, REVIEW);
  assert.equal(next(review, { type: "sealed", turn: before.turn, tracker: SECOND, checkCode: "LATE" }), review);
});

test("nothing is cast before it is fixed", () => {
  assert.equal(next(AT.review, { type: "cast" }), AT.review);
  assert.equal(next(AT.review, { type: "ask-test" }), AT.review);
});

test("whoever has no ballot left is told so at once", () => {
  assert.deepEqual([AT.voted.step, AT.voted.why, supersedes(AT.voted)], ["voted", "", SECOND]);
  assert.ok(isSpent(AT.voted));
});

test("how many ballots are left is said if it is proven, and that there are some if it is not", () => {
  assert.deepEqual([AT.confirmed, AT.voted].map(ballotsLeft), [2, 0]);
  assert.equal(ballotsLeft({ ...AT.confirmed, isCounted: false, ballots: [FIRST, SECOND, MINE] }), undefined);
  assert.equal(ballotsLeft(start({ owner: "", selections: {} })), 0);
});

test("the next ballot supersedes the last one", () => {
  assert.equal(supersedes(AT.choose), "");
  assert.equal(supersedes(after({ ...IDENTIFIED, ballots: [SECOND, FIRST] })), FIRST);
  assert.equal(supersedes(AT.confirmed), FIRST);
});

test("the same ballot accepted twice stands once", () => {
  const twice = { ...AT.sending, ballots: [FIRST] };
  assert.deepEqual(next(twice, { type: "accepted" }).ballots, [FIRST]);
});

test("choices are forgotten when the ballot is on the board, and kept over a test", () => {
  assert.deepEqual(AT.confirmed.selections, {});
  assert.deepEqual(AT.tested.selections, { mayor: { ada: 1 } });
  assert.deepEqual(AT.unconfirmed.selections, { mayor: { ada: 1 } });
});

test("the banner says what is known, and no more", () => {
  const said = Object.fromEntries(Object.entries(AT).map(([place, state]) => [place, bannerOf(state)]));
  assert.deepEqual(said, {
    identify: "not-known", choose: "not-voted", review: "not-voted", "review, sealed": "not-voted", "ask-test": "not-voted",
    sending: "not-confirmed", unconfirmed: "not-confirmed", "unconfirmed, refused": "not-confirmed", confirmed: "on-board", "sending a test": "not-voted",
    refused: "not-voted", stale: "none", tested: "not-voted", "unconfirmed test": "not-voted", voted: "on-board",
  });
  assert.equal(bannerOf(next(AT.sending, { type: "refused", code: "limit-reached" })), "none");
  assert.equal(bannerOf(after({ ...IDENTIFIED, ballots: [FIRST] })), "voted-before");
});

test("choices are shown to the credential that made them, and to no other", () => {
  assert.deepEqual(AT.choose.selections, { mayor: { ada: 1 } });
  const other = after({ ...IDENTIFIED, credential: THEIRS });
  assert.deepEqual([other.owner, other.selections], [THEIRS, {}]);
  const back = [{ type: "another-code" }, IDENTIFIED].reduce(next, other);
  assert.deepEqual([back.owner, back.selections], [MINE, {}]);
});

test("choices that are nobody's are shown to nobody", () => {
  const state = next(start({ owner: "", selections: { mayor: { ada: 1 } } }), IDENTIFIED);
  assert.deepEqual(state.selections, {});
});

test("a worker that stopped by itself is said so, and the choices stay", () => {
  const state = next(AT.sending, { type: "lost" });
  assert.deepEqual([state.why, state.credential, state.owner, state.selections], ["stopped", "", MINE, { mayor: { ada: 1 } }]);
  assert.ok(state.turn > AT.sending.turn);
  assert.equal(next(state, IDENTIFIED).why, "");
});

test("after a test whose key is gone the code is asked for again", () => {
  const state = [{ type: "forgotten" }, { type: "again" }].reduce(next, AT.tested);
  assert.deepEqual([state.step, state.hasKey, state.selections], ["identify", false, { mayor: { ada: 1 } }]);
});

test("a test that gets no answer stands in nobody's way, a ballot does", () => {
  assert.deepEqual([canGoOn(AT["unconfirmed test"]), canGoOn(AT.unconfirmed)], [true, false]);
  assert.equal(next(AT["unconfirmed test"], { type: "again" }).sealed, undefined);
});

test("coming back while the ballot is locked shows the review, not another ballot", () => {
  const away = [{ type: "show", step: "choose", index: 0 }, REVIEW].reduce(next, AT.review);
  assert.equal(away.turn, AT.review.turn);
});
