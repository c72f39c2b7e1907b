// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Powers of one base that is used again and again, h (Lim, Lee 1994): a comb of 8 teeth in 8 blocks.
 *
 * An exponent of up to 64·b bits is cut into 8 rows of 8·b bits, and each row into 8 blocks of b. What all subsets of the
 * rows give is kept for each block: that costs 64·b squarings and 8·247 products once, and a power then 64·b/8 products and
 * b − 1 squarings: 251 at 3072 bits (b = 28). Buckets without a table (fixed_base.js) would take 355. More teeth would pay
 * for themselves only beyond some 150 powers, fewer below 20: nobody would notice either. Which products are made depends on
 * the exponent: no timing claims.
 */
import { bitLength } from "./numbers.js";

const TEETH = 8;
const BLOCKS = 8;

export class Comb {
  /** @type {bigint} */
  #base;
  /** @type {bigint} */
  #modulus;
  #length = 0; // b, bits of a block
  /** @type {bigint[][]} by block, and by the set of rows */
  #tables = [];

  /**
   * @param {bigint} base
   * @param {bigint} modulus
   */
  constructor(base, modulus) {
    [this.#base, this.#modulus] = [base % modulus, modulus];
  }

  /**
   * Make the tables for exponents of this many bits; powers do so by themselves, but each longer exponent makes them anew.
   * @param {number} bits
   */
  grow(bits) {
    const length = Math.ceil(bits / (TEETH * BLOCKS));
    if (length <= this.#length) return;
    this.#length = length;
    const corners = this.#corners();
    this.#tables = Array.from({ length: BLOCKS }, (_, block) =>
      this.#products(Array.from({ length: TEETH }, (_unused, tooth) => corners[tooth * BLOCKS + block])),
    );
  }

  /**
   * @param {bigint} exponent not negative
   * @returns {bigint} base^exponent mod modulus
   */
  power(exponent) {
    this.grow(bitLength(exponent));
    const bits = exponent.toString(2).padStart(TEETH * BLOCKS * this.#length, "0");
    let result = 1n;
    for (let place = this.#length - 1; place >= 0; place -= 1) {
      result = this.#times(result, result);
      for (let block = 0; block < BLOCKS; block += 1) {
        result = this.#times(result, this.#tables[block][this.#rowsAt(bits, block * this.#length + place)]);
      }
    }
    return result % this.#modulus;
  }

  /** base^(2^(i·b)), where a block of a row begins. */
  #corners() {
    const corners = [this.#base];
    while (corners.length < TEETH * BLOCKS) {
      let next = corners[corners.length - 1];
      for (let step = 0; step < this.#length; step += 1) next = (next * next) % this.#modulus;
      corners.push(next);
    }
    return corners;
  }

  /**
   * @param {readonly bigint[]} factors
   * @returns {bigint[]} the product of each subset, by its bits
   */
  #products(factors) {
    const found = [1n];
    for (const factor of factors) found.push(...found.map((product) => this.#times(product, factor)));
    return found;
  }

  /**
   * @param {string} bits of the exponent, the highest first
   * @param {number} column
   * @returns {number} which of the rows have a 1 there, as bits
   */
  #rowsAt(bits, column) {
    let rows = 0;
    for (let tooth = 0; tooth < TEETH; tooth += 1) {
      if (bits[bits.length - 1 - column - tooth * BLOCKS * this.#length] === "1") rows |= 1 << tooth;
    }
    return rows;
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
