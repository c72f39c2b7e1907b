// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";

import { bannerOf, isSpent, next, start, supersedes } from "../../voting/static/voting/booth/engine/flow.js";

const [FIRST, SECOND] = ["a".repeat(64), "b".repeat(64)];
const IDENTIFIED = { type: "identified", credential: "c".repeat(64), ballots: [], limit: 3 };
const REVIEW = { type: "show", step: "review" };

function after(...events) {
  return events.reduce(next, start({ mayor: { ada: 1 } }));
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
AT.confirmed = next(AT.sending, { type: "accepted" });
AT.refused = next(AT.sending, { type: "refused", code: "not-open" });
AT.stale = next(AT.sending, { type: "refused", code: "stale-supersedes" });
AT.tested = next(AT["sending a test"], { type: "accepted" });

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
  forgotten: { type: "forgotten" },
  accepted: { type: "accepted" },
  unknown: { type: "unknown", why: "busy" },
  refused: { type: "refused", code: "not-open" },
};

/** What each event does at each step; whatever is not listed changes nothing. */
const MOVES = {
  identify: { identified: "choose", resumed: "sending", forgotten: "identify" },
  choose: { choose: "choose", "show a question": "choose", "show the review": "review", "show the code": "identify", forgotten: "identify" },
  review: { sealed: "review", "show a question": "choose", "show the code": "identify", forgotten: "identify" },
  "review, sealed": { cast: "sending", "ask-test": "ask-test", "show a question": "choose", "show the code": "identify", forgotten: "identify" },
  "ask-test": { test: "sending", "show a question": "choose", "show the review": "review", "show the code": "identify", forgotten: "identify" },
  sending: { accepted: "confirmed", unknown: "unconfirmed", refused: "refused" },
  "sending a test": { accepted: "tested", unknown: "unconfirmed", refused: "refused" },
  unconfirmed: { retry: "sending" },
  confirmed: { again: "identify" },
  refused: { again: "identify" },
  stale: { again: "identify" },
  tested: { again: "choose" },
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
  const state = after({ ...IDENTIFIED, ballots: [FIRST, SECOND], limit: 2 });
  assert.deepEqual([state.step, state.why], ["refused", "limit-reached"]);
  assert.ok(isSpent(state));
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
    identify: "not-voted", choose: "not-voted", review: "not-voted", "review, sealed": "not-voted", "ask-test": "not-voted",
    sending: "not-confirmed", unconfirmed: "not-confirmed", confirmed: "on-board", "sending a test": "not-voted",
    refused: "not-voted", stale: "not-voted", tested: "not-voted",
  });
  assert.equal(bannerOf(after({ ...IDENTIFIED, ballots: [FIRST] })), "voted-before");
});
