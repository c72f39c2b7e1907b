// SPDX-License-Identifier: AGPL-3.0-or-later
/** Modular arithmetic on BigInt. Nothing here is constant-time, and BigInt could not be: no timing claims. */
import { NotAUnit } from "../errors.js";

const WINDOW = 5;

/**
 * @param {bigint} number not negative
 * @returns {number}
 */
export function bitLength(number) {
  if (number === 0n) return 0;
  const digits = number.toString(16);
  return 4 * digits.length - Math.clz32(Number.parseInt(digits[0], 16)) + 28;
}

/**
 * @param {bigint} number
 * @param {bigint} modulus
 * @returns {bigint} the least non-negative residue
 */
export function mod(number, modulus) {
  const residue = number % modulus;
  return residue < 0n ? residue + modulus : residue;
}

/**
 * @param {bigint} left not negative
 * @param {bigint} right not negative
 */
export function gcd(left, right) {
  let [found, rest] = [left, right];
  while (rest) [found, rest] = [rest, found % rest];
  return found;
}

/**
 * @param {bigint} value
 * @param {bigint} modulus
 * @returns {bigint} value^-1; throws NotAUnit
 */
export function inverse(value, modulus) {
  let [rest, next] = [mod(value, modulus), modulus];
  let [factor, nextFactor] = [1n, 0n];
  while (next) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  if (rest !== 1n) throw new NotAUnit("a value has no inverse");
  return mod(factor, modulus);
}

/**
 * base^exponent mod modulus, by fixed windows.
 * @param {bigint} base
 * @param {bigint} exponent not negative
 * @param {bigint} modulus
 */
export function power(base, exponent, modulus) {
  const row = [1n % modulus];
  for (let digit = 1; digit < 1 << WINDOW; digit += 1) row.push((row[digit - 1] * base) % modulus);
  let result = row[0];
  for (const digit of windows(exponent, WINDOW).reverse()) {
    for (let step = 0; step < WINDOW; step += 1) result = (result * result) % modulus;
    if (digit) result = (result * row[digit]) % modulus;
  }
  return result;
}

/**
 * @param {bigint} exponent not negative
 * @param {number} window bits of a digit
 * @returns {number[]} digits in base 2^window, lowest first
 */
export function windows(exponent, window) {
  const bits = exponent.toString(2);
  const digits = [];
  for (let end = bits.length; end > 0; end -= window) {
    digits.push(Number.parseInt(bits.slice(Math.max(0, end - window), end), 2));
  }
  return digits;
}

/**
 * Throws NotAUnit unless every value is coprime to n: one gcd of the product.
 * @param {readonly bigint[]} values
 * @param {bigint} n
 */
export function checkUnits(values, n) {
  const product = values.reduce((found, value) => (found * value) % n, 1n);
  if (gcd(product, n) !== 1n) throw new NotAUnit("a value shares a factor with n");
}
