// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How many bits a counter has, and how tallies of variables share one plaintext (docs/spec/contests.md, "Counters").
 */
import { DoesNotFit, InvalidCapacity, InvalidCounterBits } from "../errors.js";
import { bitLength } from "../crypto/numbers.js";
import { checkBounds, MARGIN } from "./program.js";

/** @import { Program, Sizes } from "./program.js" */

/** @typedef {readonly (readonly [variable: number, shift: number])[]} AggregateTerms */

const LEAST_BITS = 2;

/**
 * @param {number} capacity the greatest total weight of the roll
 * @param {number} largest the greatest value that one ballot of weight 1 adds to a counter
 * @returns {number} the smallest b ≥ 2 with 2^b > capacity · largest; InvalidCapacity unless 1 ≤ that < 2^53
 */
export function counterBits(capacity, largest) {
  const total = BigInt(capacity) * BigInt(largest);
  if (capacity < 1 || largest < 1 || total > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new InvalidCapacity("capacity times largest value", { expected: "1..2^53 − 1", computed: total });
  }
  return Math.max(LEAST_BITS, bitLength(total));
}

/**
 * Throws unless the program can be proved and counted: WrapAround, InvalidCounterBits, DoesNotFit.
 * @param {Program} program
 * @param {Sizes} sizes
 * @returns {Program} the same
 */
export function checkFit(program, sizes) {
  if (sizes.counterBits < LEAST_BITS) {
    throw new InvalidCounterBits("counters too small", { expected: LEAST_BITS, computed: sizes.counterBits });
  }
  checkBounds(program, sizes.modulusBits);
  for (const { domain, counters } of program.variables) {
    const width = counters * sizes.counterBits;
    const expected = sizes.modulusBits - MARGIN;
    if (width > expected) throw new DoesNotFit("counters of one variable", { expected, computed: width });
    const needed = bitLength(domain[domain.length - 1]);
    if (width && needed > width) throw new DoesNotFit("a value above its counters", { expected: width });
  }
  return program;
}

/**
 * Which tallies share one plaintext, and how far each is shifted; variables without counters are left out.
 * @param {Program} program
 * @param {Sizes} sizes
 * @returns {AggregateTerms[]} throws as checkFit
 */
export function pack(program, sizes) {
  checkFit(program, sizes);
  /** @type {[number, number][][]} */
  const aggregates = [];
  let used = sizes.modulusBits; // full: the first variable begins the first aggregate
  program.variables.forEach(({ counters }, index) => {
    const width = counters * sizes.counterBits;
    if (!width) return;
    if (used + width > sizes.modulusBits - MARGIN) {
      aggregates.push([]);
      used = 0;
    }
    aggregates[aggregates.length - 1].push([index, used]);
    used += width;
  });
  return aggregates;
}
