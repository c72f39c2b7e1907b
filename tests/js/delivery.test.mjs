// SPDX-License-Identifier: AGPL-3.0-or-later
/** What is kept and sent of a ballot, and what an answer is worth if an earlier sending had none. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Memory } from "../../voting/static/voting/booth/engine/memory.js";
import { formatCheckCode } from "../../voting/static/voting/booth/credentials/codes.js";
import { AnotherEntry, BadAnswer } from "../../voting/static/voting/booth/errors.js";
import { toHex, utf8 } from "../../voting/static/voting/booth/octets.js";
import { submissionOf } from "../../voting/static/voting/booth/record/ballot.js";
import { Delivery } from "../../voting/static/voting/booth/ui/vote/delivery.js";

const [MINE, EARLIER, LATER] = ["a", "b", "c"].map((digit) => digit.repeat(64));
const KEY = new Uint8Array(32).fill(7);
const SEALED = { fate: "ballot", sealed: { tracker: MINE, checkCode: "" }, credential: toHex(KEY) };
const RECEIPT = { entry: "{}", receipt: "proof" };
const LOST = { kind: "unknown", why: "no-answer", isRepeat: true };

const refusal = (code, isRepeat = false) => ({ kind: "refused", answer: { code, message: "", refusal: "note" }, isRepeat });

function ballot(supersedes = "") {
  return utf8(JSON.stringify({ credential: Buffer.from(KEY).toString("base64url"), supersedes }));
}

function store() {
  const items = {};
  return { items, getItem: (key) => items[key] ?? null, setItem: (key, value) => (items[key] = value), removeItem: (key) => delete items[key] };
}

/** A delivery, what it sends, and what it keeps. `board`: trackers of this code's ballots, in order, that the server shows. */
function delivery(outcomes, { board = [], supersedes = "", find, confirm = async () => ({ seq: board.indexOf(MINE) }) } = {}) {
  const [bodies, kept, sent] = [[], store(), ballot(supersedes)];
  const server = {
    send: async (_type, body) => {
      bodies.push(body);
      return outcomes[Math.min(bodies.length, outcomes.length) - 1];
    },
    standing: async () => ({ ballots: board.map((tracker) => ({ tracker })) }),
    find: find ?? (async (tracker) => (board.includes(tracker) ? { ...RECEIPT, payloadSha256: "" } : undefined)),
    blob: async () => new Uint8Array(),
  };
  const engine = {
    hasEnded: false, confirm, stop: () => {}, refusal: async () => ({}),
    cast: async () => ({ sent, body: submissionOf(sent, new Uint8Array([1, 2, 3])) }),
    checkSigned: async ({ digits }) => ({ credential: SEALED.credential, seq: board.indexOf(digits) }),
  };
  const election = { fingerprint: "f" };
  const memory = new Memory(kept, "f");
  return { one: new Delivery({ server, election }, { engine, live: async () => engine }, memory), bodies, memory, sent };
}

test("what is kept of a ballot is the ballot, and what is sent after a reload is that without its commitments", async () => {
  const { one, bodies, memory, sent } = delivery([LOST]);
  await one.send(SEALED);
  const text = new TextDecoder().decode(sent);
  assert.deepEqual([memory.sent, one.isKept], [{ ballot: text, tracker: MINE }, true]);
  const { one: reloaded, bodies: resent } = delivery([LOST]);
  reloaded.resume(memory.sent);
  await reloaded.send(SEALED);
  assert.deepEqual([...bodies, ...resent], [submissionOf(sent, new Uint8Array([1, 2, 3])), submissionOf(sent)]);
});

test("whoever sends it again sends the identical ballot, and spares the line the commitments", async () => {
  const { one, bodies, sent } = delivery([LOST]);
  await one.send(SEALED);
  await one.send(SEALED);
  assert.deepEqual(bodies[1], submissionOf(sent));
});

test("a refusal at once is believed, and the ballot is forgotten", async () => {
  const { one, memory } = delivery([refusal("not-open")]);
  assert.deepEqual(await one.send(SEALED), { type: "refused", code: "not-open" });
  assert.equal(memory.sent, undefined);
});

for (const [way, outcomes] of Object.entries({
  "after a sending without an answer": [LOST, refusal("not-open")], "by an attempt after one without an answer": [refusal("not-open", true)],
})) {
  test(`a ballot that is refused ${way} may be on the board, and is looked for there`, async () => {
    const { one, memory } = delivery(outcomes, { board: [EARLIER, MINE] });
    for (const _ of outcomes.slice(1)) await one.send(SEALED);
    assert.deepEqual(await one.send(SEALED), { type: "accepted" });
    assert.deepEqual([JSON.parse(one.receipt.file).tracker, one.receipt.seq, one.rival, memory.sent], [MINE, 1, "", undefined]);
  });

  test(`a ballot that is refused ${way}, and not found, may still be counted and is kept`, async () => {
    for (const given of [
      {}, { board: [EARLIER], supersedes: EARLIER }, { find: async () => { throw new BadAnswer("503"); } },
      { board: [MINE], confirm: async () => { throw new AnotherEntry("no"); } },
    ]) {
      const { one, memory } = delivery(outcomes, given);
      for (const _ of outcomes.slice(1)) await one.send(SEALED);
      assert.deepEqual(await one.send(SEALED), { type: "unknown", why: "refused" });
      assert.deepEqual([memory.sent?.tracker, one.refusalCode], [MINE, "not-open"]);
    }
  });
}

for (const code of ["stale-supersedes", "limit-reached"]) {
  test(`${code}, after a sending without an answer, settles the matter only with a ballot that came after the one before`, async () => {
    for (const [board, expected] of [
      [[EARLIER, LATER], { type: "refused", code }], [[EARLIER], { type: "unknown", why: "refused" }],
      [[LATER, EARLIER], { type: "unknown", why: "refused" }], [[], { type: "unknown", why: "refused" }],
    ]) {
      const { one, memory } = delivery([refusal(code, true)], { board, supersedes: EARLIER });
      assert.deepEqual(await one.send(SEALED), expected);
      assert.equal(one.rival, expected.type === "refused" ? formatCheckCode(LATER) : "");
      assert.equal(memory.sent === undefined, expected.type === "refused");
    }
  });
}

test("the ballot that an overtaken one was to replace did not overtake it", async () => {
  const { one } = delivery([refusal("stale-supersedes")], { board: [EARLIER], supersedes: EARLIER });
  assert.deepEqual(await one.send(SEALED), { type: "refused", code: "stale-supersedes" });
  assert.deepEqual([one.rival, one.isDenied], ["", true]);
});

test("whoever has no ballot left is shown the last one, which counts", async () => {
  const { one } = delivery([refusal("limit-reached")], { board: [EARLIER], supersedes: EARLIER });
  await one.send(SEALED);
  assert.equal(one.rival, formatCheckCode(EARLIER));
});
