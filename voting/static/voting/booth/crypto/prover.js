// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The proof that every statement of a ballot holds (docs/spec/protocol.md, "Proof").
 *
 * OR proofs (Cramer, Damgård, Schoenmakers 1994) under one challenge. All that is slow was done by the pool: here are
 * powers of g, one hash, and one multiplication of long integers for each branch.
 */
import { NotAMember } from "../errors.js";
import { absolute, gPower, sumOf } from "./statements.js";
import { challenge } from "./transcript.js";

/** @import { Octets } from "../octets.js" */
/** @import { PublicKey } from "./parameters.js" */
/** @import { Power, Powers } from "./pool.js" */
/** @import { Statement } from "./statements.js" */
/** @import { Context } from "./transcript.js" */

/**
 * @typedef {object} StatementProof
 * @property {readonly bigint[]} challenges e_ij in branch order
 * @property {readonly bigint[]} responses z_ij
 */

/**
 * @typedef {object} BallotProof
 * @property {bigint} challenge e
 * @property {readonly StatementProof[]} statements
 */

/**
 * @typedef {object} Claim
 * @property {Context} context
 * @property {readonly bigint[]} ciphertexts
 * @property {readonly Statement[]} statements
 */

/**
 * @typedef {object} Proved
 * @property {Claim} claim
 * @property {BallotProof} proof
 * @property {bigint[]} commitments |a_ij|, statement by statement
 * @property {Octets} seed opens the ballot: for a test only, and forgotten when it is cast
 */

/**
 * @typedef {object} Source
 * @property {() => Powers & {seed: Octets}} takeAll
 * @property {(seed: Octets) => Promise<Source>} redraw
 */

/**
 * Encrypt `values` (x_k) and prove every statement. A negative response makes everything fresh.
 * @param {PublicKey} key
 * @param {Context} context
 * @param {readonly Statement[]} statements
 * @param {readonly bigint[]} values throws NotAMember, and leaves the pool alone, if a statement is false
 * @param {Source} source a Pool for these statements; PoolSpent if it was used
 * @returns {Promise<Proved>}
 */
export async function prove(key, context, statements, values, source) {
  const reals = statements.map((statement) => realBranch(statement, values));
  for (let pool = source; ; ) {
    const powers = pool.takeAll();
    const made = await attempt(key, context, statements, values, reals, powers);
    if (made.proof.statements.every((part) => part.responses.every((z) => z >= 0n))) {
      return { ...made, seed: powers.seed };
    }
    pool = await pool.redraw(powers.seed);
  }
}

/**
 * @param {Statement} statement
 * @param {readonly bigint[]} values
 */
function realBranch(statement, values) {
  const real = statement.values.indexOf(sumOf(statement.terms, values));
  if (real < 0) throw new NotAMember("a statement about these values is false");
  return real;
}

/**
 * @param {PublicKey} key
 * @param {Context} context
 * @param {readonly Statement[]} statements
 * @param {readonly bigint[]} values
 * @param {readonly number[]} reals
 * @param {Powers} powers
 */
async function attempt(key, context, statements, values, reals, powers) {
  const ciphertexts = values.map((x, k) => (gPower(key, x) * powers.secrets[k].value) % key.modulus);
  const drawn = powers.challenges.map((row, i) => row.map((e, j) => (j === reals[i] ? 0n : e)));
  const commitments = statements.flatMap((statement, i) =>
    statement.values.map((v, j) => {
      // a = h^t · g^{(v − m)·e}; the real branch has e = 0 here
      const shift = gPower(key, (v - statement.values[reals[i]]) * drawn[i][j]);
      return absolute((powers.masks[i][j].value * shift) % key.modulus, key.modulus);
    }),
  );
  const e = await challenge(context, [...ciphertexts, ...commitments], key.width);
  const secrets = powers.secrets.map(({ exponent }) => exponent);
  const parts = statements.map((statement, i) =>
    respond(sumOf(statement.terms, secrets), powers.masks[i], withReal(drawn[i], reals[i], e)),
  );
  return { claim: { context, ciphertexts, statements }, proof: { challenge: e, statements: parts }, commitments };
}

/**
 * @param {bigint[]} drawn 0 in the real branch
 * @param {number} real
 * @param {bigint} e
 * @returns {bigint[]} with e_r = e − Σ e_j mod 2^128
 */
function withReal(drawn, real, e) {
  const left = BigInt.asUintN(128, e - drawn.reduce((sum, part) => sum + part, 0n));
  return drawn.map((part, j) => (j === real ? left : part));
}

/**
 * @param {bigint} randomness S = Σ a_k·s_k
 * @param {readonly Power[]} masks
 * @param {bigint[]} challenges
 * @returns {StatementProof} z = t + S·e, over the integers
 */
function respond(randomness, masks, challenges) {
  return { challenges, responses: challenges.map((e, j) => masks[j].exponent + randomness * e) };
}
