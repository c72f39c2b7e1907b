// SPDX-License-Identifier: AGPL-3.0-or-later
/** Arithmetic of integers: divisors, inverses, symbols, roots. Public values only: nothing is constant-time. */
import { Refusal } from "../errors.js";

/**
 * The least non-negative residue.
 * @param {bigint} value
 * @param {bigint} modulus
 */
export function mod(value, modulus) {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** @param {bigint} value not negative */
export function bitLength(value) {
  if (value === 0n) return 0;
  const text = value.toString(16);
  return 4 * text.length - Math.clz32(parseInt(text[0], 16)) + 28;
}

/**
 * @param {bigint} a not negative
 * @param {bigint} b not negative
 */
export function gcd(a, b) {
  let [x, y] = [a, b];
  while (y) [x, y] = [y, x % y];
  return x;
}

/**
 * gcd(a, b), and (A, B) with A·a + B·b = gcd(a, b).
 * @param {bigint} a
 * @param {bigint} b
 */
export function extendedGcd(a, b) {
  let [r0, r1, s0, s1] = [a, b, 1n, 0n];
  while (r1) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [s0, s1] = [s1, s0 - quotient * s1];
  }
  return { divisor: r0, a: s0, b: b ? (r0 - s0 * a) / b : 0n };
}

/**
 * @param {bigint} value
 * @param {bigint} modulus
 */
export function inverse(value, modulus) {
  const { divisor, a } = extendedGcd(mod(value, modulus), modulus);
  if (divisor !== 1n) throw new Refusal("crypto", "NotAUnit", "a value has no inverse");
  return mod(a, modulus);
}

/**
 * All inverses for one inversion and three multiplications each.
 * @param {readonly bigint[]} values
 * @param {bigint} modulus
 */
export function inverses(values, modulus) {
  const products = [1n];
  for (const value of values) products.push((products[products.length - 1] * value) % modulus);
  let running = inverse(products[values.length], modulus);
  const found = new Array(values.length).fill(0n);
  for (let index = values.length - 1; index >= 0; index -= 1) {
    found[index] = (running * products[index]) % modulus;
    running = (running * values[index]) % modulus;
  }
  return found;
}

/**
 * Refuses values of which any shares a factor with n, by one gcd of their product.
 * @param {readonly bigint[]} values
 * @param {bigint} n
 */
export function checkUnits(values, n) {
  const product = values.reduce((running, value) => (running * (value % n)) % n, 1n);
  if (gcd(product, n) !== 1n) throw new Refusal("crypto", "NotAUnit", "a value shares a factor with n");
}

/**
 * The Jacobi symbol (a/n) for odd n > 0.
 * @param {bigint} a
 * @param {bigint} n
 */
export function jacobi(a, n) {
  let [top, bottom, sign] = [mod(a, n), n, 1];
  while (top) {
    while (!(top & 1n)) {
      top >>= 1n;
      const eighth = bottom & 7n;
      if (eighth === 3n || eighth === 5n) sign = -sign;
    }
    if ((top & 3n) === 3n && (bottom & 3n) === 3n) sign = -sign;
    [top, bottom] = [bottom % top, top];
  }
  return bottom === 1n ? sign : 0;
}

/**
 * ⌊value^(1/degree)⌋ by Newton's method from above.
 * @param {bigint} value at least 1
 * @param {number} degree
 */
export function rootOf(value, degree) {
  const k = BigInt(degree);
  let root = 1n << BigInt(Math.ceil(bitLength(value) / degree));
  for (;;) {
    const next = ((k - 1n) * root + value / root ** (k - 1n)) / k;
    if (next >= root) return root;
    root = next;
  }
}
