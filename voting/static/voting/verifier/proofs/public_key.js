// SPDX-License-Identifier: AGPL-3.0-or-later
/** n, N = n², g = 1 + n and the derived h (docs/spec/protocol.md, "Parameters"). */
import { fromInteger, utf8 } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { bitLength, gcd, mod } from "../numbers/integers.js";
import { power } from "../numbers/powers.js";
import { residue } from "../numbers/residues.js";

/** `width` is the octets of a number modulo n. */
/** @typedef {{ n: bigint, modulus: bigint, h: bigint, width: number }} PublicKey */

const TAG = utf8("veritally/h/1");

/**
 * @param {bigint} n
 * @returns {PublicKey}
 */
export function publicKey(n) {
  if (n < 3n || !(n & 1n)) throw new Refusal("crypto", "ParameterError", "n is odd and at least 3");
  const width = Math.ceil(bitLength(n) / 8);
  const u = residue(n, [TAG, fromInteger(n, width)]);
  if (gcd(u, n) !== 1n) throw new Refusal("crypto", "ParameterError", "the base of randomness is not a unit");
  return { n, modulus: n * n, h: power((u * u) % n, n, n * n), width };
}

/**
 * g^exponent = 1 + (exponent mod n)·n mod N.
 * @param {PublicKey} key
 * @param {bigint} exponent
 */
export function powerOfG({ n, modulus }, exponent) {
  return (1n + mod(exponent, n) * n) % modulus;
}
