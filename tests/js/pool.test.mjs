// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";

import { publicKey } from "../../voting/static/voting/booth/crypto/parameters.js";
import { Pool } from "../../voting/static/voting/booth/crypto/pool.js";
import { prove } from "../../voting/static/voting/booth/crypto/prover.js";
import { number, refuses, refusesLater, vectors } from "./support.mjs";

const key = publicKey(number(vectors("ballot").bases[0].modulus));
const STATEMENTS = [
  { terms: [[0, 1n]], values: [0n, 1n] },
  { terms: [[1, 1n]], values: [0n, 1n] },
  { terms: [[0, 1n], [1, 1n]], values: [1n, 2n] },
];
const CONTEXT = {
  fingerprint: new Uint8Array(32), credential: new Uint8Array(32).fill(1), supersedes: new Uint8Array(0),
};

test("a pool gives everything once", async () => {
  const pool = await Pool.fresh(key, STATEMENTS);
  const powers = pool.takeAll();
  assert.equal(powers.secrets.length, 2);
  assert.deepEqual(powers.masks.map((row) => row.length), [2, 2, 2]);
  for (const { exponent, value } of [...powers.secrets, ...powers.masks.flat()]) {
    assert.equal(value, key.powers.power(exponent));
  }
  assert.equal(pool.isSpent, true);
  refuses(() => pool.takeAll(), "PoolSpent");
});

test("one pool never serves two ballots", async () => {
  const pool = await Pool.fresh(key, STATEMENTS);
  await prove(key, CONTEXT, STATEMENTS, [1n, 0n], pool);
  await refusesLater(prove(key, CONTEXT, STATEMENTS, [1n, 0n], pool), "PoolSpent");
});

test("two ballots at the same moment from one pool: one of them is refused", async () => {
  const pool = await Pool.fresh(key, STATEMENTS);
  const both = await Promise.allSettled([[1n, 0n], [0n, 1n]].map((x) => prove(key, CONTEXT, STATEMENTS, x, pool)));
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

test("two proofs with one mask give away the secret", async () => {
  const pool = await Pool.fresh(key, STATEMENTS);
  const powers = pool.takeAll();
  const source = { takeAll: () => powers, redraw: () => assert.fail() };
  const [first, second] = await Promise.all(
    [0, 1].map((octet) =>
      prove(key, { ...CONTEXT, supersedes: new Uint8Array(32).fill(octet) }, STATEMENTS, [1n, 0n], source)),
  );
  const [{ challenges: [, e], responses: [, z] }, { challenges: [, f], responses: [, y] }] = [
    first.proof.statements[0], second.proof.statements[0],
  ];
  assert.equal((z - y) / (e - f), powers.secrets[0].exponent);
});

test("steps make one power each, and a pool that is not ready finishes by itself", async () => {
  const pool = await Pool.fresh(key, STATEMENTS);
  assert.deepEqual(pool.progress, { made: 0, total: 8 });
  assert.equal(pool.step(), true);
  assert.deepEqual(pool.progress, { made: 1, total: 8 });
  assert.equal(pool.takeAll().masks.flat().every(({ value }) => value > 0n), true);
});

test("a full pool has nothing more to do", async () => {
  const pool = await Pool.fresh(key, STATEMENTS);
  while (pool.step());
  assert.equal(pool.step(), false);
  assert.equal(pool.progress.made, 8);
});

test("a discarded pool gives nothing", async () => {
  const pool = await Pool.fresh(key, STATEMENTS);
  pool.discard();
  assert.equal(pool.step(), false);
  assert.deepEqual(pool.progress, { made: 0, total: 0 });
  refuses(() => pool.takeAll(), "PoolSpent");
});

test("a pool that was not used is not drawn again", async () => {
  const pool = await Pool.fresh(key, STATEMENTS);
  await refusesLater(pool.redraw(new Uint8Array(32)), "PoolSpent");
});

test("nothing of a pool can be stored or sent", async () => {
  const pool = await Pool.fresh(key, STATEMENTS);
  pool.step();
  refuses(() => JSON.stringify(pool), "PoolSpent");
  const clone = structuredClone(pool);
  assert.deepEqual(Reflect.ownKeys(clone), []);
  assert.equal(clone.takeAll, undefined);
  assert.deepEqual(Reflect.ownKeys(pool), []);
});

test("two pools share no power", async () => {
  const [first, second] = await Promise.all([Pool.fresh(key, STATEMENTS), Pool.fresh(key, STATEMENTS)]);
  const exponents = [first, second].flatMap((pool) => {
    const { secrets, masks } = pool.takeAll();
    return [...secrets, ...masks.flat()].map(({ exponent }) => exponent);
  });
  assert.equal(new Set(exponents).size, exponents.length);
});

test("the caller's seed stays the caller's", async () => {
  const seed = new Uint8Array(32).fill(9);
  const pool = await Pool.fromSeed(key, STATEMENTS, seed);
  pool.discard();
  assert.deepEqual(seed, new Uint8Array(32).fill(9));
});
