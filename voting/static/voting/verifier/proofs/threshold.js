// SPDX-License-Identifier: AGPL-3.0-or-later
/** Verification keys, share proofs and openings (docs/spec/protocol.md, "Threshold roots", "Result"). */
import { fromInteger, toInteger, u32be, utf8 } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { sha256 } from "../hash/sha256.js";
import { bitLength, extendedGcd, gcd } from "../numbers/integers.js";
import { power } from "../numbers/powers.js";
import { items, residue } from "../numbers/residues.js";

/**
 * `keys` are v_1 … v_l, `threshold` is k.
 * @typedef {{ n: bigint, gamma0: bigint, base: bigint, keys: bigint[], threshold: number }} ThresholdKey
 */
/** @typedef {{ challenge: bigint, response: bigint }} ShareProof */

const BASE = utf8("veritally/verification-base/1");
const PROOF = utf8("veritally/share-proof/1");
const HIDING = 128n; // σ

/** @param {number} count */
function factorial(count) {
  let product = 1n;
  for (let factor = 2; factor <= count; factor += 1) product *= BigInt(factor);
  return product;
}

/**
 * Octets of the response of a share proof (docs/spec/record.md, "Share").
 * @param {number} trustees l
 * @param {number} threshold k
 * @param {number} modulusBits
 */
export function responseWidth(trustees, threshold, modulusBits) {
  const [l, delta] = [BigInt(trustees), factorial(trustees)];
  const rb = l << (BigInt(modulusBits) + HIDING);
  const cb = (delta * BigInt(threshold) * rb) << HIDING;
  let powers = 0n;
  for (let exponent = 1n; exponent < BigInt(threshold); exponent += 1n) powers += l ** exponent;
  return Math.ceil((bitLength(delta * (delta * rb + cb * powers)) + 257) / 8);
}

/**
 * D.4. The equation of interpolation is asked of every k of the l keys.
 * @param {ThresholdKey} key
 * @param {Uint8Array} context
 */
export function checkVerificationKeys(key, context) {
  const { n, gamma0, base, keys, threshold } = key;
  const derived = residue(n, [BASE, fromInteger(n, bitLength(n) / 8), context]);
  if (base !== (derived * derived) % n) refuse("the verification base is not the derived one");
  if (2 * threshold <= keys.length) refuse("two groups of k could decrypt apart", "2k > l", `${threshold} of ${keys.length}`);
  if (gamma0 <= 0n || gamma0 >= n) refuse("γ0 lies outside (0, n)");
  const { divisor, a, b } = extendedGcd(4n * factorial(keys.length) ** 3n * gamma0, n);
  if (divisor !== 1n) refuse("γ0 is not coprime to n");
  keys.forEach((own, index) => {
    if (own <= 1n || own >= n - 1n || gcd(own, n) !== 1n) refuse(`verification key ${index + 1} is degenerate`);
    if (keys.indexOf(own) < index) refuse(`verification key ${index + 1} repeats another`);
  });
  const squares = keys.map((own) => (own * own) % n);
  const found = new Set(subsets(keys.length, threshold).map((subset) => interpolate(n, squares, subset)));
  if (found.size !== 1) refuse("subsets of the verification keys disagree", 1, found.size);
  const [x] = found;
  const root = (power(x, a, n) * power(base, b, n)) % n;
  if (power(root, n, n) !== base) refuse("the verification keys do not extract a root");
}

/**
 * All k of the numbers 1 … l, in order.
 * @param {number} l
 * @param {number} k
 * @returns {number[][]}
 */
function subsets(l, k) {
  if (k === 0) return [[]];
  return Array.from({ length: Math.max(0, l - k + 1) }, (_, index) => l - index).flatMap((last) =>
    subsets(last - 1, k - 1).map((rest) => [...rest, last]));
}

/**
 * X = Π x_i^{2Δλ_i} over a subset, λ_i = Π −j/(i−j).
 * @param {bigint} n
 * @param {readonly bigint[]} values by trustee
 * @param {readonly number[]} subset
 */
function interpolate(n, values, subset) {
  const delta = factorial(values.length);
  return subset.reduce((result, i) => {
    const others = subset.filter((j) => j !== i);
    const above = others.reduce((product, j) => product * BigInt(-j), delta);
    const below = others.reduce((product, j) => product * BigInt(i - j), 1n);
    return (result * power(values[i - 1], (2n * above) / below, n)) % n;
  }, 1n);
}

/**
 * G.5: x_i² = (x^4)^{s_i} for the s_i of v_i = v^{s_i}. The caller knows that trustee and octets are in range.
 * @param {ThresholdKey} key
 * @param {number} trustee from 1
 * @param {bigint} x
 * @param {bigint} partial
 * @param {ShareProof} proof
 */
export function checkShareProof({ n, base, keys }, trustee, x, partial, { challenge, response }) {
  if (partial <= 0n || partial >= n || gcd(partial, n) !== 1n) throw new Refusal("crypto", "OutOfRange", "a partial root is a unit in (0, n)");
  const own = keys[trustee - 1];
  const first = (power(base, response, n) * power(own, -challenge, n)) % n;
  const second = (power(x, 4n * response, n) * power(partial, -2n * challenge, n)) % n;
  const width = bitLength(n) / 8;
  const numbers = [n, base, own, x, partial, first, second].map((number) => fromInteger(number, width));
  const computed = toInteger(sha256(items([PROOF, ...numbers, u32be(trustee)])).subarray(0, 16));
  if (computed !== challenge) {
    throw new Refusal("crypto", "ShareProofError", `the share of trustee ${trustee} is not proved`, { expected: computed, computed: challenge });
  }
}

/**
 * H.3: T = (1 + m·n) · y^n mod N.
 * @param {bigint} n
 * @param {{ ciphertext: bigint, plaintext: bigint, root: bigint }} opened
 */
export function checkOpening(n, { ciphertext, plaintext, root }) {
  if (plaintext >= n || root <= 0n || root >= n || gcd(root, n) !== 1n) {
    throw new Refusal("crypto", "OutOfRange", "a plaintext or a root lies outside its range");
  }
  const computed = ((1n + plaintext * n) * power(root, n, n * n)) % (n * n);
  if (computed !== ciphertext) {
    throw new Refusal("crypto", "RootMismatch", "c = g^m · y^n does not hold", { expected: ciphertext, computed });
  }
}

/**
 * @param {string} message
 * @param {unknown} [expected]
 * @param {unknown} [computed]
 * @returns {never}
 */
function refuse(message, expected, computed) {
  throw new Refusal("crypto", "VerificationKeyError", message, { expected, computed });
}
