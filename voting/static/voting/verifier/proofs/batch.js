// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Many ballots at once, where their commitments are at hand (docs/spec/protocol.md, "Batch", "Bisection").
 *
 * A batch never refuses a ballot: whatever it does not accept is judged from its compact form.
 */
import { toInteger } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { checkUnits } from "../numbers/integers.js";
import { power, productOfPowers } from "../numbers/powers.js";
import { checkChallenge, checkSums } from "./ballot.js";
import { checkForm } from "./form.js";
import { powerOfG } from "./public_key.js";

/** @typedef {import("./ballot.js").Judge} Judge */
/** @typedef {import("./ballot.js").Claim} Claim */
/** @typedef {import("./public_key.js").PublicKey} PublicKey */
/** @typedef {{ claim: Claim, commitments: bigint[] | null }} Case */
/** @typedef {{ case: Case, index: number }} Placed */
/** @typedef {() => bigint} Draw a fresh secret number, uniform below 2^128 */

const SMALL = 8; // ballots of a failed batch that are no longer halved

/** @returns {bigint} */
export function draw() {
  return toInteger(crypto.getRandomValues(new Uint8Array(16)));
}

/**
 * The refusal of every ballot that is refused, by its index.
 * @param {Judge} judge
 * @param {readonly Case[]} cases
 * @param {Draw} [random]
 */
export function judgeAll(judge, cases, random = draw) {
  const placed = cases.map((item, index) => ({ case: item, index }));
  const fit = placed.filter((item) => isFit(judge.key, item.case));
  const batched = new Set(fit.map(({ index }) => index));
  const left = [...placed.filter(({ index }) => !batched.has(index)), ...suspects(judge.key, fit, random)];
  /** @type {Map<number, Refusal>} */
  const refused = new Map();
  for (const item of left) {
    const refusal = refusalOf(judge, item.case.claim);
    if (refusal) refused.set(item.index, refusal);
  }
  return refused;
}

/**
 * What no batch has accepted: halved, until a part is small or too many batches have failed.
 * @param {PublicKey} key
 * @param {Placed[]} fit
 * @param {Draw} random
 */
function suspects(key, fit, random) {
  /** @type {Placed[]} */
  const found = [];
  const queue = fit.length ? [fit] : [];
  let patience = 2 * Math.ceil(Math.log2(fit.length + 1));
  for (let part = queue.shift(); part; part = queue.shift()) {
    if (patience > 0 && isAccepted(key, part, random)) continue;
    if (patience <= 0 || part.length <= SMALL) {
      found.push(...part);
    } else {
      const middle = part.length >> 1;
      queue.push(part.slice(0, middle), part.slice(middle));
    }
    patience -= 1;
  }
  return found;
}

/**
 * Checks 1 to 3 of one ballot with the given commitments; anything wrong leaves it to the compact form.
 * @param {PublicKey} key
 * @param {Case} item
 */
function isFit(key, { claim, commitments }) {
  if (commitments?.length !== claim.statements.reduce((sum, { values }) => sum + values.length, 0)) return false;
  const half = (key.modulus - 1n) / 2n;
  if (commitments.some((a) => a <= 0n || a > half)) return false;
  try {
    checkForm(key, claim);
    checkUnits(commitments, key.n);
    checkSums(claim);
    checkChallenge(key, claim, commitments);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/**
 * h^{2Σρz} · g^{2Σρev} = Π |a|^{2ρ} · Π c^{2E}, with a fresh ρ for every branch.
 * @param {PublicKey} key
 * @param {readonly Placed[]} part
 * @param {Draw} random
 */
function isAccepted(key, part, random) {
  const { modulus } = key;
  const sums = { z: 0n, v: 0n, /** @type {bigint[]} */ bases: [], /** @type {bigint[]} */ exponents: [] };
  for (const item of part) addBallot(sums, item.case, random);
  const side = (/** @type {(exponent: bigint) => boolean} */ isOwn) => {
    const own = sums.exponents.flatMap((exponent, index) => (isOwn(exponent) ? [index] : []));
    return productOfPowers(own.map((index) => sums.bases[index]), own.map((index) => size(sums.exponents[index])), modulus);
  };
  const masks = (power(key.h, sums.z, modulus) * powerOfG(key, sums.v)) % modulus;
  const left = (masks * side((exponent) => exponent < 0n)) % modulus;
  const right = side((exponent) => exponent > 0n);
  return (left * left) % modulus === (right * right) % modulus;
}

/** @param {bigint} value */
function size(value) {
  return value < 0n ? -value : value;
}

/**
 * @param {{ z: bigint, v: bigint, bases: bigint[], exponents: bigint[] }} sums
 * @param {Case} item
 * @param {Draw} random
 */
function addBallot(sums, { claim, commitments }, random) {
  const { ciphertexts, statements, proofs } = claim;
  const weights = new Array(ciphertexts.length).fill(0n); // E_k
  let place = 0;
  statements.forEach(({ terms, values }, index) => {
    let weight = 0n;
    values.forEach((value, branch) => {
      const rho = random();
      const e = proofs[index].challenges[branch];
      sums.z += rho * proofs[index].responses[branch];
      sums.v += rho * e * value;
      weight += rho * e;
      sums.bases.push(/** @type {bigint[]} */ (commitments)[place]);
      sums.exponents.push(rho);
      place += 1;
    });
    for (const [k, a] of terms) weights[k] += weight * a;
  });
  sums.bases.push(...ciphertexts);
  sums.exponents.push(...weights);
}

/**
 * @param {Judge} judge
 * @param {Claim} claim
 */
function refusalOf(judge, claim) {
  try {
    judge.check(claim);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
