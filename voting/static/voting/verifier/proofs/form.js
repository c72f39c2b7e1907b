// SPDX-License-Identifier: AGPL-3.0-or-later
/** The form of a claim: shape and ranges, before any exponentiation (docs/spec/protocol.md, "Checks" 1 and 2). */
import { Refusal } from "../errors.js";
import { bitLength, checkUnits } from "../numbers/integers.js";

/** @typedef {import("./ballot.js").Claim} Claim */
/** @typedef {import("./public_key.js").PublicKey} PublicKey */

export const CHALLENGE_BITS = 128; // t
const HIDING_BITS = 128; // σ

/**
 * L + 1 for a statement: the bits that a response may have (docs/spec/record.md, "Ballot").
 * @param {number} modulusBits
 * @param {import("../contests/program.js").Terms} terms
 */
export function responseBits(modulusBits, terms) {
  const coefficients = terms.reduce((sum, [, a]) => sum + (a < 0n ? -a : a), 0n);
  return Math.ceil(modulusBits / 2) + bitLength(coefficients - 1n) + CHALLENGE_BITS + HIDING_BITS + 1;
}

/**
 * @param {PublicKey} key
 * @param {Claim} claim
 */
export function checkForm(key, claim) {
  checkShape(claim);
  checkRanges(key, claim);
  checkUnits(claim.ciphertexts, key.n);
}

/** @param {Claim} claim */
function checkShape({ ciphertexts, statements, proofs }) {
  const own = new Set(statements.flatMap(({ terms }) => (terms.length === 1 && terms[0][1] === 1n ? [terms[0][0]] : [])));
  const isWhole =
    statements.length === proofs.length &&
    ciphertexts.every((_, k) => own.has(k)) &&
    statements.every(({ terms }) => terms.every(([k]) => k < ciphertexts.length)) &&
    statements.every(({ values }, index) => [proofs[index].challenges, proofs[index].responses].every((row) => row.length === values.length));
  if (!isWhole) throw new Refusal("crypto", "ShapeMismatch", "ciphertexts, statements and branches do not fit together");
}

/**
 * @param {PublicKey} key
 * @param {Claim} claim
 */
function checkRanges({ n, modulus }, { ciphertexts, statements, proofs }) {
  const isWithin = (/** @type {bigint} */ value, /** @type {number} */ bits) => value >= 0n && bitLength(value) <= bits;
  const isRight =
    ciphertexts.every((c) => c > 0n && c < modulus) &&
    statements.every(({ terms }, index) => {
      const bits = responseBits(bitLength(n), terms);
      const { challenges, responses } = proofs[index];
      return challenges.every((e) => isWithin(e, CHALLENGE_BITS)) && responses.every((z) => isWithin(z, bits));
    });
  if (!isRight) throw new Refusal("crypto", "OutOfRange", "a number lies outside its range");
}
