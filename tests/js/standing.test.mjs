// SPDX-License-Identifier: AGPL-3.0-or-later
/** How a code stands: what is proven, what is refuted, and what a server has no answer to at the moment. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { AnotherEntry, BadAnswer, Stopped } from "../../voting/static/voting/booth/errors.js";
import { lastOf, standingOf } from "../../voting/static/voting/booth/ui/vote/standing.js";

const [MINE, OTHER] = ["ab".repeat(32), "cd".repeat(32)];
const TRACKERS = ["1", "2", "3"].map((digit) => digit.repeat(64));
const STANDING = { isOnRoll: true, revoked: "", limit: 3, state: "open" };

/** @param {number} cast @param {object} [given] what the server and the worker do otherwise */
function polls(cast, { standing = {}, ...given } = {}) {
  const ballots = TRACKERS.slice(0, cast).map((tracker, seq) => ({ tracker, seq }));
  const server = {
    standing: async () => ({ ...STANDING, ballots, ...standing }), find: async () => ({ payloadSha256: "00" }),
    blob: async () => new Uint8Array(), ...given,
  };
  const checkEntry = given.checkEntry ?? (async ({ digits }) => ({ type: "ballot", credential: MINE, seq: TRACKERS.indexOf(digits) }));
  return { server, engine: { checkEntry }, election: { fingerprint: OTHER, registrar: { key: "" }, rules: { ballotsPerCredential: 3 } } };
}

function fails(error) {
  return async () => { throw error; };
}

const AWAY = { find: fails(new BadAnswer("it waits for its witnesses")) };

test("a ballot that the board proves is what the next one supersedes", async () => {
  assert.deepEqual(await standingOf(polls(2), MINE), { ballots: TRACKERS.slice(0, 2), limit: 3, refusal: undefined });
});

test("a ballot that the board refutes is nobody's, and the server is told that it proved nothing", async () => {
  for (const given of [{ find: async () => undefined }, { checkEntry: fails(new AnotherEntry("no")) }, { checkEntry: async () => ({ type: "ballot", credential: OTHER, seq: 0 }) }]) {
    const { ballots, refusal } = await standingOf(polls(1, given), MINE);
    assert.deepEqual([ballots, refusal.name], [[], "NotProven"]);
  }
});

test("a server without an answer at the moment has not lied, and its ballot is the one to supersede", async () => {
  for (const given of [AWAY, { blob: fails(new BadAnswer("503")) }]) {
    const { ballots, refusal } = await standingOf(polls(2, given), MINE);
    assert.deepEqual([ballots, refusal.name], [TRACKERS.slice(0, 2), "NotShown"]);
  }
});

test("that no ballot is left is not believed of a server that has no answer", async () => {
  const { ballots, refusal } = await standingOf(polls(3, AWAY), MINE);
  assert.deepEqual([ballots, refusal.name], [[], "NotShown"]);
});

test("a roll change that cannot be had at the moment does not refute what the server says of it", async () => {
  const { ballots, refusal } = await standingOf(polls(0, { standing: { revoked: OTHER }, blob: fails(new BadAnswer("503")) }), MINE);
  assert.deepEqual([ballots, refusal.name], [[], "NotShown"]);
});

test("a lost connection or an ended worker says nothing about a code, nor about its last ballot", async () => {
  for (const error of [new TypeError("offline"), new Stopped("ended")]) {
    await assert.rejects(standingOf(polls(1, { blob: fails(error) }), MINE), error);
    await assert.rejects(lastOf(polls(1, { checkEntry: fails(error) }), MINE), error);
  }
  await assert.rejects(lastOf(polls(1, AWAY), MINE), BadAnswer);
});

test("the last ballot of a code is one that the code signed", async () => {
  assert.deepEqual(await lastOf(polls(2), MINE), { tracker: TRACKERS[1], seq: 1 });
  assert.equal(await lastOf(polls(2), OTHER), undefined);
});
