// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { Comb } from "../../voting/static/voting/booth/crypto/comb.js";
import { FixedBase } from "../../voting/static/voting/booth/crypto/fixed_base.js";
import {
  bitLength, checkUnits, gcd, inverse, mod, power, windows,
} from "../../voting/static/voting/booth/crypto/numbers.js";
import {
  deriveBase, hashToResidue, publicKey, responseBits,
} from "../../voting/static/voting/booth/crypto/parameters.js";
import { shake256 } from "../../voting/static/voting/booth/crypto/shake256.js";
import { toHex } from "../../voting/static/voting/booth/octets.js";
import { number, refuses, vectors } from "./support.mjs";

const { bases } = vectors("ballot");
const PRIME = 2n ** 127n - 1n;

/** Square and multiply, one bit at a time. */
function plainPower(base, exponent, modulus) {
  let result = 1n % modulus;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

const EXPONENTS = [0n, 1n, 2n, 31n, 32n, 63n, 64n, 65n, 4095n, 4096n, 2n ** 126n + 12345n, 3n ** 200n];

for (const exponent of EXPONENTS) {
  test(`power with exponent of ${bitLength(exponent)} bits`, () => {
    const expected = plainPower(123456789n, exponent, PRIME);
    assert.equal(power(123456789n, exponent, PRIME), expected);
    for (const Powers of [FixedBase, Comb]) assert.equal(new Powers(123456789n, PRIME).power(exponent), expected);
  });
}

for (const Powers of [FixedBase, Comb]) {
  test(`a ${Powers.name} gives the same before and after it has grown`, () => {
    const powers = new Powers(3n, PRIME);
    const early = powers.power(2n ** 90n + 7n);
    powers.grow(4000);
    assert.equal(powers.power(2n ** 90n + 7n), early);
  });
}

test("a comb has no gap between its blocks and rows", () => {
  const [comb, length] = [new Comb(3n, PRIME), 3n];
  comb.grow(64 * Number(length));
  for (let bit = 0n; bit < 64n * length; bit += 1n) {
    for (const exponent of [1n << bit, (1n << bit) - 1n]) assert.equal(comb.power(exponent), plainPower(3n, exponent, PRIME), `${exponent}`);
  }
});

test("residues modulo 1 are 0", () => {
  assert.equal(power(5n, 0n, 1n), 0n);
  for (const Powers of [FixedBase, Comb]) assert.equal(new Powers(5n, 1n).power(3n), 0n);
});

test("bit lengths", () => {
  assert.deepEqual([0n, 1n, 2n, 15n, 16n, 255n, 256n, 2n ** 3072n - 1n].map(bitLength), [0, 1, 2, 4, 5, 8, 9, 3072]);
});

test("digits of an exponent, lowest first", () => assert.deepEqual(windows(0b1_000010_111111n, 6), [63, 2, 1]));
test("the residue of a negative number is not negative", () => assert.equal(mod(-1n, 7n), 6n));
test("the greatest common divisor", () => assert.deepEqual([gcd(12n, 18n), gcd(5n, 0n), gcd(0n, 5n)], [6n, 5n, 5n]));

test("an inverse", () => {
  for (const value of [1n, 2n, 123n, -5n, PRIME - 1n]) assert.equal(mod(inverse(value, PRIME) * value, PRIME), 1n);
});

for (const [value, modulus] of [[0n, 7n], [3n, 9n], [9n, 9n]]) {
  test(`${value} has no inverse modulo ${modulus}`, () => refuses(() => inverse(value, modulus), "NotAUnit"));
}

test("one value that is no unit is found among many", () => {
  checkUnits([2n, 4n, 8n], 15n);
  refuses(() => checkUnits([2n, 5n, 8n], 15n), "NotAUnit");
});

test("SHAKE-256 agrees with the platform's for every length of input and output around its rate", () => {
  for (const length of [0, 1, 7, 8, 135, 136, 137, 271, 272, 273, 1000]) {
    const octets = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
    for (const outputLength of [1, 32, 135, 136, 137, 400, 544]) {
      const expected = createHash("shake256", { outputLength }).update(octets).digest("hex");
      assert.equal(toHex(shake256(octets, outputLength)), expected, `${length} → ${outputLength}`);
    }
  }
});

test("SHAKE-256 of nothing, from FIPS 202's examples", () => {
  assert.equal(
    toHex(shake256(new Uint8Array(0), 32)), "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f",
  );
});

for (const { modulus, base } of bases) {
  test(`h of a modulus of ${modulus.length * 4} bits`, () => {
    assert.equal(deriveBase(number(modulus)).toString(16), base);
    const key = publicKey(number(modulus), number(base));
    assert.equal(key.width, modulus.length);
    assert.equal(key.randomnessBits, modulus.length * 2);
  });
}

const small = bases[0];
for (const [name, claimed] of [
  ["1", 1n], ["0", 0n], ["h + 1", number(small.base) + 1n], ["−h", number(small.modulus) ** 2n - number(small.base)],
  ["h²", number(small.base) ** 2n % number(small.modulus) ** 2n],
  ["h + N", number(small.base) + number(small.modulus) ** 2n],
]) {
  test(`a base that is not derived is refused: ${name}`, () => {
    refuses(() => publicKey(number(small.modulus), claimed), "BaseMismatch");
  });
}

for (const n of [0n, 1n, 2n, -7n, 4n, number(small.modulus) + 1n]) {
  test(`no base for n = ${n.toString(16).slice(0, 8)}`, () => refuses(() => deriveBase(n), "ParameterError"));
}

test("there is no residue modulo 1", () => refuses(() => hashToResidue(1n), "ParameterError"));

test("the bits of a response", () => {
  assert.deepEqual([1n, 2n, 3n, 4n, 5n].map((sum) => responseBits(3072, sum)), [1792, 1793, 1794, 1794, 1795]);
  refuses(() => responseBits(3072, 0n), "OutOfRange");
});
