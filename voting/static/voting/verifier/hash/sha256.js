// SPDX-License-Identifier: AGPL-3.0-or-later
/** SHA-256 (FIPS 180-4, section 6.2), at once: the chain of a board has a hash for every entry. */
import { toHex } from "../codec/octets.js";
import { INITIAL_256, ROUNDS_256 } from "./constants.js";

const BLOCK = 64; // octets
const words = new Int32Array(64); // the message schedule of the block at hand

/** @param {Uint8Array} octets */
export function sha256(octets) {
  const state = Int32Array.from(INITIAL_256);
  const whole = octets.length - (octets.length % BLOCK);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  for (let place = 0; place < whole; place += BLOCK) compress(state, view, place);
  const tail = padded(octets, whole);
  for (let place = 0; place < tail.byteLength; place += BLOCK) compress(state, tail, place);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => digest.setInt32(4 * index, word));
  return new Uint8Array(digest.buffer);
}

/** @param {Uint8Array} octets */
export function sha256Hex(octets) {
  return toHex(sha256(octets));
}

/**
 * What follows the last whole block: the rest, 80, zeros, and the length in bits.
 * @param {Uint8Array} octets
 * @param {number} whole
 */
function padded(octets, whole) {
  const rest = octets.length - whole;
  const tail = new Uint8Array(rest + 9 > BLOCK ? 2 * BLOCK : BLOCK);
  tail.set(octets.subarray(whole));
  tail[rest] = 0x80;
  const view = new DataView(tail.buffer);
  view.setBigUint64(tail.length - 8, BigInt(octets.length) * 8n);
  return view;
}

/**
 * @param {number} word
 * @param {number} bits
 */
function turn(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}

/** @param {DataView} view
 * @param {number} place */
function schedule(view, place) {
  for (let index = 0; index < 16; index += 1) words[index] = view.getInt32(place + 4 * index);
  for (let index = 16; index < 64; index += 1) {
    const early = words[index - 15];
    const late = words[index - 2];
    const small0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const small1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[index] = (words[index - 16] + small0 + words[index - 7] + small1) | 0;
  }
}

/**
 * @param {Int32Array} state
 * @param {DataView} view
 * @param {number} place
 */
function compress(state, view, place) {
  schedule(view, place);
  let [a, b, c, d, e, f, g, h] = state;
  for (let index = 0; index < 64; index += 1) {
    const big1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const first = (h + big1 + ((e & f) ^ (~e & g)) + ROUNDS_256[index] + words[index]) | 0;
    const big0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}
