// SPDX-License-Identifier: AGPL-3.0-or-later
/** Octets, and what is written with them: hexadecimal, UTF-8, big-endian integers. */

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/** @param {Uint8Array} octets */
export function toHex(octets) {
  let text = "";
  for (const octet of octets) text += HEX[octet];
  return text;
}

/**
 * The octets of an even number of hexadecimal digits that were checked before.
 * @param {string} text
 */
export function fromHex(text) {
  const octets = new Uint8Array(text.length / 2);
  for (let place = 0; place < octets.length; place += 1) octets[place] = parseInt(text.slice(2 * place, 2 * place + 2), 16);
  return octets;
}

/** @param {string} text */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

/** @param {readonly Uint8Array[]} parts */
export function concat(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
export function isEqual(left, right) {
  return left.length === right.length && left.every((octet, place) => octet === right[place]);
}

/**
 * A big-endian integer.
 * @param {Uint8Array} octets
 */
export function toInteger(octets) {
  return octets.length ? BigInt(`0x${toHex(octets)}`) : 0n;
}

/**
 * `num(x, w)` of docs/spec/protocol.md: x in `width` octets, most significant first; the caller knows that it fits.
 * @param {bigint} value
 * @param {number} width
 */
export function fromInteger(value, width) {
  return fromHex(value.toString(16).padStart(2 * width, "0"));
}

/** @param {number} value */
export function u32be(value) {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
}
