// SPDX-License-Identifier: AGPL-3.0-or-later
/** How a code stands: what is proven, what is refuted, and what a server has no answer to at the moment. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { AnotherEntry, BadAnswer, Stopped } from "../../voting/static/voting/booth/errors.js";
import { lastAfter, lastOf, standingOf } from "../../voting/static/voting/booth/ui/vote/standing.js";

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
  const checkSigned = given.checkSigned ?? (async ({ digits }) => ({ credential: MINE, seq: TRACKERS.indexOf(digits) }));
  return { server, engine: { checkSigned }, election: { fingerprint: OTHER, registrar: { key: "" }, rules: { ballotsPerCredential: given.limit ?? 3 } } };
}

function fails(error) {
  return async () => { throw error; };
}

const AWAY = { find: fails(new BadAnswer("it waits for its witnesses")) };

test("a ballot that the board proves is what the next one supersedes", async () => {
  assert.deepEqual(await standingOf(polls(2), MINE), { ballots: TRACKERS.slice(0, 2), limit: 3, isCounted: true, refusal: undefined });
});

test("a ballot that the board refutes is nobody's, and the server is told that it proved nothing", async () => {
  for (const given of [{ find: async () => undefined }, { checkSigned: fails(new AnotherEntry("no")) }, { checkSigned: async () => ({ credential: OTHER, seq: 0 }) }]) {
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

const INVENTED = ["7", "8", "9"].map((digit) => ({ tracker: digit.repeat(64), seq: 0 }));

/** A server that proves the ballot that was cast, and claims invented ones before it. @param {number} invented @param {number} limit */
function boasting(invented, limit) {
  const ballots = [...INVENTED.slice(0, invented), { tracker: TRACKERS[0], seq: 4 }];
  const find = async (tracker) => (TRACKERS.includes(tracker) ? { payloadSha256: "00" } : undefined);
  return polls(1, { standing: { ballots }, find, limit });
}

test("ballots that are only claimed do not use up the limit", async () => {
  const { ballots, isCounted, refusal } = await standingOf(boasting(3, 5), MINE);
  assert.deepEqual([ballots, isCounted, refusal.name], [[TRACKERS[0]], true, "NotProven"]);
});

test("how many are left is not said unless every one is proven", async () => {
  const { ballots, isCounted, refusal } = await standingOf(boasting(2, 5), MINE);
  assert.deepEqual([ballots.length, isCounted, refusal], [3, false, undefined]);
  assert.equal((await standingOf(polls(2, AWAY), MINE)).isCounted, false);
});

test("a ballot that came before another, or is that very one, did not come after it", async () => {
  assert.deepEqual(await lastAfter(polls(2), MINE, TRACKERS[0]), { tracker: TRACKERS[1], seq: 1 });
  assert.deepEqual(await lastAfter(polls(2), MINE, ""), { tracker: TRACKERS[1], seq: 1 });
  assert.equal(await lastAfter(polls(1), MINE, TRACKERS[0]), undefined);
  assert.equal(await lastAfter(polls(1), MINE, TRACKERS[2]), undefined);
  assert.equal(await lastAfter(polls(1, { find: async () => undefined }), MINE, TRACKERS[2]), undefined);
});

test("a roll change that cannot be had at the moment does not refute what the server says of it", async () => {
  const { ballots, refusal } = await standingOf(polls(0, { standing: { revoked: OTHER }, blob: fails(new BadAnswer("503")) }), MINE);
  assert.deepEqual([ballots, refusal.name], [[], "NotShown"]);
});

test("a lost connection or an ended worker says nothing about a code, nor about its last ballot", async () => {
  for (const error of [new TypeError("offline"), new Stopped("ended")]) {
    await assert.rejects(standingOf(polls(1, { blob: fails(error) }), MINE), error);
    await assert.rejects(lastOf(polls(1, { checkSigned: fails(error) }), MINE), error);
  }
  await assert.rejects(lastOf(polls(1, AWAY), MINE), BadAnswer);
});

test("the last ballot of a code is one that the code signed", async () => {
  assert.deepEqual(await lastOf(polls(2), MINE), { tracker: TRACKERS[1], seq: 1 });
  assert.equal(await lastOf(polls(2), OTHER), undefined);
});
