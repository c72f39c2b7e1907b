// SPDX-License-Identifier: AGPL-3.0-or-later
/** Items, and numbers that are hashed from them (docs/spec/protocol.md, "Notation"). */
import { concat, toInteger, u32be } from "../codec/octets.js";
import { shake256 } from "../hash/shake256.js";
import { bitLength } from "./integers.js";

/** @param {readonly Uint8Array[]} parts */
export function items(parts) {
  return concat(parts.flatMap((part) => [u32be(part.length), part]));
}

/**
 * A number that nobody chose, modulo n.
 * @param {bigint} n
 * @param {readonly Uint8Array[]} parts
 */
export function residue(n, parts) {
  return toInteger(shake256(items(parts), bitLength(n) / 8 + 16)) % n;
}
