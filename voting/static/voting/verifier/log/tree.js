// SPDX-License-Identifier: AGPL-3.0-or-later
/** The Merkle tree over the entries (docs/spec/board.md, "Tree"; RFC 6962, section 2.1), grown leaf by leaf. */
import { concat } from "../codec/octets.js";
import { sha256 } from "../hash/sha256.js";

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

/** @param {Uint8Array} entry */
export function leafHash(entry) {
  return sha256(concat([LEAF, entry]));
}

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
export function nodeHash(left, right) {
  return sha256(concat([NODE, left, right]));
}

/** Keeps only the roots of the complete subtrees: as many as the size has binary ones. */
export class Tree {
  constructor() {
    this.size = 0;
    /** @type {{ leaves: number, hash: Uint8Array }[]} */
    this.peaks = [];
  }

  /** @param {Uint8Array} entry */
  add(entry) {
    let peak = { leaves: 1, hash: leafHash(entry) };
    while (this.peaks.at(-1)?.leaves === peak.leaves) {
      const left = /** @type {{ leaves: number, hash: Uint8Array }} */ (this.peaks.pop());
      peak = { leaves: 2 * peak.leaves, hash: nodeHash(left.hash, peak.hash) };
    }
    this.peaks.push(peak);
    this.size += 1;
  }

  root() {
    const last = this.peaks.at(-1);
    if (!last) return sha256(new Uint8Array());
    return this.peaks.slice(0, -1).reduceRight((right, { hash }) => nodeHash(hash, right), last.hash);
  }
}
