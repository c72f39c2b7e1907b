// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";

import { Server } from "../../voting/static/voting/booth/engine/server.js";
import { getJson, getOctets, send } from "../../voting/static/voting/booth/engine/transport.js";
import { utf8 } from "../../voting/static/voting/booth/octets.js";
import { refuses, refusesLater } from "./support.mjs";

const BODY = utf8('{"ballot":{},"commitments":""}');
const RECEIPT = { tracker: "a".repeat(64), seq: 4, entry: "{}", receipt: "c2sp.org/tlog-proof@v1\n" };
const REFUSAL = { code: "not-open", message: "closed", refusal: "note" };

/** A network that gives these answers, one after the other; the last one again and again. */
function network(...answers) {
  const seen = [];
  return {
    seen,
    waits: [],
    async fetch(address, options) {
      seen.push({ address, ...options });
      const answer = answers[Math.min(seen.length, answers.length) - 1];
      if (answer instanceof Error) throw answer;
      return answer();
    },
    async wait(ms) {
      this.waits.push(ms);
    },
  };
}

function json(status, value, headers = {}) {
  return () => new Response(JSON.stringify(value), { status, headers });
}

test("an answer at once is one request, without cookies or redirects", async () => {
  const net = network(json(201, { ...RECEIPT, more: 1 }));
  assert.deepEqual(await send("/x", BODY, net), { kind: "accepted", answer: RECEIPT, isRepeat: false });
  const [{ credentials, redirect, method }] = net.seen;
  assert.deepEqual([net.seen.length, credentials, redirect, method], [1, "omit", "error", "POST"]);
});

test("a lost connection is tried again with the identical octets", async () => {
  const net = network(new TypeError("failed"), new TypeError("failed"), json(200, RECEIPT));
  assert.equal((await send("/x", BODY, net)).kind, "accepted");
  assert.equal(net.seen.length, 3);
  assert.ok(net.seen.every(({ body }) => body === BODY));
  assert.deepEqual(net.waits, [500, 1500]);
});

const LEAN = utf8("{}");

test("what can be spared is not sent again once the line has lost it, but a busy server gets it again", async () => {
  for (const [lost, bodies] of [[new TypeError("failed"), [BODY, LEAN, LEAN]], [json(503, REFUSAL), [BODY, BODY, BODY]]]) {
    const net = network(lost, lost, json(200, RECEIPT));
    await send("/x", BODY, net, LEAN);
    assert.deepEqual(net.seen.map(({ body }) => body), bodies);
  }
});

for (const first of [new TypeError("failed"), json(503, REFUSAL), () => new Response("<html>")]) {
  test("an answer to a second attempt says that the first one may have arrived", async () => {
    const outcome = await send("/x", BODY, network(first, json(409, REFUSAL)));
    assert.deepEqual(outcome, { kind: "refused", answer: REFUSAL, isRepeat: true });
  });
}

test("three megabytes have the time that they take on a slow line", async (context) => {
  const timeout = context.mock.method(globalThis.AbortSignal, "timeout");
  for (const length of [3_000_000, 3000]) await send("/x", new Uint8Array(length), network(json(201, RECEIPT)));
  assert.deepEqual(timeout.mock.calls.map(({ arguments: [ms] }) => ms), [60_000 + 375_000, 60_000 + 375]);
});

test("a refusal is not asked for twice", async () => {
  const net = network(json(409, REFUSAL));
  assert.deepEqual(await send("/x", BODY, net), { kind: "refused", answer: REFUSAL, isRepeat: false });
  assert.equal(net.seen.length, 1);
});

test("a busy server is asked again when it says, within bounds", async () => {
  const net = network(json(503, REFUSAL, { "Retry-After": "3" }), json(503, REFUSAL, { "Retry-After": "9999" }), json(201, RECEIPT));
  assert.equal((await send("/x", BODY, net)).kind, "accepted");
  assert.deepEqual(net.waits, [3000, 10_000]);
});

for (const [name, answer, why] of [
  ["no connection", new TypeError("failed"), "no-answer"],
  ["a server that stays busy", json(503, REFUSAL), "busy"],
  ["a ballot that witnesses have not signed for yet", json(503, { ...REFUSAL, code: "intake-unwitnessed" }), "unwitnessed"],
  ["a server that failed over it", json(503, { ...REFUSAL, code: "intake-failed" }), "failed"],
  ["a server that is still at it", json(503, { ...REFUSAL, code: "intake-undecided" }), "undecided"],
  ["a server with a reason of its own", json(503, { ...REFUSAL, code: "constructor" }), "busy"],
  ["a page instead of an answer", () => new Response("<html>", { status: 200 }), "bad-answer"],
  ["a receipt without a proof", json(201, { ...RECEIPT, receipt: undefined }), "bad-answer"],
  ["a receipt whose place is no number", json(201, { ...RECEIPT, seq: "4" }), "bad-answer"],
  ["a refusal without a reason", json(409, { message: "no" }), "bad-answer"],
  ["null", json(201, null), "bad-answer"],
  ["an endless answer", () => new Response("x".repeat(300_000)), "bad-answer"],
  ["an answer that announces too much", () => new Response("{}", { headers: { "Content-Length": "999999999" } }), "bad-answer"],
]) {
  test(`${name} leaves it unknown, after four attempts`, async () => {
    const net = network(answer);
    assert.deepEqual(await send("/x", BODY, net), { kind: "unknown", why, isRepeat: true });
    assert.equal(net.seen.length, 4);
  });
}

