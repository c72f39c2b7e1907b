// SPDX-License-Identifier: AGPL-3.0-or-later
/** Proofs of ballots, alone and in batches, and the key's certificate, by the vectors; then everything that is false. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Judge } from "../../voting/static/voting/verifier/proofs/ballot.js";
import { judgeAll } from "../../voting/static/voting/verifier/proofs/batch.js";
import { checkCertificate } from "../../voting/static/voting/verifier/proofs/certificate.js";
import { responseBits } from "../../voting/static/voting/verifier/proofs/form.js";
import { publicKey } from "../../voting/static/voting/verifier/proofs/public_key.js";
import { checkOpening, checkShareProof, checkVerificationKeys } from "../../voting/static/voting/verifier/proofs/threshold.js";
import { power } from "../../voting/static/voting/verifier/numbers/powers.js";
import { number, octets, refuses, vectors } from "./verifier_support.mjs";

const found = vectors("ballot");
const keys = vectors("key");
const judges = new Map();

function judgeOf(modulus) {
  if (!judges.has(modulus)) judges.set(modulus, new Judge(publicKey(number(modulus)), responseBits(modulus.length * 4, [[0, 1n << 60n]])));
  return judges.get(modulus);
}

function claimOf(row) {
  return {
    context: [row.fingerprint, row.credential, row.supersedes].map(octets),
    ciphertexts: row.ciphertexts.map(number),
    statements: row.statements.map(({ terms, values }) => ({
      terms: terms.map(([k, a]) => [k, number(a)]),
      values: values.map(number),
    })),
    challenge: number(row.challenge),
    proofs: row.challenges.map((challenges, index) => ({
      challenges: challenges.map(number),
      responses: row.responses[index].map(number),
    })),
  };
}

const caseOf = (row) => ({ claim: claimOf(row), commitments: row.commitments.map(number) });

for (const { modulus, base } of found.bases) {
  test(`h is derived at ${modulus.length * 4} bits`, () => assert.equal(publicKey(number(modulus)).h, number(base)));
}

for (const row of found.ballots) {
  test(`ballot is accepted, with its commitments: ${row.name}`, () => {
    const judge = judgeOf(row.modulus);
    judge.check(claimOf(row));
    assert.deepEqual(judge.commitments(claimOf(row)), row.commitments.map(number));
  });
}

for (const row of found.refused) {
  test(`ballot is refused: ${row.name}`, () => refuses(() => judgeOf(row.modulus).check(claimOf(row)), row.reason));
}

const honest = found.ballots.filter(({ modulus }) => modulus === found.ballots[0].modulus);
const judge = judgeOf(honest[0].modulus);

/** A judge that may not look at the compact form. */
function blind() {
  const other = new Judge(judge.key, judge.responseBits);
  other.check = () => assert.fail("judged from the compact form");
  return other;
}

test("a batch of honest ballots is accepted without the compact form", () => {
  assert.equal(judgeAll(blind(), honest.map(caseOf)).size, 0);
});

test("ballots whose commitments are missing, false or of another number are judged from the compact form", () => {
  const [whole] = honest.map(caseOf);
  for (const commitments of [null, [], whole.commitments.slice(1), whole.commitments.map((a) => judge.key.modulus - a), whole.commitments.map(() => 0n), whole.commitments.map(() => 7n)]) {
    assert.equal(judgeAll(judge, [{ ...whole, commitments }]).size, 0);
  }
});

test("a false ballot is found among honest ones, and named", () => {
  const many = [...honest, ...honest, ...honest, ...honest].map(caseOf);
  const [bad] = honest.map(caseOf); // its transcript holds: only the equation shows that it is false
  bad.claim.proofs[0].responses[0] += 1n;
  many[13] = bad;
  const refused = judgeAll(judge, many);
  assert.deepEqual([...refused].map(([index, { name }]) => [index, name]), [[13, "ChallengeMismatch"]]);
});

