// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * QR codes of octets (ISO/IEC 18004:2015): byte mode, level M, the smallest version that fits, the mask of least penalty.
 */
import { TooLongForQr } from "./errors.js";
import { utf8 } from "./octets.js";

/** @typedef {(boolean | undefined)[][]} Grid true is dark; undefined: not yet placed */

const VERSIONS = 40;
const FORMAT_LEVEL_M = 0b00;
/** Level M, by version: error correction octets of each block, and number of blocks (table 9). */
const EC_OCTETS = [
  0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
];
const BLOCKS = [
  0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33,
  35, 37, 38, 40, 43, 45, 47, 49,
];
/** Masks 0 to 7 (table 10): whether the module in row i, column j is turned. @type {((i: number, j: number) => boolean)[]} */
const MASKS = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_i, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

/**
 * @param {string} text
 * @param {number} [mask] 0 to 7; the one of least penalty if it is left out
 * @returns {boolean[][]} rows of modules, without the quiet zone; throws TooLongForQr
 */
export function qrModules(text, mask) {
  const data = utf8(text);
  const version = smallestVersion(data.length);
  const codewords = interleave(dataCodewords(data, version), version);
  const { grid, isFunction } = functionPatterns(version);
  placeCodewords(grid, isFunction, codewords);
  const masks = mask === undefined ? MASKS.map((_, index) => index) : [mask];
  const candidates = masks.map((index) => finish(grid, isFunction, index));
  const penalties = candidates.map(penalty);
  return candidates[penalties.indexOf(Math.min(...penalties))];
}

/** @param {number} version */
function sizeOf(version) {
  return 17 + 4 * version;
}

/** @param {number} version the number of modules that hold data and error correction */
function rawModules(version) {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const alignments = Math.floor(version / 7) + 2;
    modules -= (25 * alignments - 10) * alignments - 55;
    if (version >= 7) modules -= 36;
  }
  return modules;
}

/** @param {number} version */
function capacity(version) {
  return Math.floor(rawModules(version) / 8) - EC_OCTETS[version] * BLOCKS[version];
}

/** @param {number} length */
function smallestVersion(length) {
  for (let version = 1; version <= VERSIONS; version += 1) {
    const head = 4 + (version < 10 ? 8 : 16);
    if (head + 8 * length <= 8 * capacity(version)) return version;
  }
  throw new TooLongForQr("too long for a QR code", { computed: length });
}

/**
 * @param {Uint8Array} data
 * @param {number} version
 * @returns {number[]} mode, length, octets, terminator, padding
 */
function dataCodewords(data, version) {
  /** @type {number[]} */
  const bits = [];
  const put = (/** @type {number} */ value, /** @type {number} */ count) => {
    for (let place = count - 1; place >= 0; place -= 1) bits.push((value >>> place) & 1);
  };
  put(0b0100, 4);
  put(data.length, version < 10 ? 8 : 16);
  for (const octet of data) put(octet, 8);
  const all = 8 * capacity(version);
  put(0, Math.min(4, all - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < all; pad ^= 0xec ^ 0x11) put(pad, 8);
  return Array.from({ length: all / 8 }, (_, at) => Number.parseInt(bits.slice(8 * at, 8 * at + 8).join(""), 2));
}

/**
 * @param {number[]} data
 * @param {number} version
 * @returns {number[]} data and error correction codewords in the order in which they are placed
 */
function interleave(data, version) {
  const [count, ecLength] = [BLOCKS[version], EC_OCTETS[version]];
  const total = Math.floor(rawModules(version) / 8);
  const short = Math.floor(total / count) - ecLength;
  const shortBlocks = count - (total % count);
  const generator = generatorPolynomial(ecLength);
  const blocks = [];
  for (let index = 0, at = 0; index < count; index += 1) {
    const length = short + (index < shortBlocks ? 0 : 1);
    const part = data.slice(at, at + length);
    blocks.push({ part, ec: remainder(part, generator) });
    at += length;
  }
  const rows = (/** @type {number[][]} */ columns) => {
    const longest = Math.max(...columns.map((column) => column.length));
    return Array.from({ length: longest }, (_, row) => columns.flatMap((column) => column.slice(row, row + 1))).flat();
  };
  return [...rows(blocks.map(({ part }) => part)), ...rows(blocks.map(({ ec }) => ec))];
}

/** Multiplication in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. @param {number} a @param {number} b */
function times(a, b) {
  let product = 0;
  for (let place = 7; place >= 0; place -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> place) & 1) * a;
  }
  return product;
}

/** Π (x − 2^i), i < degree, without its leading 1. @param {number} degree */
function generatorPolynomial(degree) {
  const coefficients = [...Array(degree - 1).fill(0), 1];
  for (let root = 1, i = 0; i < degree; i += 1, root = times(root, 2)) {
    for (let at = 0; at < degree; at += 1) {
      coefficients[at] = times(coefficients[at], root) ^ (coefficients[at + 1] ?? 0);
    }
  }
  return coefficients;
}

/**
 * @param {number[]} data
 * @param {number[]} generator
 */
function remainder(data, generator) {
  const result = Array(generator.length).fill(0);
  for (const octet of data) {
    const factor = octet ^ result.shift();
    result.push(0);
    generator.forEach((coefficient, at) => (result[at] ^= times(coefficient, factor)));
  }
  return result;
}

/**
 * @param {number} version
 * @returns {{grid: Grid, isFunction: boolean[][]}} finder, timing and alignment patterns and version; room for the format
 */
