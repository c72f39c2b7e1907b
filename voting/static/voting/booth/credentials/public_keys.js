// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which Ed25519 public keys are accepted (docs/spec/credentials.md, "Signatures"), and which X25519 keys ("Sealed files").
 *
 * Browsers accept, under a key of small order, signatures that nobody made. So a key is checked here, with our own
 * arithmetic, before anything it signed is believed. Sources: RFC 8032, section 5.1.3; Chalkias, Garillot, Nikolaenko
 * 2020; Hisil, Wong, Carter, Dawson 2008 (the formulae). Public values only: no timing claims.
 */
import { BadEncryptionKey, NonCanonicalKey, NotInSubgroup, NotOnCurve, SmallOrderKey } from "../errors.js";
import { inverse, mod, power } from "../crypto/numbers.js";
import { toInteger } from "../octets.js";

export const KEY_OCTETS = 32;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

const P = 2n ** 255n - 19n;
const D = mod(-121665n * inverse(121666n, P), P); // −x² + y² = 1 + d·x²·y²
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n, P);
const LOWER_BITS_OF_L = L.toString(2).slice(1);
const COFACTOR_DOUBLINGS = 3;
const SMALL_ORDER_U = new Set([
  0n, 1n, P - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
]);

/** @typedef {readonly [x: bigint, y: bigint, z: bigint, t: bigint]} Point x = X/Z, y = Y/Z, x·y = T/Z */

/**
 * @param {Uint8Array} key throws NonCanonicalKey, NotOnCurve, SmallOrderKey or NotInSubgroup
 */
export function checkPublicKey(key) {
  const point = decompress(key);
  let multiple = point;
  for (let step = 0; step < COFACTOR_DOUBLINGS; step += 1) multiple = double(multiple);
  if (isIdentity(multiple)) throw new SmallOrderKey("the public key has small order: anyone could sign under it");
  if (!isIdentity(timesGroupOrder(point))) {
    throw new NotInSubgroup("the public key is outside the subgroup of prime order");
  }
}

/**
 * An X25519 key with which every shared secret is zero (RFC 7748, section 6.1).
 * @param {Uint8Array} key 32 octets; throws BadEncryptionKey
 */
export function checkEncryptionKey(key) {
  const u = BigInt.asUintN(255, toInteger(key.slice().reverse())) % P;
  if (SMALL_ORDER_U.has(u)) throw new BadEncryptionKey("anyone could read what is sealed to this key");
}

/**
 * RFC 8032, section 5.1.3, refusing every second encoding of a point.
 * @param {Uint8Array} key
 * @returns {Point}
 */
function decompress(key) {
  if (key.length !== KEY_OCTETS) {
    throw new NonCanonicalKey("a public key has 32 octets", { expected: KEY_OCTETS, computed: key.length });
  }
  const encoded = toInteger(key.slice().reverse());
  const [sign, y] = [encoded >> 255n, BigInt.asUintN(255, encoded)];
  if (y >= P) throw new NonCanonicalKey("the y of the public key is not reduced");
  const root = recoverX(y);
  if (root === 0n && sign) throw new NonCanonicalKey("the public key has x = 0 with the sign bit set");
  const x = (root & 1n) === sign ? root : P - root;
  return [x, y, 1n, (x * y) % P];
}

/**
 * A root of x² = (y² − 1)/(d·y² + 1), by u·v³·(u·v⁷)^((p−5)/8).
 * @param {bigint} y
 */
function recoverX(y) {
  const square = (y * y) % P;
  const [u, v] = [mod(square - 1n, P), (D * square + 1n) % P];
  const cube = (((v * v) % P) * v) % P;
  const uv7 = (((((u * cube) % P) * cube) % P) * v) % P;
  const x = (((u * cube) % P) * power(uv7, (P - 5n) / 8n, P)) % P;
  const remainder = (((v * x) % P) * x) % P;
  if (remainder === u) return x;
  if (remainder === mod(-u, P)) return (x * ROOT_OF_MINUS_ONE) % P;
  throw new NotOnCurve("the public key is not a point of the curve");
}

/** @param {Point} point */
function timesGroupOrder(point) {
  let result = point;
  for (const bit of LOWER_BITS_OF_L) {
    result = double(result);
    if (bit === "1") result = add(result, point);
  }
  return result;
}

/**
 * Complete on this curve (−1 is a square, d is not), so no case is special.
 * @param {Point} first
 * @param {Point} second
 * @returns {Point}
 */
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const [a, b] = [((y1 - x1) * (y2 - x2)) % P, ((y1 + x1) * (y2 + x2)) % P];
  const [c, d] = [(((2n * D * t1) % P) * t2) % P, (2n * z1 * z2) % P];
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [(e * f) % P, (g * h) % P, (f * g) % P, (e * h) % P];
}

/**
 * Every quantity is negated once, which changes nothing projectively.
 * @param {Point} point
 * @returns {Point}
 */
function double([x, y, z]) {
  const [a, b] = [(x * x) % P, (y * y) % P];
  const [h, g] = [a + b, a - b];
  const [e, f] = [h - (x + y) ** 2n, 2n * z * z + g];
  return [(e * f) % P, (g * h) % P, (f * g) % P, (e * h) % P];
}

/** @param {Point} point */
function isIdentity([x, y, z]) {
  return mod(x, P) === 0n && mod(y - z, P) === 0n;
}
