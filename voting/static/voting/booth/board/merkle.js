// SPDX-License-Identifier: AGPL-3.0-or-later
/** The Merkle tree of the log: proofs of inclusion and of consistency (docs/spec/board.md, "Tree"; RFC 6962, section 2.1). */
import { OutsideTree, RootMismatch, WrongProofLength } from "../errors.js";
import { areEqual, concat, toHex } from "../octets.js";
import { sha256 } from "../sha256.js";

/** @import { Octets } from "../octets.js" */

/** @typedef {{low: number, high: number}} Range leaves low ≤ i < high; low is a multiple of a power of two that is ≥ high − low */

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
  const path = inclusionPath(index, size);
  checkForm(path, proof);
  let found = leaf;
  for (const [step, { low }] of path.entries()) {
    found = low > index ? await nodeHash(found, proof[step]) : await nodeHash(proof[step], found);
  }
  checkRoot(found, root);
}

/**
 * Throws OutsideTree, WrongProofLength or RootMismatch unless the tree of `old` leaves begins the one of `size` leaves. Every
 * tree begins with the empty one: then, as between equal sizes, the proof is empty.
 * @param {{old: number, size: number, oldRoot: Octets, root: Octets, proof: readonly Octets[]}} consistency
 */
export async function checkConsistency({ old, size, oldRoot, root, proof }) {
  const { isWhole, path } = consistencyPath(old, size);
  checkForm(path, proof);
  if (old === 0) {
    checkRoot(await sha256(new Uint8Array()), oldRoot);
    return;
  }
  let foundOld = isWhole ? oldRoot : proof[0];
  let found = foundOld;
  for (const [step, { low }] of path.entries()) {
    if (step === 0 && !isWhole) continue;
    if (low < old) {
      [foundOld, found] = [await nodeHash(proof[step], foundOld), await nodeHash(proof[step], found)];
    } else {
      found = await nodeHash(found, proof[step]);
    }
  }
  checkRoot(foundOld, oldRoot);
  checkRoot(found, root);
}

/**
 * The siblings between the leaf and the root, leaf first.
 * @param {number} index
 * @param {number} size
 * @returns {Range[]} throws OutsideTree
 */
export function inclusionPath(index, size) {
  if (!(0 <= index && index < size)) throw new OutsideTree("outside the tree", { expected: size, computed: index });
  const path = [];
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = low + largestPowerBelow(high - low);
    path.unshift(index < middle ? { low: middle, high } : { low, high: middle });
    if (index < middle) high = middle;
    else low = middle;
  }
  return path;
}

/**
 * @param {number} old
 * @param {number} size
 * @returns {{isWhole: boolean, path: Range[]}} the subtrees of the proof, leaf end first; whether the old tree is itself a
 *   subtree, and stands in no proof; throws OutsideTree
 */
export function consistencyPath(old, size) {
  if (!(0 <= old && old <= size)) throw new OutsideTree("a later tree begins no earlier one", { expected: size, computed: old });
  if (old === 0) return { isWhole: true, path: [] };
  const path = [];
  let [low, high] = [0, size];
  while (high !== old) {
    const middle = low + largestPowerBelow(high - low);
    path.unshift(old <= middle ? { low: middle, high } : { low, high: middle });
    if (old <= middle) high = middle;
    else low = middle;
  }
  if (low > 0) path.unshift({ low, high });
  return { isWhole: low === 0, path };
}

/**
 * The root of a range of leaves, from the complete subtrees that it consists of.
 * @param {Range} range
 * @param {(level: number, index: number) => Promise<Octets>} hashOf a complete subtree: 2^level leaves from index·2^level on
 * @returns {Promise<Octets>}
 */
export async function rootOf({ low, high }, hashOf) {
  const hashes = [];
  for (let at = low; at < high;) {
    const { level, width } = largestSubtree(high - at);
    hashes.push(await hashOf(level, at / width));
    at += width;
  }
  let found = hashes[hashes.length - 1];
  for (const left of hashes.slice(0, -1).reverse()) found = await nodeHash(left, found);
  return found;
}

/**
 * @param {readonly Range[]} path
 * @param {readonly Octets[]} proof
 */
function checkForm(path, proof) {
  if (proof.length !== path.length || proof.some((hash) => hash.length !== HASH_OCTETS)) {
    throw new WrongProofLength("hashes in the proof", { expected: path.length, computed: proof.length });
  }
}

/**
 * @param {Octets} computed
 * @param {Octets} expected
 */
function checkRoot(computed, expected) {
  if (!areEqual(computed, expected)) throw new RootMismatch("another root", { expected: toHex(expected), computed: toHex(computed) });
}

/** @param {number} count of leaves, at least 1 */
function largestSubtree(count) {
  let [level, width] = [0, 1];
  for (; width * 2 <= count; width *= 2) level += 1;
  return { level, width };
}

/** @param {number} count at least 2; numbers beyond 2^32 are why there are no shifts here */
function largestPowerBelow(count) {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
