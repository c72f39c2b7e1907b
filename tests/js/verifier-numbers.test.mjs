// SPDX-License-Identifier: AGPL-3.0-or-later
/** Arithmetic against itself in its plainest form. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";

import {
  bitLength, checkUnits, extendedGcd, gcd, inverse, inverses, jacobi, mod, rootOf,
} from "../../voting/static/voting/verifier/numbers/integers.js";
import { FixedBase, power, productOfPowers } from "../../voting/static/voting/verifier/numbers/powers.js";
import { hasSmallFactor, isPerfectPower, isPrime } from "../../voting/static/voting/verifier/numbers/primes.js";
import { items, residue } from "../../voting/static/voting/verifier/numbers/residues.js";
import { refuses } from "./verifier_support.mjs";

const MERSENNE = 2n ** 127n - 1n; // prime
const OTHER = 2n ** 89n - 1n; // prime
const draw = (octets) => BigInt(`0x${randomBytes(octets).toString("hex")}`);

function plainPower(base, exponent, modulus) {
  let result = 1n % modulus;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

test("bits are counted", () => {
  for (let bits = 1; bits < 70; bits += 1) {
    assert.equal(bitLength(2n ** BigInt(bits) - 1n), bits);
    assert.equal(bitLength(2n ** BigInt(bits)), bits + 1);
  }
  assert.equal(bitLength(0n), 0);
});

test("powers of every length are the plain ones", () => {
  for (const octets of [1, 3, 9, 11, 20, 70, 80]) {
    const [base, exponent, modulus] = [draw(20), draw(octets), draw(17) | 1n];
    assert.equal(power(base, exponent, modulus), plainPower(base % modulus, exponent, modulus));
  }
  assert.equal(power(3n, 0n, 7n), 1n);
  assert.equal(power(3n, -1n, 7n), 5n);
  assert.equal(power(5n, 3n, 1n), 0n);
});

test("powers from a table are the plain ones", () => {
  for (const width of [1, 3, 6, 8]) {
    const table = new FixedBase(12345n, MERSENNE, 257, width);
    for (const exponent of [0n, 1n, 2n ** 257n - 1n, draw(32)]) assert.equal(table.power(exponent), plainPower(12345n, exponent, MERSENNE));
  }
});

test("products of powers are the plain ones, however many and however long", () => {
  for (const count of [0, 1, 2, 7, 60, 300]) {
    const bases = Array.from({ length: count }, () => draw(16));
    const exponents = bases.map((_, index) => [0n, 1n, draw(16), draw(32)][index % 4]);
    const expected = bases.reduce((product, base, index) => (product * plainPower(base, exponents[index], MERSENNE)) % MERSENNE, 1n);
    assert.equal(productOfPowers(bases, exponents, MERSENNE), expected);
  }
});

test("inverses are inverses", () => {
  const values = Array.from({ length: 9 }, () => draw(12));
  assert.deepEqual(inverses(values, MERSENNE), values.map((value) => inverse(value, MERSENNE)));
  for (const value of values) assert.equal((inverse(value, MERSENNE) * value) % MERSENNE, 1n);
  assert.equal((inverse(-5n, 7n) * mod(-5n, 7n)) % 7n, 1n);
  refuses(() => inverse(6n, 9n), "NotAUnit");
  refuses(() => inverses([2n, 3n], 9n), "NotAUnit");
  refuses(() => checkUnits([2n, 21n], 9n), "NotAUnit");
  checkUnits([], 9n);
});

test("Bézout's identity holds", () => {
  const [a, b] = [draw(40), draw(50)];
  const found = extendedGcd(a, b);
  assert.equal(found.divisor, gcd(a, b));
  assert.equal(found.a * a + found.b * b, found.divisor);
});

test("the symbol of Jacobi is Euler's criterion, multiplied over the factors", () => {
  const euler = (a, p) => (plainPower(a % p, (p - 1n) / 2n, p) === 1n ? 1 : -1);
  for (let index = 0; index < 40; index += 1) {
    const a = draw(30) + 1n;
    assert.equal(jacobi(a, MERSENNE * OTHER), euler(a, MERSENNE) * euler(a, OTHER));
  }
  assert.equal(jacobi(MERSENNE * 5n, MERSENNE * OTHER), 0);
});

test("primes, powers and small factors are told from products of two primes", () => {
  const product = MERSENNE * OTHER;
  assert.deepEqual([isPrime(MERSENNE), isPrime(product), isPrime(MERSENNE ** 2n)], [true, false, false]);
  assert.deepEqual([isPerfectPower(product), isPerfectPower(MERSENNE ** 2n), isPerfectPower(OTHER ** 5n)], [false, true, true]);
  assert.deepEqual([hasSmallFactor(product), hasSmallFactor(product * 65_521n), hasSmallFactor(product * 65_537n)], [false, true, false]);
  assert.equal(rootOf(10n ** 30n - 1n, 3), 10n ** 10n - 1n);
});

test("a residue is the remainder of SHAKE-256 of its items", () => {
  const parts = [new Uint8Array([1, 2]), new Uint8Array()];
  assert.deepEqual(items(parts), new Uint8Array([0, 0, 0, 2, 1, 2, 0, 0, 0, 0]));
  const n = (1n << 1024n) - 105n;
  const hash = createHash("shake256", { outputLength: 144 }).update(items(parts)).digest("hex");
  assert.equal(residue(n, parts), BigInt(`0x${hash}`) % n);
});
