// SPDX-License-Identifier: AGPL-3.0-or-later
/** The group of Ed25519 (RFC 8032, section 5.1), in extended coordinates. Public values only: nothing is constant-time. */

export const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = reduce(-121665n * power(121666n, P - 2n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/**
 * x = X/Z, y = Y/Z, x·y = T/Z.
 * @typedef {readonly [bigint, bigint, bigint, bigint]} Point
 */

/** @type {Point} */
export const NEUTRAL = [0n, 1n, 1n, 0n];
export const BASE = pointAt(reduce(4n * power(5n, P - 2n)), 0n);

/** @param {bigint} value */
function reduce(value) {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

/**
 * @param {bigint} base
 * @param {bigint} exponent
 */
function power(base, exponent) {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % P;
    if (bit === "1") result = (result * base) % P;
  }
  return result;
}

/**
 * A root of (y² − 1)/(d·y² + 1), or null where there is none.
 * @param {bigint} y
 */
export function rootAt(y) {
  const u = reduce(y * y - 1n);
  const quotient = (u * power(reduce(D * y * y + 1n), P - 2n)) % P;
  const root = power(quotient, (P + 3n) / 8n);
  for (const found of [root, (root * ROOT_OF_MINUS_ONE) % P]) if ((found * found) % P === quotient) return found;
  return null;
}

/**
 * The point with this y, and an x of this parity; there is one.
 * @param {bigint} y
 * @param {bigint} parity
 * @returns {Point}
 */
export function pointAt(y, parity) {
  const root = /** @type {bigint} */ (rootAt(y));
  const x = root % 2n === parity ? root : P - root;
  return [x, y, 1n, (x * y) % P];
}

/**
 * RFC 8032, section 5.1.4; complete, so no case is special.
 * @param {Point} first
 * @param {Point} second
 * @returns {Point}
 */
export function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = reduce((y1 - x1) * (y2 - x2));
  const b = ((y1 + x1) * (y2 + x2)) % P;
  const c = (2n * D * t1 * t2) % P;
  const d = (2n * z1 * z2) % P;
  return product(b - a, d - c, d + c, b + a);
}

/**
 * @param {Point} point
 * @returns {Point}
 */
export function double([x, y, z]) {
  const a = (x * x) % P;
  const b = (y * y) % P;
  const h = a + b;
  const g = a - b;
  return product(h - (x + y) ** 2n, 2n * z * z + g, g, h);
}

/**
 * @param {bigint} e
 * @param {bigint} f
 * @param {bigint} g
 * @param {bigint} h
 * @returns {Point}
 */
function product(e, f, g, h) {
  return [reduce(e * f), reduce(g * h), reduce(f * g), reduce(e * h)];
}

/**
 * @param {Point} point
 * @returns {Point}
 */
export function negated([x, y, z, t]) {
  return [reduce(-x), y, z, reduce(-t)];
}

/**
 * Σ k·A over pairs, by one run of doublings.
 * @param {readonly (readonly [bigint, Point])[]} pairs
 */
export function combination(pairs) {
  const rows = pairs.map(([scalar, point]) => ({ bits: scalar.toString(2), point }));
  const longest = Math.max(...rows.map(({ bits }) => bits.length));
  /** @type {Point} */
  let result = NEUTRAL;
  for (let place = longest; place > 0; place -= 1) {
    result = double(result);
    for (const { bits, point } of rows) if (bits[bits.length - place] === "1") result = add(result, point);
  }
  return result;
}

/** @param {Point} point */
export function isNeutral([x, y, z]) {
  return x === 0n && y === z;
}

/**
 * The 32 octets of a point as one little-endian integer: y, and in the top bit the parity of x.
 * @param {Point} point
 */
export function encoded([x, y, z]) {
  const inverse = power(z, P - 2n);
  return ((((x * inverse) % P) & 1n) << 255n) | ((y * inverse) % P);
}
