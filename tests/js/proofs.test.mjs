// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";

import { verifyCompact } from "../../voting/static/voting/booth/crypto/compact.js";
import { Draws } from "../../voting/static/voting/booth/crypto/draws.js";
import { publicKey } from "../../voting/static/voting/booth/crypto/parameters.js";
import { Pool } from "../../voting/static/voting/booth/crypto/pool.js";
import { prove } from "../../voting/static/voting/booth/crypto/prover.js";
import { transcript } from "../../voting/static/voting/booth/crypto/transcript.js";
import { fromHex } from "../../voting/static/voting/booth/octets.js";
import { sha256Hex } from "../../voting/static/voting/booth/sha256.js";
import { number, refusesLater, vectors } from "./support.mjs";

const { draws, ballots, refused } = vectors("ballot");
const keys = new Map();

function keyOf({ modulus }) {
  if (!keys.has(modulus)) keys.set(modulus, publicKey(number(modulus)));
  return keys.get(modulus);
}

function contextOf({ fingerprint, credential, supersedes }) {
  return {
    fingerprint: fromHex(fingerprint), credential: fromHex(credential), supersedes: fromHex(supersedes),
  };
}

function statementsOf({ statements }) {
  return statements.map(({ terms, values }) => ({
    terms: terms.map(([index, a]) => [index, number(a)]), values: values.map(number),
  }));
}

function proofOf({ challenge, challenges, responses }) {
  const statements = challenges.map((row, i) => ({
    challenges: row.map(number), responses: responses[i].map(number),
  }));
  return { challenge: number(challenge), statements };
}

function claimOf(row) {
  return { context: contextOf(row), ciphertexts: row.ciphertexts.map(number), statements: statementsOf(row) };
}

const hex = (numbers) => numbers.map((found) => found.toString(16));

for (const { seed, attempt, name, index, bits, value } of draws) {
  test(`draw ${name}/${attempt}/${index.join("/")}`, async () => {
    const first = await Draws.from(fromHex(seed));
    const drawn = await (attempt ? first.redraw() : first).draw(name, index, bits);
    assert.equal(drawn.toString(16), value);
  });
}

test("a seed has 32 octets", async () => {
  await refusesLater(Draws.from(new Uint8Array(31)), "OutOfRange");
  await refusesLater(Draws.from(new Uint8Array(33)), "OutOfRange");
});

for (const row of ballots) {
  test(`the same seed gives the same ballot: ${row.name}`, async () => {
    const [key, statements] = [keyOf(row), statementsOf(row)];
    const pool = await Pool.fromSeed(key, statements, fromHex(row.seed));
    const made = await prove(key, contextOf(row), statements, row.plaintexts.map(number), pool);
    assert.deepEqual(hex(made.claim.ciphertexts), row.ciphertexts);
    assert.deepEqual(hex(made.commitments), row.commitments);
    assert.equal(made.proof.challenge.toString(16), row.challenge);
    assert.deepEqual(made.proof.statements.map((part) => hex(part.challenges)), row.challenges);
    assert.deepEqual(made.proof.statements.map((part) => hex(part.responses)), row.responses);
    const octets = transcript(contextOf(row), [...made.claim.ciphertexts, ...made.commitments], key.width);
    assert.equal(octets.length, row.transcript_length);
    assert.equal(await sha256Hex(octets), row.transcript_sha256);
  });

  test(`the compact form accepts: ${row.name}`, () => verifyCompact(keyOf(row), claimOf(row), proofOf(row)));
}

for (const row of refused) {
  test(`the compact form refuses: ${row.name}`, async () => {
    await refusesLater(verifyCompact(keyOf(row), claimOf(row), proofOf(row)), row.reason);
  });
}

test("every number of a proof counts", async () => {
  const row = ballots[2];
  const proof = proofOf(row);
  for (const [i, part] of proof.statements.entries()) {
    for (const j of part.responses.keys()) {
      const statements = structuredClone(proof.statements);
      statements[i].responses[j] ^= 1n;
      await refusesLater(verifyCompact(keyOf(row), claimOf(row), { ...proof, statements }), "ChallengeMismatch");
    }
  }
});

test("a false statement cannot be proved, and the pool stays usable", async () => {
  const row = ballots[0];
  const [key, statements] = [keyOf(row), statementsOf(row)];
  const pool = await Pool.fresh(key, statements);
  await refusesLater(prove(key, contextOf(row), statements, [7n], pool), "NotAMember");
  assert.equal(pool.isSpent, false);
  await prove(key, contextOf(row), statements, [statements[0].values[1]], pool);
});

test("a negative response makes everything fresh", async () => {
  const row = ballots[3]; // a sum with a negative coefficient
  const [key, statements] = [keyOf(row), statementsOf(row)];
  const pool = await Pool.fromSeed(key, statements, fromHex(row.seed));
  const terms = statements.flatMap((statement) => statement.terms);
  const isNegative = (k) => terms.some(([index, a]) => index === k && a < 0n);
  // A source whose masks are all 0 once, with secrets that make S negative: z = S·e.
  const source = {
    takeAll() {
      const powers = pool.takeAll();
      const masks = powers.masks.map((part) => part.map(() => ({ exponent: 0n, value: 1n })));
      const secrets = powers.secrets.map((_, k) => {
        return isNegative(k) ? { exponent: 1n, value: key.base } : { exponent: 0n, value: 1n };
      });
      return { ...powers, masks, secrets };
    },
    redraw: (seed) => pool.redraw(seed),
  };
  const made = await prove(key, contextOf(row), statements, row.plaintexts.map(number), source);
  await verifyCompact(key, made.claim, made.proof);
  const again = await (await Draws.from(fromHex(row.seed))).redraw().draw("s", [0], key.randomnessBits);
  const shift = 1n + number(row.plaintexts[0]) * key.n;
  assert.equal(made.claim.ciphertexts[0], (key.powers.power(again) * shift) % key.modulus);
});
