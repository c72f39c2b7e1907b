// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Powers and products of powers modulo a number (docs/spec/protocol.md, "Cost").
 *
 * The native remainder is used throughout: at 6144 bits it costs about two multiplications, so that Montgomery's or
 * Barrett's form, which take two multiplications more, gain nothing.
 */
import { bitLength, inverse, mod } from "./integers.js";

/**
 * base^exponent, the exponent of any sign.
 * @param {bigint} base
 * @param {bigint} exponent
 * @param {bigint} modulus
 */
export function power(base, exponent, modulus) {
  if (exponent < 0n) return positivePower(inverse(base, modulus), -exponent, modulus);
  return positivePower(mod(base, modulus), exponent, modulus);
}

/**
 * Sliding windows over a table of odd powers.
 * @param {bigint} base
 * @param {bigint} exponent
 * @param {bigint} modulus
 */
function positivePower(base, exponent, modulus) {
  const bits = exponent.toString(2);
  const width = bits.length > 600 ? 6 : bits.length > 80 ? 4 : 1;
  const odd = [base % modulus];
  if (width > 1) {
    const square = (base * base) % modulus;
    for (let index = 1; index < 1 << (width - 1); index += 1) odd.push((odd[index - 1] * square) % modulus);
  }
  let result = 1n;
  for (let place = 0; place < bits.length; ) {
    const window = windowAt(bits, place, width);
    for (let step = 0; step < window.length; step += 1) result = (result * result) % modulus;
    const digit = parseInt(window, 2);
    if (digit) result = (result * odd[digit >> 1]) % modulus;
    place += window.length;
  }
  return result % modulus;
}

/**
 * The longest window from here that ends in 1, or a single 0.
 * @param {string} bits
 * @param {number} place
 * @param {number} width
 */
function windowAt(bits, place, width) {
  if (bits[place] === "0") return "0";
  const window = bits.slice(place, place + width);
  return window.slice(0, window.lastIndexOf("1") + 1);
}

/** Powers of one base, with a table: one multiplication for each `width` bits of an exponent. */
export class FixedBase {
  /**
   * @param {bigint} base
   * @param {bigint} modulus
   * @param {number} bits of the longest exponent
   * @param {number} width bits of a digit
   */
  constructor(base, modulus, bits, width) {
    this.modulus = modulus;
    this.width = width;
    /** @type {bigint[][]} */
    this.rows = [];
    let first = base;
    for (let place = 0; place < bits; place += width) {
      const row = [1n, first];
      while (row.length < 1 << width) row.push((row[row.length - 1] * first) % modulus);
      this.rows.push(row);
      first = (row[row.length - 1] * first) % modulus;
    }
  }

  /** @param {bigint} exponent not negative */
  power(exponent) {
    let result = 1n;
    const digits = exponent.toString(2);
    for (let [row, end] = [0, digits.length]; end > 0; row += 1, end -= this.width) {
      const digit = parseInt(digits.slice(Math.max(0, end - this.width), end), 2);
      if (digit) result = result === 1n ? this.rows[row][digit] : (result * this.rows[row][digit]) % this.modulus;
    }
    return result;
  }
}

/**
 * Π base^exponent, exponents not negative, by buckets: windows from bit 0 up, each as wide as is cheapest for the bases
 * that still have bits there.
 * @param {readonly bigint[]} bases
 * @param {readonly bigint[]} exponents
 * @param {bigint} modulus
 */
export function productOfPowers(bases, exponents, modulus) {
  const lengths = exponents.map(bitLength);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const windows = [];
  for (let start = 0; start < longest; ) {
    const left = lengths.filter((length) => length > start).length;
    const width = Math.min(cheapestWidth(left), longest - start);
    windows.push({ start, width });
    start += width;
  }
  return windows.reduceRight((result, { start, width }) => {
    let raised = result;
    for (let step = 0; step < width && raised !== 1n; step += 1) raised = (raised * raised) % modulus;
    return (raised * windowProduct(bases, exponents, lengths, start, width, modulus)) % modulus;
  }, 1n % modulus);
}

/** @param {number} count bases that are left */
function cheapestWidth(count) {
  let best = 1;
  const cost = (/** @type {number} */ width) => (count * (1 - 2 ** -width) + 2 ** (width + 1) - 2) / width;
  while (cost(best + 1) < cost(best)) best += 1;
  return best;
}

/**
 * Π base^digit for the digits at one place: each base into the bucket of its digit, then Σ digit·bucket by suffixes.
 * @param {readonly bigint[]} bases
 * @param {readonly bigint[]} exponents
 * @param {readonly number[]} lengths
 * @param {number} start
 * @param {number} width
 * @param {bigint} modulus
 */
function windowProduct(bases, exponents, lengths, start, width, modulus) {
  /** @type {(bigint | undefined)[]} */
  const buckets = new Array(1 << width).fill(undefined);
  for (let index = 0; index < bases.length; index += 1) {
    if (lengths[index] <= start) continue;
    const digit = Number(BigInt.asUintN(width, exponents[index] >> BigInt(start)));
    if (digit) buckets[digit] = times(buckets[digit], bases[index], modulus);
  }
  let [suffix, result] = [/** @type {bigint | undefined} */ (undefined), /** @type {bigint | undefined} */ (undefined)];
  for (let digit = buckets.length - 1; digit > 0; digit -= 1) {
    const bucket = buckets[digit];
    if (bucket !== undefined) suffix = times(suffix, bucket, modulus);
    if (suffix !== undefined) result = times(result, suffix, modulus);
  }
  return result ?? 1n;
}

/**
 * @param {bigint | undefined} left 1 where there is none
 * @param {bigint} right
 * @param {bigint} modulus
 */
function times(left, right, modulus) {
  return left === undefined ? right : (left * right) % modulus;
}
