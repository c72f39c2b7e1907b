// SPDX-License-Identifier: AGPL-3.0-or-later
/** SHA-512 (FIPS 180-4, section 6.4), for the short messages of Ed25519; written for clarity, not for speed. */
import { INITIAL_512, ROUNDS_512 } from "./constants.js";

const BLOCK = 128; // octets

/** @param {Uint8Array} octets */
export function sha512(octets) {
  const padded = new Uint8Array(Math.ceil((octets.length + 17) / BLOCK) * BLOCK);
  padded.set(octets);
  padded[octets.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(octets.length) * 8n);
  let state = INITIAL_512;
  for (let place = 0; place < padded.length; place += BLOCK) state = compress(state, view, place);
  const digest = new DataView(new ArrayBuffer(64));
  state.forEach((word, index) => digest.setBigUint64(8 * index, word));
  return new Uint8Array(digest.buffer);
}

/** @param {bigint} word */
function u64(word) {
  return BigInt.asUintN(64, word);
}

/**
 * @param {bigint} word
 * @param {bigint} bits
 */
function turn(word, bits) {
  return (word >> bits) | u64(word << (64n - bits));
}

/**
 * @param {DataView} view
 * @param {number} place
 */
function schedule(view, place) {
  const words = Array.from({ length: 16 }, (_, index) => view.getBigUint64(place + 8 * index));
  for (let index = 16; index < 80; index += 1) {
    const early = words[index - 15];
    const late = words[index - 2];
    const small0 = turn(early, 1n) ^ turn(early, 8n) ^ (early >> 7n);
    const small1 = turn(late, 19n) ^ turn(late, 61n) ^ (late >> 6n);
    words.push(u64(words[index - 16] + small0 + words[index - 7] + small1));
  }
  return words;
}

/**
 * @param {readonly bigint[]} state
 * @param {DataView} view
 * @param {number} place
 */
function compress(state, view, place) {
  const words = schedule(view, place);
  let [a, b, c, d, e, f, g, h] = state;
  for (let index = 0; index < 80; index += 1) {
    const big1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
    const first = h + big1 + ((e & f) ^ (u64(~e) & g)) + ROUNDS_512[index] + words[index];
    const big0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
    const second = big0 + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [u64(first + second), a, b, c, u64(d + first), e, f, g];
  }
  return [a, b, c, d, e, f, g, h].map((word, index) => u64(word + state[index]));
}