test("what is not JSON is no answer", async () => {
  await refusesLater(() => getJson("/x", network(() => new Response("<html>"))), "BadAnswer");
  await refusesLater(() => getOctets("/x", network(() => new Response("", { status: 404 }))), "BadAnswer");
});

const STANDING = { on_roll: true, limit: 3, ballots: [{ tracker: "a".repeat(64), seq: 4 }], state: "open", weight: 1, revoked: "" };
const FOUND = {
  type: "ballot", tracker: "a".repeat(64), entry: "{}", receipt: "r", payload_sha256: "b".repeat(64), later: [], state: "open", counts: true, revoked: "",
};

test("the standing of a code is read", async () => {
  const server = new Server("town", network(json(200, STANDING)));
  assert.deepEqual(await server.standing("c"), { isOnRoll: true, revoked: "", limit: 3, ballots: STANDING.ballots, state: "open" });
});

for (const [name, change] of Object.entries({
  "on_roll is a text": { on_roll: "yes" }, "ballots are missing": { ballots: undefined }, "a tracker is markup": { ballots: [{ tracker: "<b>" }] },
  "limit is a fraction": { limit: 1.5 }, "state is missing": { state: undefined },
  "revoked is missing": { revoked: undefined }, "revoked is a path": { revoked: "../../x" }, "revoked is a list": { revoked: ["a".repeat(64)] },
})) {
  test(`a standing in which ${name} is refused`, async () => {
    const server = new Server("town", network(json(200, { ...STANDING, ...change })));
    await refusesLater(() => server.standing("c"), "BadAnswer");
  });
}

test("an entry is found, or is not on the board", async () => {
  const found = await new Server("town", network(json(200, { ballots: [FOUND], waiting: [] }))).find("a".repeat(30));
  assert.equal(found.payloadSha256, FOUND.payload_sha256);
  assert.equal(await new Server("town", network(json(200, { ballots: [], waiting: [] }))).find("a".repeat(30)), undefined);
});

test("the server learns the first 40 bits of a check code and no more, and nothing of it from an address", async () => {
  const net = network(json(200, { ballots: [FOUND], waiting: [] }));
  for (const length of [30, 64]) await new Server("town", net).find("0123456789".padEnd(length, "c"));
  for (const { method, address, body, credentials } of net.seen) {
    assert.deepEqual([method, address, credentials], ["POST", "/elections/town/ballots/find", "omit"]);
    assert.equal(new TextDecoder().decode(body), '{"prefix":"0123456789"}');
  }
});

test("of ballots whose check codes begin alike, one's own is taken", async () => {
  const other = { ...FOUND, tracker: `${"a".repeat(29)}b`.padEnd(64, "a"), entry: "other" };
  const find = (digits) => new Server("town", network(json(200, { ballots: [other, FOUND], waiting: [] }))).find(digits);
  assert.equal((await find("a".repeat(30))).entry, FOUND.entry);
  assert.equal(await find(`${"a".repeat(29)}c`), undefined);
});

test("a ballot that waits for its witnesses is neither found nor missing", async () => {
  const waits = "c".repeat(64);
  const find = (digits) => new Server("town", network(json(200, { ballots: [FOUND], waiting: [waits] }))).find(digits);
  await refusesLater(() => find(waits.slice(0, 30)), "BadAnswer");
  assert.equal((await find("a".repeat(30))).entry, FOUND.entry);
  assert.equal(await find("d".repeat(30)), undefined);
});

test("no credential stands in an address", async () => {
  const net = network(json(200, STANDING));
  await new Server("town", net).standing("c".repeat(64));
  assert.equal(net.seen[0].address, "/elections/town/credentials/find");
  assert.equal(new TextDecoder().decode(net.seen[0].body), JSON.stringify({ credential: "c".repeat(64) }));
});

test("what is not a list of entries is no answer", async () => {
  for (const answer of [json(404, { code: "not-on-board" }), json(200, FOUND), json(200, { ballots: [null], waiting: [] }), json(200, { ballots: [] }), json(503, { code: "busy" })]) {
    await refusesLater(() => new Server("town", network(answer)).find("aa"), "BadAnswer");
  }
});

for (const [name, change] of Object.entries({
  "the tracker is a list": { tracker: ["a".repeat(64)] }, "the hash is a path": { payload_sha256: "../../x" }, "counts is missing": { counts: undefined }, "later is a text": { later: "none" },
  "revoked is missing": { revoked: undefined },
})) {
  test(`an entry in which ${name} is refused`, async () => {
    await refusesLater(() => new Server("town", network(json(200, { ballots: [{ ...FOUND, ...change }], waiting: [] }))).find("aa"), "BadAnswer");
  });
}

test("an election is named by its slug, and by nothing that leads elsewhere", () => {
  refuses(() => new Server("../other"), "BadAnswer");
  refuses(() => new Server(""), "BadAnswer");
});
