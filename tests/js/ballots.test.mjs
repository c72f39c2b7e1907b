// SPDX-License-Identifier: AGPL-3.0-or-later
/** Ballots: those of the example election, those made here, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { cast, challenge, checkOpening, prepare, verifyBallot } from "../../voting/static/voting/booth/casting.js";
import { encode, parse } from "../../voting/static/voting/booth/codec/canonical.js";
import { credentialOf } from "../../voting/static/voting/booth/credentials/derivation.js";
import { publicKey } from "../../voting/static/voting/booth/crypto/parameters.js";
import { Pool } from "../../voting/static/voting/booth/crypto/pool.js";
import { toHex, utf8 } from "../../voting/static/voting/booth/octets.js";
import { commitmentsOctets, headOf, readBallot, submissionOf } from "../../voting/static/voting/booth/record/ballot.js";
import { packProof } from "../../voting/static/voting/booth/record/responses.js";
import { sha256Hex } from "../../voting/static/voting/booth/sha256.js";
import { changed, example, record, refuses, refusesLater, VOTERS } from "./support.mjs";

const election = await example();
const [first, second] = await Promise.all(VOTERS.map((seed) => credentialOf(seed.slice())));
const { shape } = election.manifest;

function pool(octet) {
  return Pool.fromSeed(election.key, shape.statements, new Uint8Array(32).fill(octet));
}

function fresh() {
  return Pool.fresh(election.key, shape.statements);
}

const YES = { credential: second.publicKey, selections: { park: { yes: 1 } }, supersedes: "" };

/** How record_election.py made them: voter, answer, seed, and the ballot that each supersedes. */
const MADE = [
  ["ballot-1", first, "no", 41, ""],
  ["ballot-2", second, "yes", 43, ""],
  ["ballot-3", first, "yes", 44, JSON.parse(new TextDecoder().decode(record("ballot-3.json"))).supersedes],
];

for (const [name, { publicKey: credential, privateKey }, option, seed, supersedes] of MADE) {
  test(`the same seed gives the octets of ${name}`, async () => {
    const choice = { credential, selections: { park: { [option]: 1 } }, supersedes };
    const prepared = await prepare(election, choice, await pool(seed));
    if (name === "ballot-1") assert.deepEqual(prepared.commitments, record("commitments-1"));
    assert.deepEqual(await cast(prepared, privateKey), record(`${name}.json`));
  });

  test(`${name} verifies`, async () => {
    const { tracker } = await verifyBallot(election, record(`${name}.json`));
    const { signature: _signature, ...unsigned } = parse(record(`${name}.json`), shape.sizeLimit);
    assert.equal(tracker, await sha256Hex(new TextEncoder().encode(JSON.stringify(unsigned))));
  });
}

test("the same test gives the octets of the challenged ballot", async () => {
  const choice = { credential: second.publicKey, selections: { park: { no: 1 } }, supersedes: "" };
  const prepared = await prepare(election, choice, await pool(42));
  assert.deepEqual(await challenge(election, prepared, second), record("challenged.json"));
});

test("a tested ballot opens to what was chosen, and to nothing else", async () => {
  const prepared = await prepare(election, YES, await fresh());
  const opening = { ...YES, seed: prepared.seed, tracker: prepared.tracker };
  await checkOpening(election, opening);
  await refusesLater(checkOpening(election, { ...opening, selections: { park: { no: 1 } } }), "OpeningRefuted");
  await refusesLater(checkOpening(election, { ...opening, supersedes: "11".repeat(32) }), "OpeningRefuted");
  await refusesLater(checkOpening(election, { ...opening, credential: first.publicKey }), "OpeningRefuted");
  await refusesLater(checkOpening(election, { ...opening, seed: new Uint8Array(32) }), "OpeningRefuted");
  await refusesLater(checkOpening(election, { ...opening, tracker: "00".repeat(32) }), "OpeningRefuted");
});

test("casting forgets the seed", async () => {
  const prepared = await prepare(election, YES, await fresh());
  await cast(prepared, second.privateKey);
  assert.deepEqual(prepared.seed, new Uint8Array(32));
});

test("casting twice gives identical octets", async () => {
  const prepared = await prepare(election, YES, await fresh());
  assert.deepEqual(await cast(prepared, second.privateKey), await cast(prepared, second.privateKey));
});

test("the same choice twice gives two ballots that share nothing", async () => {
  const [left, right] = await Promise.all([0, 1].map(async () => prepare(election, YES, await fresh())));
  assert.notEqual(left.tracker, right.tracker);
  assert.notEqual(left.unsigned.contests[0].ciphertexts[0], right.unsigned.contests[0].ciphertexts[0]);
});

test("a change of mind takes another pool", async () => {
  const used = await fresh();
  await prepare(election, YES, used);
  await refusesLater(prepare(election, { ...YES, supersedes: "11".repeat(32) }, used), "PoolSpent");
});

test("an answer that is not allowed leaves the pool alone", async () => {
  const unused = await fresh();
  for (const selections of [{}, { park: { yes: 1, no: 1 } }, { park: { yes: 2 } }, { park: { maybe: 1 } }]) {
    await refusesLater(prepare(election, { ...YES, selections }, unused), "InvalidSelection");
  }
  assert.equal(unused.isSpent, false);
});

test("a fresh ballot verifies, another's signature does not", async () => {
  const prepared = await prepare(election, YES, await fresh());
  const { tracker } = await verifyBallot(election, await cast(prepared, second.privateKey));
  assert.equal(tracker, prepared.tracker);
  await refusesLater(verifyBallot(election, await cast(prepared, first.privateKey)), "BadSignature");
});

