// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which Ed25519 keys and signatures are accepted (docs/spec/credentials.md, "Signatures").
 *
 * No browser's own verifier is asked: they differ from each other in exactly the cases that matter here.
 */
import { concat, toInteger, utf8 } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { sha512 } from "../hash/sha512.js";
import { BASE, L, P, add, combination, double, encoded, isNeutral, negated, pointAt, rootAt } from "./point.js";

/** @typedef {import("./point.js").Point} Point */

export const KEY = 32; // octets
export const SIGNATURE = 64;
const TOP_BIT = 1n << 255n;

/** @param {Uint8Array} octets */
function littleEndian(octets) {
  return toInteger(octets.slice().reverse());
}

/**
 * Checks 1 and 2: exactly one encoding for every point.
 * @param {Uint8Array} key
 * @returns {Point}
 */
function pointOf(key) {
  if (key.length !== KEY) throw new Refusal("crypto", "NonCanonicalKey", "a public key has 32 octets", { expected: KEY, computed: key.length });
  const number = littleEndian(key);
  const y = number % TOP_BIT;
  if (y >= P) throw new Refusal("crypto", "NonCanonicalKey", "the y of the public key is not reduced");
  const root = rootAt(y);
  if (root === null) throw new Refusal("crypto", "NotOnCurve", "the public key is not a point of the curve");
  const parity = number >> 255n;
  if (root === 0n && parity) throw new Refusal("crypto", "NonCanonicalKey", "the public key has x = 0 with the sign bit set");
  return pointAt(y, parity);
}

/**
 * All four checks of a public key.
 * @param {Uint8Array} key
 */
export function checkPublicKey(key) {
  const point = pointOf(key);
  if (isNeutral(double(double(double(point))))) {
    throw new Refusal("crypto", "SmallOrderKey", "the public key has small order: anyone could sign under it");
  }
  if (!isNeutral(combination([[L, point]]))) {
    throw new Refusal("crypto", "NotInSubgroup", "the public key is outside the subgroup of prime order");
  }
}

/**
 * Whether 8·A is the neutral element, or the octets are not the one encoding of a point: what a key of the log may not be.
 * @param {Uint8Array} key
 */
export function isWeak(key) {
  const y = littleEndian(key) % TOP_BIT;
  if (y >= P) return true;
  if (rootAt(y) === null) return false; // no point at all: refused where keys are checked in full
  return isNeutral(double(double(double(pointAt(y, 0n)))));
}

/**
 * Verify a signature under a key that was checked before: R equals the encoding of S·B − k·A, octet by octet.
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 */
export function verify(key, message, signature) {
  if (signature.length !== SIGNATURE) {
    throw new Refusal("crypto", "NonCanonicalSignature", "a signature has 64 octets", { expected: SIGNATURE, computed: signature.length });
  }
  const s = littleEndian(signature.subarray(KEY));
  if (s >= L) throw new Refusal("crypto", "NonCanonicalSignature", "S is not below the order of the group");
  const k = littleEndian(sha512(concat([signature.subarray(0, KEY), key, message]))) % L;
  const point = negated(pointOf(key));
  if (encoded(together(s, k, point)) !== littleEndian(signature.subarray(0, KEY))) {
    throw new Refusal("crypto", "BadSignature", "the signature does not verify");
  }
}

/**
 * s·B + k·A; where both scalars have a bit, the sum of both points is added once.
 * @param {bigint} s
 * @param {bigint} k
 * @param {Point} point
 */
function together(s, k, point) {
  const both = s & k;
  return combination([[s ^ both, BASE], [k ^ both, point], [both, add(BASE, point)]]);
}

/**
 * What is signed for a record: its format, and the SHA-256 of its canonical octets without the signature.
 * @param {string} format
 * @param {Uint8Array} digest
 */
export function signedMessage(format, digest) {
  return concat([utf8(`veritally/signed/${format}\n`), digest]);
}
