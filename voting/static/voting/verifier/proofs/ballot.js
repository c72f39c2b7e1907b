// SPDX-License-Identifier: AGPL-3.0-or-later
/** One ballot's proof, judged from its compact form, which defines whether it is valid (docs/spec/protocol.md, "Checks"). */
import { fromInteger, toInteger, utf8 } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { sha256 } from "../hash/sha256.js";
import { inverses } from "../numbers/integers.js";
import { FixedBase, productOfPowers } from "../numbers/powers.js";
import { items } from "../numbers/residues.js";
import { CHALLENGE_BITS, checkForm } from "./form.js";
import { powerOfG } from "./public_key.js";

/** @typedef {import("./public_key.js").PublicKey} PublicKey */
/** @typedef {import("../contests/program.js").Statement} Statement */
/** @typedef {{ challenges: bigint[], responses: bigint[] }} StatementProof */

/**
 * What a ballot claims, and its proof; the statements are over all its ciphertexts in a row.
 * @typedef {object} Claim
 * @property {readonly Uint8Array[]} context fingerprint, credential, supersedes
 * @property {bigint[]} ciphertexts
 * @property {Statement[]} statements
 * @property {bigint} challenge
 * @property {StatementProof[]} proofs
 */

const TAG = utf8("veritally/ballot-proof/1");
const DIGIT = 6; // bits; wider tables take longer to make than they save on a few hundred ballots

/** The tables that serve all ballots of an election. */
export class Judge {
  /**
   * @param {PublicKey} key
   * @param {number} responseBits of the longest response
   */
  constructor(key, responseBits) {
    this.key = key;
    this.responseBits = responseBits;
    /** @type {FixedBase | null} */
    this.table = null;
  }

  /**
   * h^exponent, for an exponent that is no longer than a response.
   * @param {bigint} exponent
   */
  powerOfH(exponent) {
    this.table ??= new FixedBase(this.key.h, this.key.modulus, this.responseBits, DIGIT);
    return this.table.power(exponent);
  }

  /**
   * Refuses a ballot whose proof does not hold.
   * @param {Claim} claim
   */
  check(claim) {
    checkForm(this.key, claim);
    checkSums(claim);
    checkChallenge(this.key, claim, this.commitments(claim));
  }

  /**
   * |a_ij| = |h^z · (C·g^−v)^−e| of every branch, in ballot order.
   * @param {Claim} claim
   */
  commitments({ ciphertexts, statements, proofs }) {
    const { modulus } = this.key;
    const inverted = inverses(statements.map(({ terms }) => combined(this.key, ciphertexts, terms)), modulus);
    return statements.flatMap(({ values }, index) => {
      const { challenges, responses } = proofs[index];
      const table = new FixedBase(inverted[index], modulus, CHALLENGE_BITS, digitFor(values.length));
      return values.map((value, branch) => {
        const e = challenges[branch];
        const masked = (this.powerOfH(responses[branch]) * table.power(e)) % modulus;
        return absolute((masked * powerOfG(this.key, value * e)) % modulus, modulus);
      });
    });
  }
}

/**
 * C = Π c_k^{a_k} over the terms of a statement.
 * @param {PublicKey} key
 * @param {readonly bigint[]} ciphertexts
 * @param {import("../contests/program.js").Terms} terms
 */
function combined({ modulus }, ciphertexts, terms) {
  const part = (/** @type {bigint} */ sign) => {
    const own = terms.filter(([, a]) => a * sign > 0n);
    return productOfPowers(own.map(([k]) => ciphertexts[k]), own.map(([, a]) => a * sign), modulus);
  };
  const below = part(-1n);
  return below === 1n ? part(1n) : (part(1n) * inverses([below], modulus)[0]) % modulus;
}

/**
 * The bits of a digit for which table and powers of one statement are cheapest.
 * @param {number} branches
 */
function digitFor(branches) {
  const cost = (/** @type {number} */ b) => Math.ceil(CHALLENGE_BITS / b) * (2 ** b - 1 + branches * (1 - 2 ** -b));
  let best = 1;
  while (cost(best + 1) < cost(best)) best += 1;
  return best;
}

/**
 * |a| = min(a, N − a).
 * @param {bigint} value
 * @param {bigint} modulus
 */
function absolute(value, modulus) {
  return 2n * value > modulus ? modulus - value : value;
}

/**
 * Σ e_j ≡ e modulo 2^128, for every statement.
 * @param {Claim} claim
 */
export function checkSums({ challenge, proofs }) {
  for (const { challenges } of proofs) {
    const sum = BigInt.asUintN(CHALLENGE_BITS, challenges.reduce((total, e) => total + e, 0n));
    if (sum !== challenge) throw new Refusal("crypto", "ChallengeSumMismatch", "the sub-challenges do not add up", { expected: challenge, computed: sum });
  }
}

/**
 * e is the hash of the transcript with these commitments.
 * @param {PublicKey} key
 * @param {Claim} claim
 * @param {readonly bigint[]} commitments
 */
export function checkChallenge({ width }, { context, ciphertexts, challenge }, commitments) {
  const numbers = [...ciphertexts, ...commitments].map((number) => fromInteger(number, 2 * width));
  const computed = toInteger(sha256(items([TAG, ...context, ...numbers])).subarray(0, 16));
  if (computed !== challenge) {
    throw new Refusal("crypto", "ChallengeMismatch", "the challenge is not the hash of the transcript", { expected: computed, computed: challenge });
  }
}