test("a ballot of another election is refused", async () => {
  const other = { ...election, fingerprint: "ab".repeat(32) };
  await refusesLater(verifyBallot(other, record("ballot-1.json")), "ForeignRecord");
});

test("under another key, the proof fails", async () => {
  const other = { ...election, key: publicKey(2n ** 1024n - 105n) };
  await refusesLater(verifyBallot(other, record("ballot-1.json")), "ChallengeMismatch");
});

const flip = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
const zero = (text) => "A".repeat(text.length);
for (const [name, change, error] of [
  ["a changed ciphertext", (b) => (b.contests[0].ciphertexts[0] = flip(b.contests[0].ciphertexts[0], 60)), "BadSignature"],
  ["a changed response", (b) => (b.contests[0].responses[0] = flip(b.contests[0].responses[0], 99)), "BadSignature"],
  ["a changed challenge", (b) => (b.challenge = flip(b.challenge, 3)), "BadSignature"],
  ["another predecessor", (b) => (b.supersedes = "22".repeat(32)), "BadSignature"],
  ["another credential", (b) => (b.credential = JSON.parse(new TextDecoder().decode(record("ballot-2.json"))).credential),
    "BadSignature"],
  ["a changed signature", (b) => (b.signature = flip(b.signature, 5)), "BadSignature"],
  ["a signature whose S is too great", (b) => (b.signature = `${b.signature.slice(0, -3)}__w`), "NonCanonicalSignature"],
  ["a ciphertext of 0", (b) => (b.contests[0].ciphertexts[0] = zero(b.contests[0].ciphertexts[0])), "CiphertextOutOfRange"],
  ["a ciphertext above N", (b) => (b.contests[0].ciphertexts[0] = b.contests[0].ciphertexts[0].replaceAll(/[^_]/g, "_")
    .replace(/.$/, "w")), "CiphertextOutOfRange"],
  ["a ciphertext more", (b) => b.contests[0].ciphertexts.push("AAAA"), "OutOfRange"],
  ["no ciphertext", (b) => (b.contests[0].ciphertexts = []), "OutOfRange"],
  ["a response string more", (b) => b.contests[0].responses.push("AAAA"), "OutOfRange"],
  ["a longer response string", (b) => (b.contests[0].responses[0] += "AAAA"), "WrongLength"],
  ["a contest more", (b) => b.contests.push({}), "OutOfRange"],
  ["no contests", (b) => (b.contests = []), "OutOfRange"],
  ["an unknown field", (b) => (b.extra = 1), "UnknownField"],
  ["an unknown field in a contest", (b) => (b.contests[0].extra = 1), "UnknownField"],
  ["another format", (b) => (b.format = "veritally/ballot/2"), "WrongForm"],
  ["a short fingerprint", (b) => (b.election = "00"), "WrongLength"],
  ["no signature", (b) => delete b.signature, "MissingField"],
  ["a short tracker", (b) => (b.supersedes = "00"), "WrongLength"],
]) {
  test(`no ballot: ${name}`, () => refusesLater(verifyBallot(election, changed("ballot-1", change)), error));
}

test("more octets than the shape can have are refused before they are parsed", () => {
  refuses(() => readBallot(new Uint8Array(shape.sizeLimit + 1), shape), "InputTooLarge");
});

test("a bit above the range of a response is refused even where the octets would hold it", () => {
  const part = { branches: 1, responseBits: 769, responseWidth: 97, width: 113 };
  packProof({ challenges: [0n], responses: [(1n << 770n) - 1n] }, part);
  refuses(() => packProof({ challenges: [0n], responses: [1n << 770n] }, part), "ResponseOutOfRange");
  refuses(() => packProof({ challenges: [0n], responses: [-1n] }, part), "ResponseOutOfRange");
});

test("commitments of another number have no file", () => {
  refuses(() => commitmentsOctets([1n], shape), "CommitmentsLength");
});

test("one ciphertext twice is a copy", () => {
  const part = { ...shape.contests[0], variables: 2 };
  const octets = changed("ballot-1", (b) => b.contests[0].ciphertexts.push(b.contests[0].ciphertexts[0]));
  refuses(() => readBallot(octets, { ...shape, contests: [part], sizeLimit: 9999 }), "RepeatedCiphertext");
});

test("a tracker is of the ballot without its signature", async () => {
  const prepared = await prepare(election, YES, await fresh());
  assert.match(prepared.tracker, /^[0-9a-f]{64}$/);
  assert.equal("signature" in prepared.unsigned, false);
});

test("a ballot that was kept names its voter and what it supersedes, and what is none names nobody", () => {
  const { supersedes } = parse(record("ballot-2.json"), 1 << 20);
  assert.deepEqual(headOf(record("ballot-2.json")), { credential: toHex(second.publicKey), supersedes });
  for (const text of ["", "null", "[]", "{}", "{", '{"credential":1,"supersedes":""}', '{"credential":"AA","supersedes":""}']) {
    assert.deepEqual(headOf(utf8(text)), { credential: "", supersedes: "" }, text);
  }
});

test("what is sent to cast a ballot is canonical, and has the ballot's own octets", () => {
  const octets = record("ballot-1.json");
  const ballot = parse(octets, octets.length);
  for (const [commitments, text] of [[new Uint8Array(), ""], [new Uint8Array([1, 2, 3]), "AQID"]]) {
    assert.deepEqual(submissionOf(octets, commitments), encode({ ballot, commitments: text }));
  }
});
