// SPDX-License-Identifier: AGPL-3.0-or-later
/** How many bits a counter has, and how tallies share one plaintext (docs/spec/contests.md, "Counters"). */
import { MAX_INTEGER } from "../codec/canonical.js";
import { Refusal } from "../errors.js";
import { MARGIN, checkBounds } from "./program.js";

/** @typedef {import("./program.js").Program} Program */
/** @typedef {(readonly [number, number])[]} Packed variable and shift in bits */
/** @typedef {{ counterBits: number, modulusBits: number }} Sizes */

/**
 * The smallest b ≥ 2 with 2^b > capacity · largest.
 * @param {number} capacity
 * @param {number} largest
 */
export function counterBits(capacity, largest) {
  const total = BigInt(capacity) * BigInt(largest);
  if (total < 1n || total > BigInt(MAX_INTEGER)) {
    throw new Refusal("contest", "InvalidCapacity", "capacity times largest value", { expected: `1..${MAX_INTEGER}`, computed: total });
  }
  return Math.max(2, bitLength(total));
}

/** @param {bigint} value not negative */
export function bitLength(value) {
  return value ? value.toString(2).length : 0;
}

/**
 * Whether the program can be proved and counted with these sizes.
 * @param {Program} program
 * @param {Sizes} sizes
 * @returns {Program} the same
 */
export function fitting(program, { counterBits: bits, modulusBits }) {
  checkBounds(program, modulusBits);
  const room = modulusBits - MARGIN;
  for (const { domain, counters } of program.variables) {
    const width = counters * bits;
    const needed = bitLength(domain[domain.length - 1]);
    if (width > room) doesNotFit("counters of one variable", room, width);
    if (width && needed > width) doesNotFit("a value above its counters", width, needed);
  }
  return program;
}

/**
 * The aggregates of one contest: which tallies share a plaintext, and how far each is shifted.
 * @param {Program} program
 * @param {Sizes} sizes
 */
export function pack({ variables }, { counterBits: bits, modulusBits }) {
  /** @type {Packed[]} */
  const aggregates = [];
  let used = Infinity; // the first variable begins the first aggregate
  variables.forEach(({ counters }, index) => {
    const width = counters * bits;
    if (!width) return;
    if (used + width > modulusBits - MARGIN) {
      aggregates.push([]);
      used = 0;
    }
    aggregates[aggregates.length - 1].push([index, used]);
    used += width;
  });
  return aggregates;
}

/**
 * The counters of the variables of one aggregate, lowest digit first.
 * @param {Program} program
 * @param {Packed} aggregate
 * @param {bigint} plaintext
 * @param {number} bits of a counter
 */
export function unpack({ variables }, aggregate, plaintext, bits) {
  const [last, shift] = aggregate[aggregate.length - 1];
  const width = shift + variables[last].counters * bits;
  if (plaintext >> BigInt(width)) {
    throw new Refusal("contest", "StrayBits", "bits above the last slot", { expected: `${width} bits`, computed: `${bitLength(plaintext)} bits` });
  }
  return aggregate.map(([index, start]) => digits(plaintext >> BigInt(start), variables[index].counters, bits));
}

/**
 * @param {bigint} number
 * @param {number} count
 * @param {number} bits
 */
function digits(number, count, bits) {
  return Array.from({ length: count }, (_, place) => Number(BigInt.asUintN(bits, number >> BigInt(bits * place))));
}

/**
 * @param {string} message
 * @param {number} expected
 * @param {number} computed
 * @returns {never}
 */
export function doesNotFit(message, expected, computed) {
  throw new Refusal("contest", "DoesNotFit", message, { expected: `${expected} bits`, computed: `${computed} bits` });
}
