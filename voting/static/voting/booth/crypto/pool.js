// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The powers of one ballot, made while the voter still reads (docs/spec/protocol.md, "Proof").
 *
 * Iron rules. A pool serves one ballot: it gives everything away at once and keeps nothing, so that no power can stand
 * in two challenge hashes; two proofs with one mask give away the vote. It is never stored: its parts are private
 * fields, which neither structured clone (IndexedDB, postMessage, history state) nor JSON can reach. A page that is
 * restored from the back-forward cache discards it and makes another.
 */
import { PoolSpent } from "../errors.js";
import { Draws, SEED_OCTETS } from "./draws.js";
import { CHALLENGE_BITS, responseBits } from "./parameters.js";
import { coefficientSum, longestResponse } from "./statements.js";

/** @import { Octets } from "../octets.js" */
/** @import { PublicKey } from "./parameters.js" */
/** @import { Statement } from "./statements.js" */

/**
 * @typedef {object} Power
 * @property {bigint} exponent
 * @property {bigint} value h^exponent
 */

/**
 * @typedef {object} Powers what a pool gives away
 * @property {Power[]} secrets s_k, by ciphertext
 * @property {Power[][]} masks t_ij, by statement and branch
 * @property {bigint[][]} challenges e_ij, drawn for every branch; the real one's is not used
 */

/** @typedef {{exponent: bigint, value: bigint | undefined}} Entry */

export class Pool {
  /** @type {Octets | undefined} */
  #seed;
  #key;
  #statements;
  #variables;
  #longest;
  #draws;
  /** @type {Entry[] | undefined} secrets, then masks */
  #entries;
  #made = 0;
  /** @type {bigint[][]} */
  #challenges = [];

  /**
   * Not for callers: see `fresh` and `fromSeed`.
   * @param {PublicKey} key
   * @param {readonly Statement[]} statements
   * @param {Octets} seed
   * @param {Draws} draws
   */
  constructor(key, statements, seed, draws) {
    this.#key = key;
    this.#statements = statements;
    this.#variables = new Set(statements.flatMap((statement) => statement.terms.map(([index]) => index))).size;
    this.#longest = longestResponse(key, statements);
    this.#seed = seed;
    this.#draws = draws;
  }

  /**
   * A pool with a seed of its own.
   * @param {PublicKey} key
   * @param {readonly Statement[]} statements
   * @param {(length: number) => Octets} [entropy]
   */
  static async fresh(key, statements, entropy = systemEntropy) {
    return Pool.fromSeed(key, statements, entropy(SEED_OCTETS));
  }

  /**
   * The pool of a given seed: to open a tested ballot, and for test vectors.
   * @param {PublicKey} key
   * @param {readonly Statement[]} statements
   * @param {Octets} seed 32 octets
   */
  static async fromSeed(key, statements, seed) {
    const pool = new Pool(key, statements, seed.slice(), await Draws.from(seed));
    await pool.#drawAll();
    return pool;
  }

  /** @returns {boolean} whether it was used or discarded */
  get isSpent() {
    return this.#entries === undefined;
  }

  /** @returns {{made: number, total: number}} for a progress bar */
  get progress() {
    return { made: this.#made, total: this.#entries?.length ?? 0 };
  }

  /**
   * Compute one power more; a worker answers its messages in between.
   * @returns {boolean} whether there is more to do
   */
  step() {
    const entry = this.#entries?.[this.#made];
    if (!entry) return false;
    this.#key.powers.grow(this.#longest);
    entry.value = this.#key.powers.power(entry.exponent);
    this.#made += 1;
    return this.#made < (this.#entries?.length ?? 0);
  }

  /**
   * Give everything away, computing what is still missing. The pool is spent: PoolSpent the second time.
   * @returns {Powers & {seed: Octets}}
   */
  takeAll() {
    while (this.step());
    const [entries, seed] = [this.#entries, this.#seed];
    if (!entries || !seed) throw new PoolSpent("these powers were used for a ballot; another ballot takes others");
    const challenges = this.#challenges;
    this.#forget();
    const powers = /** @type {Power[]} */ (entries);
    const secrets = powers.splice(0, this.#variables);
    const masks = this.#statements.map((statement) => powers.splice(0, statement.values.length));
    return { secrets, masks, challenges, seed };
  }

  /** Forget everything, unused. */
  discard() {
    this.#seed?.fill(0);
    this.#forget();
  }

  /**
   * The pool for the attempt after a negative response: every power is another.
   * @param {Octets} seed the seed that this pool gave away
   */
  async redraw(seed) {
    if (!this.isSpent) throw new PoolSpent("only a pool that was used is drawn again");
    const pool = new Pool(this.#key, this.#statements, seed, this.#draws.redraw());
    await pool.#drawAll();
    return pool;
  }

  toJSON() {
    throw new PoolSpent("a pool is never stored");
  }

  #forget() {
    this.#entries = undefined;
    this.#seed = undefined;
    this.#challenges = [];
  }

  /** Statement by statement: whoever signs or verifies meanwhile does not wait for all the draws of a large ballot. */
  async #drawAll() {
    const draws = this.#draws;
    const exponents = await Promise.all(
      Array.from({ length: this.#variables }, (_, k) => draws.draw("s", [k], this.#key.randomnessBits)),
    );
    const challenges = [];
    for (const [i, statement] of this.#statements.entries()) {
      const bits = responseBits(this.#key.bits, coefficientSum(statement));
      exponents.push(...(await Promise.all(statement.values.map((_, j) => draws.draw("t", [i, j], bits)))));
      challenges.push(await Promise.all(statement.values.map((_, j) => draws.draw("e", [i, j], CHALLENGE_BITS))));
    }
    this.#challenges = challenges;
    this.#entries = exponents.map((exponent) => ({ exponent, value: undefined }));
  }
}

/**
 * @param {number} length
 * @returns {Octets}
 */
function systemEntropy(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}
