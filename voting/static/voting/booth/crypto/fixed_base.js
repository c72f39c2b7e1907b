// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Powers of one base that is used a few times, with short exponents: C^−1 of a statement, to the 128 bits of each branch's
 * challenge (Brickell, Gordon, McCurley, Wilson 1992, radix 2^3).
 *
 * Kept are base^(8^r) alone: making them costs one squaring for each bit of the longest exponent, and a power of 128 bits then
 * 43 multiplications. Which products are made depends on the exponent: no timing claims.
 */
import { windows } from "./numbers.js";

const WINDOW = 3;
const DIGITS = 1 << WINDOW;

export class FixedBase {
  /** @type {bigint[]} */
  #rows;
  #modulus;

  /**
   * @param {bigint} base
   * @param {bigint} modulus
   */
  constructor(base, modulus) {
    this.#rows = [base % modulus];
    this.#modulus = modulus;
  }

  /**
   * Make the rows for exponents of this many bits; powers do so by themselves, but then somebody waits.
   * @param {number} bits
   */
  grow(bits) {
    while (this.#rows.length * WINDOW < bits) {
      let next = this.#rows[this.#rows.length - 1];
      for (let step = 0; step < WINDOW; step += 1) next = (next * next) % this.#modulus;
      this.#rows.push(next);
    }
  }

  /**
   * @param {bigint} exponent not negative
   * @returns {bigint} base^exponent mod modulus
   */
  power(exponent) {
    const digits = windows(exponent, WINDOW);
    this.grow(digits.length * WINDOW);
    const buckets = this.#buckets(digits);
    // Π_d bucket_d^d = Π_d (bucket_7 ⋯ bucket_d)
    let running = 1n;
    let result = 1n;
    for (let digit = DIGITS - 1; digit > 0; digit -= 1) {
      running = this.#times(running, buckets[digit]);
      result = this.#times(result, running);
    }
    return result % this.#modulus;
  }

  /** @param {number[]} digits */
  #buckets(digits) {
    /** @type {bigint[]} */
    const buckets = Array(DIGITS).fill(1n);
    digits.forEach((digit, row) => {
      if (digit) buckets[digit] = this.#times(buckets[digit], this.#rows[row]);
    });
    return buckets;
  }

  /**
   * @param {bigint} left
   * @param {bigint} right
   */
  #times(left, right) {
    if (left === 1n) return right;
    return right === 1n ? left : (left * right) % this.#modulus;
  }
}