function functionPatterns(version) {
  const size = sizeOf(version);
  /** @type {Grid} */
  const grid = Array.from({ length: size }, () => Array(size).fill(undefined));
  const set = (/** @type {number} */ y, /** @type {number} */ x, /** @type {boolean} */ dark) => {
    if (0 <= y && y < size && 0 <= x && x < size) grid[y][x] = dark;
  };
  for (let at = 0; at < size; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [y, x] of [[3, 3], [3, size - 4], [size - 4, 3]]) square(set, y, x, 4, (ring) => ring !== 2 && ring !== 4);
  const places = alignmentPlaces(version);
  const last = places.length - 1;
  places.forEach((y, row) => places.forEach((x, column) => {
    const isFinder = (row === 0 && (column === 0 || column === last)) || (row === last && column === 0);
    if (!isFinder) square(set, y, x, 2, (ring) => ring !== 1);
  }));
  placeFormat(set, size, 0);
  if (version >= 7) placeVersion(set, size, version);
  return { grid, isFunction: grid.map((row) => row.map((module) => module !== undefined)) };
}

/**
 * @param {(y: number, x: number, dark: boolean) => void} set
 * @param {number} y
 * @param {number} x
 * @param {number} radius
 * @param {(ring: number) => boolean} isDark
 */
function square(set, y, x, radius, isDark) {
  for (let dy = -radius; dy <= radius; dy += 1) {
    for (let dx = -radius; dx <= radius; dx += 1) set(y + dy, x + dx, isDark(Math.max(Math.abs(dy), Math.abs(dx))));
  }
}

/** @param {number} version */
function alignmentPlaces(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = version === 32 ? 26 : Math.ceil((4 * version + 4) / (2 * count - 2)) * 2;
  const places = [6];
  for (let place = sizeOf(version) - 7; places.length < count; place -= step) places.splice(1, 0, place);
  return places;
}

/**
 * @param {(y: number, x: number, dark: boolean) => void} set
 * @param {number} size
 * @param {number} mask
 */
function placeFormat(set, size, mask) {
  const data = (FORMAT_LEVEL_M << 3) | mask;
  let rest = data;
  for (let i = 0; i < 10; i += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((data << 10) | rest) ^ 0x5412;
  const bit = (/** @type {number} */ place) => ((bits >>> place) & 1) === 1;
  for (let i = 0; i <= 5; i += 1) set(i, 8, bit(i));
  set(7, 8, bit(6));
  set(8, 8, bit(7));
  set(8, 7, bit(8));
  for (let i = 9; i < 15; i += 1) set(8, 14 - i, bit(i));
  for (let i = 0; i < 8; i += 1) set(8, size - 1 - i, bit(i));
  for (let i = 8; i < 15; i += 1) set(size - 15 + i, 8, bit(i));
  set(size - 8, 8, true);
}

/**
 * @param {(y: number, x: number, dark: boolean) => void} set
 * @param {number} size
 * @param {number} version
 */
function placeVersion(set, size, version) {
  let rest = version;
  for (let i = 0; i < 12; i += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let i = 0; i < 18; i += 1) {
    const dark = ((bits >>> i) & 1) === 1;
    const [far, near] = [size - 11 + (i % 3), Math.floor(i / 3)];
    set(near, far, dark);
    set(far, near, dark);
  }
}

/**
 * Upwards and downwards in columns of two, from the right; remainder bits stay light.
 * @param {Grid} grid
 * @param {boolean[][]} isFunction
 * @param {number[]} codewords
 */
function placeCodewords(grid, isFunction, codewords) {
  const size = grid.length;
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (isFunction[y][x]) continue;
        grid[y][x] = (((codewords[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1) === 1;
        at += 1;
      }
    }
  }
}

/**
 * @param {Grid} grid
 * @param {boolean[][]} isFunction
 * @param {number} mask
 * @returns {boolean[][]}
 */
function finish(grid, isFunction, mask) {
  const rows = grid.map((row, y) => row.map((dark, x) => (dark === true) !== (!isFunction[y][x] && MASKS[mask](y, x))));
  placeFormat((y, x, dark) => (rows[y][x] = dark), rows.length, mask);
  return rows;
}

/** Section 7.8.3.1. @param {boolean[][]} rows */
function penalty(rows) {
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  const lines = [...rows, ...columns];
  const dark = rows.flat().filter(Boolean).length;
  const balance = Math.floor(Math.abs((dark * 20) / rows.length ** 2 - 10)) * 10;
  return sum(lines.map(runs)) + 3 * blocks(rows) + 40 * sum(lines.map(finderLike)) + balance;
}

/** @param {boolean[]} line */
function runs(line) {
  let [points, run] = [0, 0];
  line.forEach((dark, at) => {
    run = at > 0 && dark === line[at - 1] ? run + 1 : 1;
    if (run === 5) points += 3;
    else if (run > 5) points += 1;
  });
  return points;
}

/** @param {boolean[][]} rows */
function blocks(rows) {
  return sum(rows.slice(1).map((row, y) =>
    row.slice(1).filter((dark, x) => dark === row[x] && dark === rows[y][x] && dark === rows[y][x + 1]).length));
}

/** 1:1:3:1:1 with four light modules on one side; beyond the edge is light. @param {boolean[]} line */
function finderLike(line) {
  const text = line.map((dark) => (dark ? "1" : "0")).join("");
  return ["10111010000", "00001011101"].reduce((found, pattern) => {
    let count = found;
    for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) count += 1;
    return count;
  }, 0);
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
