// SPDX-License-Identifier: AGPL-3.0-or-later
/** Statements: "Π c_k^{a_k} encrypts one of these values" (docs/spec/protocol.md, "Statements"). */
import { inverse, mod, power } from "./numbers.js";
import { responseBits } from "./parameters.js";

/** @import { PublicKey } from "./parameters.js" */

/** @typedef {readonly [index: number, coefficient: bigint]} Term */

/**
 * @typedef {object} Statement
 * @property {readonly Term[]} terms
 * @property {readonly bigint[]} values in branch order
 */

/**
 * @param {Statement} statement
 * @returns {bigint} Σ|a|
 */
export function coefficientSum(statement) {
  return statement.terms.reduce((sum, [, a]) => sum + (a < 0n ? -a : a), 0n);
}

/**
 * @param {Pick<PublicKey, "bits">} key
 * @param {readonly Statement[]} statements
 * @returns {number} bits of the longest mask; a response is longer than that once in 2^128 times
 */
export function longestResponse({ bits }, statements) {
  return Math.max(0, ...statements.map((statement) => responseBits(bits, coefficientSum(statement))));
}

/**
 * @param {readonly Term[]} terms
 * @param {readonly bigint[]} values
 * @returns {bigint} Σ a_k·x_k
 */
export function sumOf(terms, values) {
  return terms.reduce((sum, [index, a]) => sum + a * values[index], 0n);
}

/**
 * @param {PublicKey} key
 * @param {bigint} exponent of any sign
 * @returns {bigint} g^exponent = 1 + (exponent mod n)·n
 */
export function gPower(key, exponent) {
  return 1n + mod(exponent, key.n) * key.n;
}

/**
 * @param {PublicKey} key
 * @param {readonly bigint[]} ciphertexts
 * @param {readonly Term[]} terms
 * @returns {bigint} C = Π c_k^{a_k} mod N
 */
export function combine(key, ciphertexts, terms) {
  const { modulus } = key;
  return terms.reduce((product, [index, a]) => {
    const factor = a < 0n ? power(inverse(ciphertexts[index], modulus), -a, modulus)
      : a === 1n ? ciphertexts[index] : power(ciphertexts[index], a, modulus);
    return (product * factor) % modulus;
  }, 1n);
}

/**
 * @param {bigint} value
 * @param {bigint} modulus
 * @returns {bigint} |a| = min(a, N − a): commitments live in Z*_N/{±1}
 */
export function absolute(value, modulus) {
  return value < modulus - value ? value : modulus - value;
}
