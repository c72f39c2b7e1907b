// SPDX-License-Identifier: AGPL-3.0-or-later
/** SHAKE-256 (FIPS 202), which Web Crypto does not have. Small rather than fast; for public values. */

/** @import { Octets } from "../octets.js" */

const RATE = 136; // octets of the state that take input and give output
const ROUNDS = 24;
const LANES = 25;
const MASK = (1n << 64n) - 1n;

/** FIPS 202, section 3.2.2: the offset of lane x + 5y, by walking (x, y) → (y, 2x + 3y). */
const OFFSETS = makeOffsets();

/** Section 3.2.5: a round constant's bits come from a linear feedback shift register. */
const CONSTANTS = makeConstants();

function makeOffsets() {
  /** @type {bigint[]} */
  const offsets = Array(LANES).fill(0n);
  let [x, y] = [1, 0];
  for (let step = 0; step < ROUNDS; step += 1) {
    offsets[x + 5 * y] = BigInt((((step + 1) * (step + 2)) / 2) % 64);
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return offsets;
}

function makeConstants() {
  const constants = [];
  let register = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    let constant = 0n;
    for (let bit = 0; bit < 7; bit += 1) {
      if (register & 1) constant |= 1n << BigInt((1 << bit) - 1);
      register <<= 1;
      if (register & 0x100) register ^= 0x171;
    }
    constants.push(constant);
  }
  return constants;
}

/**
 * @param {bigint} lane
 * @param {bigint} offset
 */
function rotate(lane, offset) {
  return ((lane << offset) | (lane >> (64n - offset))) & MASK;
}

/** @param {bigint[]} state 25 lanes, changed in place */
function permute(state) {
  for (const constant of CONSTANTS) {
    theta(state);
    chi(state, rhoAndPi(state));
    state[0] ^= constant;
  }
}

/** @param {bigint[]} state */
function theta(state) {
  const columns = [0, 1, 2, 3, 4].map((x) => state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]);
  for (let lane = 0; lane < LANES; lane += 1) {
    state[lane] ^= columns[(lane + 4) % 5] ^ rotate(columns[(lane + 1) % 5], 1n);
  }
}

/** @param {bigint[]} state */
function rhoAndPi(state) {
  /** @type {bigint[]} */
  const moved = Array(LANES);
  for (let lane = 0; lane < LANES; lane += 1) {
    const [x, y] = [lane % 5, Math.floor(lane / 5)];
    moved[y + 5 * ((2 * x + 3 * y) % 5)] = rotate(state[lane], OFFSETS[lane]);
  }
  return moved;
}

/**
 * @param {bigint[]} state
 * @param {bigint[]} moved
 */
function chi(state, moved) {
  for (let lane = 0; lane < LANES; lane += 1) {
    const row = lane - (lane % 5);
    state[lane] = moved[lane] ^ (~moved[row + ((lane + 1) % 5)] & MASK & moved[row + ((lane + 2) % 5)]);
  }
}

/**
 * @param {Uint8Array} octets
 * @param {number} length
 * @returns {Octets} the first `length` octets of output
 */
export function shake256(octets, length) {
  const padded = new Uint8Array((Math.floor(octets.length / RATE) + 1) * RATE);
  padded.set(octets);
  padded[octets.length] ^= 0x1f; // the domain of SHAKE, and the first bit of the padding
  padded[padded.length - 1] ^= 0x80;
  /** @type {bigint[]} */
  const state = Array(LANES).fill(0n);
  const view = new DataView(padded.buffer);
  for (let start = 0; start < padded.length; start += RATE) {
    for (let lane = 0; lane < RATE / 8; lane += 1) state[lane] ^= view.getBigUint64(start + 8 * lane, true);
    permute(state);
  }
  return squeeze(state, length);
}

/**
 * @param {bigint[]} state
 * @param {number} length
 */
function squeeze(state, length) {
  const output = new Uint8Array(Math.ceil(length / RATE) * RATE);
  const view = new DataView(output.buffer);
  for (let start = 0; start < output.length; start += RATE) {
    if (start > 0) permute(state);
    for (let lane = 0; lane < RATE / 8; lane += 1) view.setBigUint64(start + 8 * lane, state[lane], true);
  }
  return output.slice(0, length);
}
