// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The compact verification of a proof, which defines validity (docs/spec/protocol.md, "Checks", "Compact validity").
 *
 * Commitments are recomputed from ciphertexts, e_ij and z_ij. Signature and roll are not this module's business.
 */
import { ChallengeMismatch, ChallengeSumMismatch, OutOfRange, ShapeMismatch } from "../errors.js";
import { FixedBase } from "./fixed_base.js";
import { checkUnits, inverse } from "./numbers.js";
import { CHALLENGE_BITS, responseBits } from "./parameters.js";
import { absolute, coefficientSum, combine, gPower, longestResponse } from "./statements.js";
import { challenge } from "./transcript.js";

/** @import { PublicKey } from "./parameters.js" */
/** @import { BallotProof, Claim } from "./prover.js" */

/** @typedef {(made: number, total: number) => void} Progress in branches of the proof, if nothing else is said */

const CHALLENGES = 1n << BigInt(CHALLENGE_BITS);

/**
 * Checks 1 to 4. Throws ShapeMismatch, OutOfRange, NotAUnit, ChallengeSumMismatch or ChallengeMismatch.
 * @param {PublicKey} key
 * @param {Claim} claim
 * @param {BallotProof} proof
 * @param {Progress} [onprogress]
 */
export async function verifyCompact(key, claim, proof, onprogress) {
  checkShape(claim, proof);
  checkRanges(key, claim, proof);
  checkSums(proof);
  const commitments = recomputeCommitments(key, claim, proof, onprogress);
  const e = await challenge(claim.context, [...claim.ciphertexts, ...commitments], key.width);
  if (e !== proof.challenge) throw new ChallengeMismatch("the challenge is not the hash of the transcript");
}

/**
 * |a_ij| = |h^z · (C·g^−v)^−e| = |h^z · (C^−1)^e · g^{v·e}|, statement by statement.
 * @param {PublicKey} key
 * @param {Claim} claim
 * @param {BallotProof} proof
 * @param {Progress} [onprogress]
 * @returns {bigint[]}
 */
export function recomputeCommitments(key, claim, proof, onprogress = () => {}) {
  const { modulus } = key;
  const total = claim.statements.reduce((sum, { values }) => sum + values.length, 0);
  let made = 0;
  key.powers.grow(longestResponse(key, claim.statements));
  return claim.statements.flatMap((statement, i) => {
    const powers = new FixedBase(inverse(combine(key, claim.ciphertexts, statement.terms), modulus), modulus);
    return statement.values.map((v, j) => {
      const { challenges: { [j]: e }, responses: { [j]: z } } = proof.statements[i];
      const a = (((key.powers.power(z) * powers.power(e)) % modulus) * gPower(key, v * e)) % modulus;
      made += 1;
      onprogress(made, total);
      return absolute(a, modulus);
    });
  });
}

/**
 * Every ciphertext stands in a statement, every branch has a sub-challenge and a response.
 * @param {Claim} claim
 * @param {BallotProof} proof
 */
function checkShape(claim, proof) {
  const subjects = new Set(claim.statements.flatMap(({ terms }) => terms.filter(([, a]) => a).map(([k]) => k)));
  if (subjects.size !== claim.ciphertexts.length || !claim.ciphertexts.every((_, k) => subjects.has(k))) {
    throw new ShapeMismatch("ciphertexts do not match the statements");
  }
  const fits = claim.statements.length === proof.statements.length && claim.statements.every(({ values }, i) => {
    const { challenges, responses } = proof.statements[i];
    return challenges.length === values.length && responses.length === values.length;
  });
  if (!fits) throw new ShapeMismatch("branches do not match the statements");
}

/**
 * @param {PublicKey} key
 * @param {Claim} claim
 * @param {BallotProof} proof
 */
function checkRanges(key, claim, proof) {
  if (!claim.ciphertexts.every((c) => 0n < c && c < key.modulus)) {
    throw new OutOfRange("a ciphertext lies outside (0, N)");
  }
  checkUnits(claim.ciphertexts, key.n);
  claim.statements.forEach((statement, i) => {
    const bound = 2n << BigInt(responseBits(key.bits, coefficientSum(statement)));
    const { challenges, responses } = proof.statements[i];
    if (!challenges.every((e) => 0n <= e && e < CHALLENGES)) {
      throw new OutOfRange("a sub-challenge lies outside [0, 2^128)");
    }
    if (!responses.every((z) => 0n <= z && z < bound)) throw new OutOfRange("a response lies outside its range");
  });
}

/** @param {BallotProof} proof */
function checkSums(proof) {
  proof.statements.forEach(({ challenges }, i) => {
    const total = challenges.reduce((sum, e) => sum + e, 0n) % CHALLENGES;
    if (total !== proof.challenge) {
      throw new ChallengeSumMismatch(`sub-challenges of statement ${i} do not add up`);
    }
  });
}
