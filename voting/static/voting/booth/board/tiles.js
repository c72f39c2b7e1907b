// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tiles: tree and entries of a board in files that any mirror can serve (docs/spec/board.md, "Tiles"; C2SP tlog-tiles).
 *
 * Proofs are made from them here. What a source says its hashes are proves nothing: whoever gets a proof compares it with roots
 * that somebody signed.
 */
import { BadAnswer } from "../errors.js";
import { consistencyPath, HASH_OCTETS, inclusionPath, nodeHash, rootOf } from "./merkle.js";

/** @import { Octets } from "../octets.js" */
/** @import { Range } from "./merkle.js" */

/** @typedef {(path: string) => Promise<Octets | undefined>} Read the octets at a path of the board, undefined if nothing is there */
/** @typedef {{row: number | "entries", number: number, width: number}} Tile `width` hashes or entries, from 256·number on */

const HEIGHT = 8;
const WIDTH = 2 ** HEIGHT;
const LENGTH_OCTETS = 2;

/**
 * @param {Tile} tile
 * @returns {string}
 */
export function tilePath({ row, number, width }) {
  return `tile/${row}/${numberText(number)}${width === WIDTH ? "" : `.p/${width}`}`;
}

/** The tiles of a board of so many entries; each is read once. */
export class Tiles {
  /** @type {number} */
  #size;
  /** @type {Read} */
  #read;
  /** @type {Map<string, Promise<Octets>>} by path */
  #held = new Map();

  /**
   * @param {number} size
   * @param {Read} read
   */
  constructor(size, read) {
    [this.#size, this.#read] = [size, read];
  }

  /** @param {number} index @returns {Promise<Octets[]>} the proof that this entry is in the tree; throws BadAnswer */
  proveInclusion(index) {
    return this.#fold(inclusionPath(index, this.#size));
  }

  /** @param {number} old @returns {Promise<Octets[]>} the proof that the tree of so many entries begins this one; throws BadAnswer */
  proveConsistency(old) {
    return this.#fold(consistencyPath(old, this.#size).path);
  }

  /** How many bundles of entries there are. */
  get bundles() {
    return Math.ceil(this.#size / WIDTH);
  }

  /**
   * @param {number} number of a bundle
   * @returns {Promise<Octets[]>} its entries, of which the first is entry 256·number; throws BadAnswer
   */
  async entries(number) {
    const width = Math.min(WIDTH, this.#size - number * WIDTH);
    const entries = entriesIn(await this.#tile({ row: "entries", number, width }));
    if (entries.length < width) throw new BadAnswer("a bundle of fewer entries", { expected: width, computed: entries.length });
    return entries.slice(0, width);
  }

  /** @param {readonly Range[]} path */
  #fold(path) {
    return Promise.all(path.map((range) => rootOf(range, (level, index) => this.#hash(level, index))));
  }

  /**
   * @param {number} level
   * @param {number} index
   * @returns {Promise<Octets>}
   */
  async #hash(level, index) {
    const [row, height] = [Math.floor(level / HEIGHT), level % HEIGHT];
    const first = index * 2 ** height;
    const number = Math.floor(first / WIDTH);
    const width = Math.min(WIDTH, Math.floor(this.#size / WIDTH ** row) - number * WIDTH);
    const octets = await this.#tile({ row, number, width });
    if (octets.length % HASH_OCTETS !== 0 || octets.length < width * HASH_OCTETS) throw new BadAnswer("a tile of another length");
    let hashes = Array.from({ length: 2 ** height }, (_, at) => slot(octets, (first % WIDTH) + at));
    while (hashes.length > 1) {
      const pairs = hashes.filter((_, at) => at % 2 === 0).map((left, at) => nodeHash(left, hashes[2 * at + 1]));
      hashes = await Promise.all(pairs);
    }
    return hashes[0];
  }

  /** @param {Tile} tile */
  #tile(tile) {
    const path = tilePath(tile);
    const held = this.#held.get(path) ?? this.#fetch(tile);
    this.#held.set(path, held);
    return held;
  }

  /**
   * A log that has grown may have put the full tile into the place of a partial one.
   * @param {Tile} tile
   */
  async #fetch(tile) {
    const octets = (await this.#read(tilePath(tile))) ?? (tile.width < WIDTH ? await this.#read(tilePath({ ...tile, width: WIDTH })) : undefined);
    if (!octets) throw new BadAnswer("a tile is missing on the board", { expected: tilePath(tile) });
    return octets;
  }
}

/**
 * @param {Octets} octets
 * @param {number} at
 */
function slot(octets, at) {
  return octets.slice(at * HASH_OCTETS, (at + 1) * HASH_OCTETS);
}

/** @param {Octets} bundle @returns {Octets[]} throws BadAnswer */
function entriesIn(bundle) {
  const entries = [];
  for (let at = 0; at < bundle.length;) {
    const start = at + LENGTH_OCTETS;
    at = start + bundle[at] * 256 + bundle[at + 1];
    if (!(at <= bundle.length)) throw new BadAnswer("a bundle that is cut off"); // also if there is half a length
    entries.push(bundle.slice(start, at));
  }
  return entries;
}

/** @param {number} number 1234067 is x001/x234/067 */
function numberText(number) {
  const groups = [];
  for (let rest = number; rest > 0 || groups.length === 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(String(rest % 1000).padStart(3, "0"));
  }
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
}
