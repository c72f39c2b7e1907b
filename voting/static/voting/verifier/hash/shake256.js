// SPDX-License-Identifier: AGPL-3.0-or-later
/** SHAKE-256 (FIPS 202): the sponge over Keccak-f[1600] that all derived numbers come from. */

const RATE = 136; // octets
const LANES = 25;
const ROUNDS = 24;

/** FIPS 202, algorithm 5: the bits of a register of 8 bits. */
function roundConstants() {
  const constants = [];
  let register = 1;
  const next = () => {
    const bit = register & 1;
    register = register & 0x80 ? ((register << 1) & 0xff) ^ 0x71 : register << 1;
    return bit;
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    let constant = 0n;
    for (let bit = 0; bit <= 6; bit += 1) if (next()) constant |= 1n << ((1n << BigInt(bit)) - 1n);
    constants.push(constant);
  }
  return constants;
}

/** FIPS 202, algorithm 2: how far each lane is turned. */
function turns() {
  const amounts = new Array(LANES).fill(0n);
  let [x, y] = [1, 0];
  for (let step = 0; step < 24; step += 1) {
    amounts[x + 5 * y] = BigInt((((step + 1) * (step + 2)) / 2) % 64);
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return amounts;
}

const CONSTANTS = roundConstants();
const TURNS = turns();

/**
 * @param {Uint8Array} octets
 * @param {number} length octets of output
 */
export function shake256(octets, length) {
  const padded = new Uint8Array(Math.ceil((octets.length + 1) / RATE) * RATE);
  padded.set(octets);
  padded[octets.length] = 0x1f;
  padded[padded.length - 1] |= 0x80;
  const lanes = new Array(LANES).fill(0n);
  absorb(lanes, padded);
  return squeeze(lanes, length);
}

/**
 * @param {bigint[]} lanes
 * @param {Uint8Array} padded
 */
function absorb(lanes, padded) {
  const view = new DataView(padded.buffer);
  for (let place = 0; place < padded.length; place += RATE) {
    for (let lane = 0; lane < RATE / 8; lane += 1) lanes[lane] ^= view.getBigUint64(place + 8 * lane, true);
    permute(lanes);
  }
}

/**
 * @param {bigint[]} lanes
 * @param {number} length
 */
function squeeze(lanes, length) {
  const found = new DataView(new ArrayBuffer(Math.ceil(length / RATE) * RATE));
  for (let place = 0; place < length; place += RATE) {
    if (place) permute(lanes);
    for (let lane = 0; lane < RATE / 8; lane += 1) found.setBigUint64(place + 8 * lane, lanes[lane], true);
  }
  return new Uint8Array(found.buffer, 0, length);
}

/**
 * @param {bigint} lane
 * @param {bigint} bits
 */
function turn(lane, bits) {
  return BigInt.asUintN(64, lane << bits) | (lane >> (64n - bits));
}

/** @param {bigint[]} lanes */
function permute(lanes) {
  /** @type {bigint[]} */
  const moved = new Array(LANES).fill(0n);
  for (const constant of CONSTANTS) {
    const columns = [0, 1, 2, 3, 4].map((x) => lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]);
    const parities = [0, 1, 2, 3, 4].map((x) => columns[(x + 4) % 5] ^ turn(columns[(x + 1) % 5], 1n));
    for (let x = 0; x < 5; x += 1) {
      for (let y = 0; y < 5; y += 1) {
        const from = x + 5 * y;
        moved[y + 5 * ((2 * x + 3 * y) % 5)] = turn(lanes[from] ^ parities[x], TURNS[from]);
      }
    }
    for (let index = 0; index < LANES; index += 1) {
      const row = index - (index % 5);
      lanes[index] = moved[index] ^ (~moved[row + ((index + 1) % 5)] & moved[row + ((index + 2) % 5)]);
      lanes[index] = BigInt.asUintN(64, lanes[index]);
    }
    lanes[0] ^= constant;
  }
}
