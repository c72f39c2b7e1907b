// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The constants of SHA-2, computed as FIPS 180-4, section 4.2, defines them: the first bits of the fractions of
 * square and cube roots of the first primes.
 */

/** @param {number} count */
function firstPrimes(count) {
  /** @type {number[]} */
  const found = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

/**
 * ⌊value^(1/degree)⌋, by bisection.
 * @param {bigint} value
 * @param {bigint} degree
 */
function root(value, degree) {
  let low = 0n;
  let high = 1n << (BigInt(value.toString(2).length) / degree + 1n);
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= value) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The first `bits` bits of the fractions of the roots of the first primes.
 * @param {number} count
 * @param {bigint} degree
 * @param {bigint} bits
 */
function fractions(count, degree, bits) {
  return firstPrimes(count).map((prime) => BigInt.asUintN(Number(bits), root(BigInt(prime) << (bits * degree), degree)));
}

const HALF = 32n;

export const INITIAL_512 = fractions(8, 2n, 64n);
export const ROUNDS_512 = fractions(80, 3n, 64n);
export const INITIAL_256 = Int32Array.from(INITIAL_512, (word) => Number(BigInt.asIntN(32, word >> HALF)));
export const ROUNDS_256 = Int32Array.from(ROUNDS_512.slice(0, 64), (word) => Number(BigInt.asIntN(32, word >> HALF)));
