// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The booth's arithmetic at 3072 bits, one question with 20 options; medians in milliseconds as JSON.
 *
 * Run: node tests/bench/booth_core.mjs [rounds]. In a browser it is measured by the browser's tests.
 */
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";

import { verifyCompact } from "../../voting/static/voting/booth/crypto/compact.js";
import { publicKey } from "../../voting/static/voting/booth/crypto/parameters.js";
import { Pool } from "../../voting/static/voting/booth/crypto/pool.js";
import { prove } from "../../voting/static/voting/booth/crypto/prover.js";

globalThis.crypto ??= webcrypto;

const OPTIONS = 20;
const RESPONSE_BITS = 1793;
const rounds = Number(process.argv[2] ?? 5);
const { bases } = JSON.parse(readFileSync(new URL("../vectors/ballot.json", import.meta.url), "utf8"));
const [n, h] = [bases[1].modulus, bases[1].base].map((text) => BigInt(`0x${text}`));
const values = Array.from({ length: OPTIONS }, (_, option) => 1n << BigInt(17 * option));
const statements = [{ terms: [[0, 1n]], values }];
const context = {
  fingerprint: new Uint8Array(32), credential: new Uint8Array(32), supersedes: new Uint8Array(0),
};

/** @type {Record<string, number[]>} */
const found = {};

async function timed(name, act) {
  const start = performance.now();
  const result = await act();
  (found[name] ??= []).push(performance.now() - start);
  return result;
}

async function round() {
  const key = await timed("derive and compare h", () => publicKey(n, h));
  await timed("table of powers of h", () => key.powers.grow(RESPONSE_BITS));
  const pool = await timed("draws", () => Pool.fresh(key, statements));
  await timed("precomputation", () => {
    while (pool.step());
  });
  const made = await timed("after the click", () => prove(key, context, statements, [values[2]], pool));
  await timed("verify compactly", () => verifyCompact(key, made.claim, made.proof));
  await timed("without any precomputation", async () => {
    const late = publicKey(n, h);
    await prove(late, context, statements, [values[2]], await Pool.fresh(late, statements));
  });
}

for (let index = 0; index < rounds; index += 1) await round();
const medians = Object.entries(found).map(([name, times]) => {
  const median = times.sort((left, right) => left - right)[Math.floor(times.length / 2)];
  return { name: `booth core/${name}`, modulus_bits: 3072, options: OPTIONS, milliseconds: Number(median.toFixed(1)) };
});
console.log(JSON.stringify(medians, null, 1));
