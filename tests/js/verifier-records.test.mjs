// SPDX-License-Identifier: AGPL-3.0-or-later
/** Every record of tests/vectors/records is read and its signatures hold; changed ones are refused by name. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Refusal } from "../../voting/static/voting/verifier/errors.js";
import { Judge } from "../../voting/static/voting/verifier/proofs/ballot.js";
import { judgeAll } from "../../voting/static/voting/verifier/proofs/batch.js";
import { publicKey } from "../../voting/static/voting/verifier/proofs/public_key.js";
import { claimOf, checkRanges, readBallot, readCommitments } from "../../voting/static/voting/verifier/record/ballot.js";
import { countedHash, readChallenged, readClosing, readFinal, readOpening } from "../../voting/static/voting/verifier/record/entries.js";
import { checkAcknowledgements, checkPromises, readKey } from "../../voting/static/voting/verifier/record/key.js";
import { readManifest } from "../../voting/static/voting/verifier/record/manifest.js";
import { readResult } from "../../voting/static/voting/verifier/record/result.js";
import { readRoll } from "../../voting/static/voting/verifier/record/roll.js";
import { readRollChange } from "../../voting/static/voting/verifier/record/roll_change.js";
import { ballotShape } from "../../voting/static/voting/verifier/record/shape.js";
import { checkAcknowledged, readShare } from "../../voting/static/voting/verifier/record/share.js";
import { checkSignature } from "../../voting/static/voting/verifier/record/signed.js";
import { checkCredentials } from "../../voting/static/voting/verifier/record/voters.js";
import { changed, record, refuses } from "./verifier_support.mjs";

const manifest = readManifest(record("manifest.json"), { isTestAllowed: true });
const shape = ballotShape(manifest.programs, manifest.parameters.modulusBits);
const key = readKey(record("key.json"), manifest.parameters.modulusBits);
const opening = readOpening(record("open.json"));
const ballots = ["ballot-1", "ballot-2", "ballot-3", "ballot-4"].map((name) => readBallot(record(`${name}.json`), shape));

test("the key belongs to the manifest and every trustee has signed it", () => {
  checkPromises(key, manifest);
  checkAcknowledgements(key, manifest);
});

test("the roll and its change are signed by the registrar", () => {
  const roll = readRoll(record("roll.json"));
  checkSignature(roll.signed, manifest.registrar.key);
  checkCredentials(roll.voters.map(({ credential }) => credential), 0);
  const change = readRollChange(record("roll-change.json"));
  checkSignature(change.signed, manifest.registrar.key);
  assert.equal(change.election, opening.fingerprint);
  assert.ok(roll.voters.some(({ hex }) => hex === change.revoke[0]));
});

test("every ballot is signed, proved, and follows the one that it names", () => {
  const judge = new Judge(publicKey(key.modulus), Math.max(...shape.contests.flatMap(({ proofs }) => proofs.map(({ bits }) => bits))));
  for (const ballot of ballots) {
    checkSignature(ballot.signed, ballot.credential);
    checkRanges(ballot, judge.key.modulus);
    judge.check(claimOf(ballot, shape));
  }
  const trackers = ballots.map(({ tracker }) => tracker);
  assert.ok(ballots.every(({ supersedes }) => supersedes === "" || trackers.includes(supersedes)));
  const commitments = readCommitments(record("commitments-1"), shape);
  assert.deepEqual(judge.commitments(claimOf(ballots[0], shape)), commitments);
  judge.check = () => assert.fail("judged from the compact form");
  assert.equal(judgeAll(judge, [{ claim: claimOf(ballots[0], shape), commitments }]).size, 0);
});

test("commitments of another length count as missing", () => {
  assert.equal(readCommitments(record("commitments-1").subarray(1), shape), null);
  assert.equal(readCommitments(null, shape), null);
});

test("the challenge, the shares and their acknowledgements are signed", () => {
  const challenged = readChallenged(record("challenged.json"));
  checkSignature(challenged.signed, challenged.credential);
  for (const name of ["share-1", "share-3"]) {
    const share = readShare(record(`${name}.json`), manifest);
    checkSignature(share.signed, manifest.trustees.members[share.trustee - 1].signingKey);
    checkAcknowledged(share, manifest);
  }
});

test("closing, result and final entry tell the same election and set", () => {
  const closing = readClosing(record("close.json"));
  const result = readResult(record("result.json"), manifest);
  assert.deepEqual(result.counted, closing.counted);
  for (const { election } of [closing, result, readFinal(record("final.json"))]) assert.equal(election, opening.fingerprint);
  const last = new Map(ballots.map(({ credential, tracker }) => [Buffer.from(credential).toString("hex"), tracker]));
  for (const gone of readRollChange(record("roll-change.json")).revoke) last.delete(gone);
  const inOrder = ballots.map(({ tracker }) => tracker).filter((tracker) => [...last.values()].includes(tracker));
  assert.equal(countedHash(inOrder), closing.counted.hash);
});

const other = "0".repeat(64);
const base64url = (length) => "A".repeat(Math.ceil((length * 4) / 3));
const manifestOf = (octets) => readManifest(octets, { isTestAllowed: true });
for (const [name, what, change, read, error] of [
  ["a key of small order for the registrar", "manifest", (v) => { v.registrar.key = `AQ${"A".repeat(41)}`; }, manifestOf, "SmallOrderKey"],
  ["two trustees with one key", "manifest", (v) => { v.trustees.members[1].signing_key = v.trustees.members[0].signing_key; }, manifestOf, "RepeatedKey"],
  ["two trustees with one name", "manifest", (v) => { v.trustees.members[1].name = v.trustees.members[0].name; }, manifestOf, "RepeatedName"],
  ["a key made by a ceremony", "manifest", (v) => { v.trustees.key = "distributed"; }, manifestOf, "UnsupportedKeyKind"],
  ["a trustee whose secrets anyone can read", "manifest", (v) => { v.trustees.members[2].encryption_key = "A".repeat(43); }, manifestOf, "BadEncryptionKey"],
  ["no honest majority", "manifest", (v) => { v.trustees.threshold = 1; }, manifestOf, "NoHonestMajority"],
  ["a threshold beyond the trustees", "manifest", (v) => { v.trustees.threshold = 4; }, manifestOf, "ThresholdOutOfRange"],
  ["too few acknowledgements", "manifest", (v) => { v.trustees.acknowledgements = 2; }, manifestOf, "AcknowledgementsOutOfRange"],
  ["a quorum beyond the witnesses", "manifest", (v) => { v.board.quorum = 2; }, manifestOf, "QuorumOutOfRange"],
  ["a witness's key for the log", "manifest", (v) => { [v.board.log] = v.board.witnesses; v.board.witnesses = []; v.board.quorum = 0; }, manifestOf, "ForbiddenBoardKey"],
  ["closing before opening", "manifest", (v) => { v.schedule.closes = v.schedule.opens; }, manifestOf, "ClosesBeforeOpening"],
  ["a minimum that nobody reaches", "manifest", (v) => { v.rules.minimum_counted = 11; }, manifestOf, "MinimumOutOfReach"],
  ["one language twice", "manifest", (v) => { v.languages = ["en", "en"]; }, manifestOf, "RepeatedLanguage"],
  ["a text in other languages", "manifest", (v) => { v.title.de = "Der Park"; }, manifestOf, "LanguageMismatch"],
  ["counters too small", "manifest", (v) => { v.parameters.counter_bits = 3; }, manifestOf, "CounterBaseTooSmall"],
  ["counters too large", "manifest", (v) => { v.parameters.counter_bits = 5; }, manifestOf, "CounterBaseTooLarge"],
  ["another program", "manifest", (v) => { v.program[0].variables[0].domain = ["1", "11"]; }, manifestOf, "ProgramMismatch"],
  ["other aggregates", "manifest", (v) => { v.aggregates[0].terms = [[0, 1]]; }, manifestOf, "AggregatesMismatch"],
  ["two contests with one id", "manifest", (v) => { v.contests.push(v.contests[0]); v.program.push(v.program[0]); }, manifestOf, "RepeatedContest"],
  ["a modulus for tests", "manifest", () => undefined, readManifest, "ForbiddenModulusSize"],
  ["a false fingerprint", "open", (v) => { v.fingerprint = other; }, readOpening, "FingerprintMismatch"],
  ["another total weight", "roll", (v) => { v.weight = 4; }, readRoll, "WeightMismatch"],
  ["another number of voters", "roll", (v) => { v.count = 3; }, readRoll, "VoterCountMismatch"],
  ["voters in another order", "roll", (v) => { v.voters.reverse(); }, readRoll, "VotersNotSorted"],
  ["one voter twice", "roll", (v) => { v.voters[1] = v.voters[0]; }, readRoll, "RepeatedVoter"],
  ["a weight of nothing", "roll", (v) => { v.voters[0][1] = 0; }, readRoll, "WrongType"],
  ["a change of nothing", "roll-change", (v) => { v.revoke = []; v.admit = []; }, readRollChange, "EmptyRollChange"],
  ["a change without a reason", "roll-change", (v) => { v.reason = ""; }, readRollChange, "WrongLength"],
  ["an even modulus", "key", (v) => { v.modulus = `${v.modulus.slice(0, -1)}w`; }, (octets) => readKey(octets, 1024), "EvenModulus"],
  ["a modulus of fewer bits", "key", (v) => { v.modulus = `A${v.modulus.slice(1)}`; }, (octets) => readKey(octets, 1024), "WrongModulusSize"],
  ["a root missing", "key", (v) => { v.nth_roots.pop(); }, (octets) => readKey(octets, 1024), "OutOfRange"],
  ["a ciphertext of zero", "ballot-1", (v) => { v.contests[0].ciphertexts[0] = base64url(256); }, (octets) => readBallot(octets, shape), "CiphertextOutOfRange"],
  ["a ciphertext missing", "ballot-1", (v) => { v.contests[0].ciphertexts = []; }, (octets) => readBallot(octets, shape), "OutOfRange"],
  ["a response too long", "ballot-1", (v) => { v.contests[0].responses[0] = `${v.contests[0].responses[0]}AAAA`; }, (octets) => readBallot(octets, shape), "WrongLength"],
  ["something instead of a tracker", "ballot-1", (v) => { v.supersedes = "none"; }, (octets) => readBallot(octets, shape), "WrongLength"],
  ["acknowledgements in another order", "share-1", (v) => { v.acknowledgements.reverse(); }, (octets) => readShare(octets, manifest), "AcknowledgementsNotSorted"],
  ["another contest", "result", (v) => { v.contests[0].id = "lake"; }, (octets) => readResult(octets, manifest), "ContestMismatch"],
  ["a negative counter", "result", (v) => { v.contests[0].counters[0][0] = -1; }, (octets) => readResult(octets, manifest), "OutOfRange"],
  ["another version", "final", (v) => { v.format = "veritally/final/2"; }, readFinal, "WrongForm"],
]) {
  test(`${what} is refused: ${name}`, () => refuses(() => read(changed(what, change)), error));
}

test("a credential that is no safe key is refused by its place", () => {
  assert.throws(() => checkCredentials([new Uint8Array(32)], 7), (error) => error instanceof Refusal && error.message.startsWith("voter 7"));
});
