// SPDX-License-Identifier: AGPL-3.0-or-later
/** The Merkle tree of the log: proofs of inclusion (docs/spec/board.md, "Tree"; RFC 6962, section 2.1.1). */
import { OutsideTree, RootMismatch, WrongProofLength } from "../errors.js";
import { areEqual, concat, toHex } from "../octets.js";
import { sha256 } from "../sha256.js";

/** @import { Octets } from "../octets.js" */

export const HASH_OCTETS = 32;

/**
 * @param {Octets} entry
 * @returns {Promise<Octets>} SHA-256(00 ‖ entry)
 */
export async function leafHash(entry) {
  return sha256(concat(new Uint8Array([0]), entry));
}

/**
 * @param {Octets} left
 * @param {Octets} right
 * @returns {Promise<Octets>} SHA-256(01 ‖ left ‖ right)
 */
export async function nodeHash(left, right) {
  return sha256(concat(new Uint8Array([1]), left, right));
}

/**
 * Throws OutsideTree, WrongProofLength or RootMismatch unless the leaf stands at `index` in the tree with this root.
 * @param {{index: number, size: number, leaf: Octets, proof: readonly Octets[], root: Octets}} inclusion
 */
export async function checkInclusion({ index, size, leaf, proof, root }) {
  const sides = siblingSides(index, size);
  if (proof.length !== sides.length || proof.some((hash) => hash.length !== HASH_OCTETS)) {
    throw new WrongProofLength("hashes in the proof", { expected: sides.length, computed: proof.length });
  }
  let found = leaf;
  for (const [step, side] of sides.entries()) {
    found = side === "right" ? await nodeHash(found, proof[step]) : await nodeHash(proof[step], found);
  }
  if (!areEqual(found, root)) throw new RootMismatch("another root", { expected: toHex(root), computed: toHex(found) });
}

/**
 * On which side the siblings stand between the leaf and the root, leaf first.
 * @param {number} index
 * @param {number} size
 */
function siblingSides(index, size) {
  if (!(0 <= index && index < size)) throw new OutsideTree("outside the tree", { expected: size, computed: index });
  /** @type {("left" | "right")[]} */
  const sides = [];
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = low + largestPowerBelow(high - low);
    sides.unshift(index < middle ? "right" : "left");
    if (index < middle) high = middle;
    else low = middle;
  }
  return sides;
}

/** @param {number} count at least 2; numbers beyond 2^32 are why there are no shifts here */
function largestPowerBelow(count) {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
