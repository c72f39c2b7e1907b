// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Octets, hexadecimal and big-endian integers (docs/spec/protocol.md, "Notation"). Public arithmetic: no timing claims.
 */
import { NotHex, OutOfRange } from "./errors.js";

/** @typedef {Uint8Array<ArrayBuffer>} Octets */

/**
 * @param {string} text
 * @returns {Octets}
 */
export function utf8(text) {
  return new Uint8Array(new TextEncoder().encode(text));
}

/**
 * @param {Uint8Array[]} parts
 * @returns {Octets} all parts, one after the other
 */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 * @returns {boolean}
 */
export function areEqual(left, right) {
  return left.length === right.length && left.every((octet, index) => octet === right[index]);
}

/**
 * @param {Uint8Array} octets
 * @returns {string} lower-case hexadecimal
 */
export function toHex(octets) {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} text lower-case hexadecimal; NotHex for anything else
 * @returns {Octets}
 */
export function fromHex(text) {
  if (typeof text !== "string" || text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    throw new NotHex("not lower-case hexadecimal octets");
  }
  const octets = new Uint8Array(text.length / 2);
  for (let index = 0; index < octets.length; index += 1) {
    octets[index] = Number.parseInt(text.slice(2 * index, 2 * index + 2), 16);
  }
  return octets;
}

/**
 * @param {Uint8Array} octets most significant first
 * @returns {bigint}
 */
export function toInteger(octets) {
  return octets.length === 0 ? 0n : BigInt("0x" + toHex(octets));
}

/**
 * @param {bigint} number
 * @param {number} width
 * @returns {Octets} most significant first; OutOfRange unless 0 ≤ number < 256^width
 */
export function fromInteger(number, width) {
  const digits = number < 0n ? "" : number.toString(16).padStart(2 * width, "0");
  if (digits.length !== 2 * width) {
    throw new OutOfRange("a number does not fit its fixed width", { expected: width });
  }
  return fromHex(digits);
}

/**
 * @param {number} number below 2^32
 * @returns {Octets}
 */
export function u32be(number) {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, number);
  return octets;
}

/**
 * @param {Uint8Array[]} parts
 * @returns {Octets} u32be length ‖ octets, for every part: no two sequences share an encoding
 */
export function items(parts) {
  return concat(...parts.flatMap((part) => [u32be(part.length), part]));
}
