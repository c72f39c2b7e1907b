// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The public key of an election and what derives from n alone (docs/spec/protocol.md, "Parameters").
 *
 * Whether n is a good modulus is the certificate's business; the booth relies on the trustees' acknowledgements there.
 */
import { BaseMismatch, OutOfRange, ParameterError } from "../errors.js";
import { fromInteger, items, toInteger, utf8 } from "../octets.js";
import { Comb } from "./comb.js";
import { bitLength, gcd, power } from "./numbers.js";
import { shake256 } from "./shake256.js";

export const CHALLENGE_BITS = 128; // t
export const HIDING_BITS = 128; // σ
export const MODULUS_BITS = Object.freeze([2048, 3072]);
export const TEST_MODULUS_BITS = 1024;

const BASE_TAG = utf8("veritally/h/1");

/**
 * @typedef {object} PublicKey
 * @property {bigint} n
 * @property {bigint} modulus N = n²
 * @property {bigint} base h
 * @property {Comb} powers of h
 * @property {number} bits |n|
 * @property {number} randomnessBits R = ⌈|n|/2⌉ (Damgård, Jurik, Nielsen 2010)
 * @property {number} width octets of a ciphertext or a commitment
 */

/**
 * residue(n; parts) of "Notation": within 2^-128 of uniform.
 * @param {bigint} modulus at least 2
 * @param {Uint8Array[]} parts
 */
export function hashToResidue(modulus, ...parts) {
  if (modulus < 2n) throw new ParameterError("a modulus is at least 2", { computed: modulus });
  return toInteger(shake256(items(parts), Math.ceil(bitLength(modulus) / 8) + 16)) % modulus;
}

/**
 * h = u^(2n) mod n², u = residue(n; "veritally/h/1", n): an n-th power that nobody chose.
 * @param {bigint} n throws ParameterError if n is even or below 3, or u shares a factor with it
 */
export function deriveBase(n) {
  if (n < 3n || n % 2n === 0n) throw new ParameterError("n is odd and at least 3", { computed: n });
  const u = hashToResidue(n, BASE_TAG, fromInteger(n, Math.ceil(bitLength(n) / 8)));
  if (gcd(u, n) !== 1n) throw new ParameterError("the base of randomness is not a unit");
  return power((u * u) % n, n, n * n);
}

/**
 * The key of modulus n. h is derived; what a record says of it is only compared.
 * @param {bigint} n
 * @param {bigint} [claimed] throws BaseMismatch unless it is h
 * @returns {PublicKey}
 */
export function publicKey(n, claimed) {
  const base = deriveBase(n);
  if (claimed !== undefined && claimed !== base) {
    throw new BaseMismatch("h is not derived from n", { expected: base, computed: claimed });
  }
  const [bits, modulus] = [bitLength(n), n * n];
  return Object.freeze({
    n, modulus, base, bits,
    powers: new Comb(base, modulus),
    randomnessBits: Math.ceil(bits / 2),
    width: Math.ceil(bitLength(modulus) / 8),
  });
}

/**
 * L = R + ⌈log2 Σ|a|⌉ + t + σ.
 * @param {number} modulusBits
 * @param {bigint} coefficients Σ|a|; OutOfRange below 1
 */
export function responseBits(modulusBits, coefficients) {
  if (coefficients < 1n) throw new OutOfRange("a statement has a coefficient other than 0", { expected: 1 });
  return Math.ceil(modulusBits / 2) + bitLength(coefficients - 1n) + CHALLENGE_BITS + HIDING_BITS;
}
