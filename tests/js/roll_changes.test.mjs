// SPDX-License-Identifier: AGPL-3.0-or-later
/** A roll change as the booth reads it, by the shared vector: nobody but the registrar revokes a code. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { toHex } from "../../voting/static/voting/booth/octets.js";
import { readRollChange } from "../../voting/static/voting/booth/record/roll_change.js";
import { changed, example, record, refusesLater } from "./support.mjs";

const election = await example();
const GIVEN = { fingerprint: election.fingerprint, registrar: election.manifest.registrar.key };
const ZERO = "A".repeat(43);

test("the example replaces one credential by another", async () => {
  const change = await readRollChange(record("roll-change.json"), GIVEN);
  const ballots = ["ballot-1.json", "ballot-4.json"].map((name) => JSON.parse(new TextDecoder().decode(record(name))).credential);
  const [old, fresh] = ballots.map((text) => toHex(Buffer.from(text, "base64url")));
  assert.deepEqual(change, {
    number: 1, revoke: [old], admit: [{ credential: fresh, weight: 1 }], reason: "One voter lost the letter and was given a new one.",
  });
});

for (const [name, change, error] of [
  ["another reason", (c) => (c.reason = "x"), "BadSignature"],
  ["another number", (c) => (c.number = 2), "BadSignature"],
  ["nobody revoked", (c) => (c.revoke = []), "BadSignature"],
  ["nobody admitted", (c) => (c.admit = []), "BadSignature"],
  ["another weight", (c) => (c.admit[0][1] = 2), "BadSignature"],
  ["nobody at all", (c) => Object.assign(c, { revoke: [], admit: [] }), "EmptyRollChange"],
  ["another election", (c) => (c.election = "0".repeat(64)), "ForeignRecord"],
  ["another version", (c) => (c.format = "veritally/roll-change/2"), "WrongForm"],
  ["a number of 0", (c) => (c.number = 0), "OutOfRange"],
  ["somebody twice", (c) => c.revoke.push(c.revoke[0]), "RepeatedVoter"],
  ["a list out of order", (c) => c.revoke.push(ZERO), "VotersNotSorted"],
  ["a newcomer twice", (c) => c.admit.push(c.admit[0]), "RepeatedVoter"],
  ["newcomers out of order", (c) => c.admit.push([ZERO, 1]), "VotersNotSorted"],
  ["a weight of 0", (c) => (c.admit[0][1] = 0), "WrongType"],
  ["a weight of true", (c) => (c.admit[0][1] = true), "WrongType"],
  ["a newcomer without a weight", (c) => c.admit[0].pop(), "WrongType"],
  ["a newcomer who is a text", (c) => (c.admit[0] = ZERO), "WrongType"],
  ["a short key", (c) => (c.revoke = ["AAAA"]), "WrongLength"],
  ["no reason", (c) => (c.reason = ""), "WrongLength"],
  ["too long a reason", (c) => (c.reason = "é".repeat(501)), "WrongLength"],
  ["a field more", (c) => (c.note = "x"), "UnknownField"],
  ["a field less", (c) => delete c.reason, "MissingField"],
]) {
  test(`a roll change with ${name} is refused`, async () => {
    await refusesLater(() => readRollChange(changed("roll-change", change), GIVEN), error);
  });
}

test("another registrar's key is refused", async () => {
  const registrar = election.manifest.board.log.key;
  await refusesLater(() => readRollChange(record("roll-change.json"), { ...GIVEN, registrar }), "BadSignature");
});

test("another record is no roll change", async () => {
  await refusesLater(() => readRollChange(record("challenged.json"), GIVEN), "WrongForm");
});
