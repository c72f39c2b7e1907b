// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * All randomness of one ballot from one seed, so that a tested ballot can be opened (docs/spec/protocol.md, "Seed").
 *
 * HKDF-SHA-256 (RFC 5869) by Web Crypto.
 */
import { OutOfRange } from "../errors.js";
import { toInteger, utf8 } from "../octets.js";

/** @import { Octets } from "../octets.js" */

export const SEED_OCTETS = 32;

const SALT = utf8("veritally/ballot-seed/1");

export class Draws {
  #key;

  /**
   * Not for callers: see `from`.
   * @param {CryptoKey} key
   * @param {number} attempt
   */
  constructor(key, attempt) {
    this.#key = key;
    this.attempt = attempt;
  }

  /**
   * @param {Octets} seed 32 octets, kept by the caller
   * @returns {Promise<Draws>} throws OutOfRange
   */
  static async from(seed) {
    if (seed.length !== SEED_OCTETS) {
      throw new OutOfRange("a ballot seed has 32 octets", { expected: SEED_OCTETS, computed: seed.length });
    }
    return new Draws(await crypto.subtle.importKey("raw", seed, "HKDF", false, ["deriveBits"]), 0);
  }

  /**
   * @param {"s" | "t" | "e"} name
   * @param {readonly number[]} index
   * @param {number} bits
   * @returns {Promise<bigint>} uniform in [0, 2^bits)
   */
  async draw(name, index, bits) {
    const octets = Math.ceil(bits / 8);
    const info = utf8([name, this.attempt, ...index].join("/"));
    const parameters = { name: "HKDF", hash: "SHA-256", salt: SALT, info };
    const derived = await crypto.subtle.deriveBits(parameters, this.#key, 8 * octets);
    return toInteger(new Uint8Array(derived)) >> BigInt(8 * octets - bits);
  }

  /** Everything fresh: no power is used in two challenge hashes. */
  redraw() {
    return new Draws(this.#key, this.attempt + 1);
  }
}