test("two errors that cancel each other do not cancel in a batch", () => {
  const two = [honest[0], honest[1]].map(caseOf);
  two[0].claim.proofs[0].responses[0] += 1n;
  two[1].claim.proofs[0].responses[0] -= 1n;
  assert.equal(judgeAll(judge, two).size, 2);
});

const key = keys["1024"];
const context = new TextEncoder().encode(key.context);
const certificate = { nthRoots: key.nth_roots.map(number), squareRoots: key.square_roots.map(number) };
const n = number(key.modulus);

test("the certificate of the vectors holds", () => checkCertificate(n, context, certificate));

const replaced = (list, place, value) => list.map((item, index) => (index === place ? value : item));
for (const [name, modulus, roots, place] of [
  ["another election", n, certificate, new Uint8Array(16)],
  ["an n-th root of another value", n, { ...certificate, nthRoots: replaced(certificate.nthRoots, 7, certificate.nthRoots[6]) }],
  ["a root beyond n", n, { ...certificate, nthRoots: replaced(certificate.nthRoots, 0, certificate.nthRoots[0] + n) }],
  ["a square root of another value", n, { ...certificate, squareRoots: replaced(certificate.squareRoots, 127, 2n) }],
  ["a square root of zero", n, { ...certificate, squareRoots: replaced(certificate.squareRoots, 0, 0n) }],
  ["an n that is not 1 modulo 8", n + 2n, certificate],
  ["an n with a small factor", 17n * 17n * (n - (n % 8n) + 1n), certificate],
  ["a prime n", 2n ** 127n - 1n + 0n, certificate],
  ["a square", number(key.p) ** 2n, certificate],
]) {
  test(`certificate is refused: ${name}`, () => refuses(() => checkCertificate(modulus, place ?? context, roots), "CertificateError"));
}

const threshold = {
  n,
  gamma0: number(key.gamma0),
  base: number(key.verification_base),
  keys: key.verification_keys.map(number),
  threshold: key.threshold,
};

test("the verification keys of the vectors are sound", () => checkVerificationKeys(threshold, context));

for (const [name, changes] of [
  ["another base", { base: threshold.base + 1n }],
  ["γ0 of zero", { gamma0: 0n }],
  ["another γ0", { gamma0: threshold.gamma0 + 1n }],
  ["a key of one", { keys: replaced(threshold.keys, 0, 1n) }],
  ["one key twice", { keys: replaced(threshold.keys, 0, threshold.keys[1]) }],
  ["keys in another order", { keys: [...threshold.keys].reverse() }],
  ["another key", { keys: replaced(threshold.keys, 2, (threshold.keys[2] * threshold.base) % n) }],
  ["a key that is no unit", { keys: replaced(threshold.keys, 2, number(key.p)) }],
  ["a threshold that two groups reach apart", { threshold: 1 }],
  ["a γ0 that is no unit", { gamma0: number(key.p) }],
]) {
  test(`verification keys are refused: ${name}`, () => refuses(() => checkVerificationKeys({ ...threshold, ...changes }, context), "VerificationKeyError"));
}

test("an opening is checked, and its ranges", () => {
  const opened = { ciphertext: ((1n + 5n * n) * power(3n, n, n * n)) % (n * n), plaintext: 5n, root: 3n };
  checkOpening(n, opened);
  refuses(() => checkOpening(n, { ...opened, plaintext: 6n }), "RootMismatch");
  for (const wrong of [{ plaintext: 5n + n }, { root: 0n }, { root: 3n + n }, { root: number(key.p) }]) {
    refuses(() => checkOpening(n, { ...opened, ...wrong }), "OutOfRange");
  }
});

test("a partial root out of range or without its proof is refused", () => {
  const proof = { challenge: 1n, response: 1n };
  for (const partial of [0n, n, number(key.q)]) refuses(() => checkShareProof(threshold, 1, 9n, partial, proof), "OutOfRange");
  refuses(() => checkShareProof(threshold, 1, 9n, 4n, proof), "ShareProofError");
});
