// SPDX-License-Identifier: AGPL-3.0-or-later
/** Which ballots count, and their encrypted sums (docs/spec/protocol.md, "Tally"), kept as running products. */
import { Refusal } from "../errors.js";
import { inverse } from "../numbers/integers.js";
import { power } from "../numbers/powers.js";
import { countedHash } from "../record/entries.js";

/** @typedef {import("../record/ballot.js").Ballot} Ballot */
/** @typedef {import("../record/manifest.js").Manifest} Manifest */
/** @typedef {import("./enrolment.js").Enrolment} Enrolment */
/** @typedef {import("./setup.js").Opened} Opened */
/** @typedef {bigint[][]} Rows by contest, by variable */

export class Count {
  /**
   * @param {Opened} opened
   * @param {Enrolment} roll
   */
  constructor({ key, manifest }, roll) {
    this.roll = roll;
    this.modulus = key.modulus;
    this.limit = manifest.rules.ballots;
    /** By contest, the variables that are tallied. */
    this.tallied = manifest.programs.map(({ variables }) => variables.flatMap(({ counters }, index) => (counters ? [index] : [])));
    /** @type {Rows} */
    this.sums = this.tallied.map((variables) => variables.map(() => 1n));
    /** @type {Map<string, string>} credential and tracker, in board order of the ballots that count */
    this.trackers = new Map();
    /** @type {Map<string, number>} ballots that a credential has used up */
    this.used = new Map();
  }

  /**
   * Refuses a ballot that does not follow its credential's last one, within the limit.
   * @param {string} credential in hexadecimal
   * @param {string} supersedes
   */
  checkSuccession(credential, supersedes) {
    const last = this.trackers.get(credential) ?? "";
    if (supersedes !== last) {
      throw new Refusal("tally", "StaleSupersedes", "the ballot does not supersede its credential's last one", { expected: last, computed: supersedes });
    }
    const used = this.used.get(credential) ?? 0;
    if (used >= this.limit) {
      throw new Refusal("tally", "LimitReached", "this credential has cast all its ballots", { expected: `at most ${this.limit}`, computed: used + 1 });
    }
  }

  /**
   * Count a ballot in place of the one that it supersedes; if anything is refused, nothing has changed.
   * @param {string} credential
   * @param {string} tracker
   * @param {Rows} ciphertexts
   * @param {Rows | null} superseded
   */
  add(credential, tracker, ciphertexts, superseded) {
    const weight = BigInt(this.roll.weightOf(credential));
    const rest = superseded ? this.times(this.sums, superseded, -weight) : this.sums;
    this.sums = this.times(rest, ciphertexts, weight);
    this.used.set(credential, (this.used.get(credential) ?? 0) + 1);
    this.trackers.delete(credential); // board order is that of the ballot which counts
    this.trackers.set(credential, tracker);
  }

  /**
   * Take the last ballots of credentials out; if anything is refused, nothing has changed.
   * @param {readonly { credential: string, ciphertexts: Rows }[]} gone
   */
  remove(gone) {
    this.sums = gone.reduce((sums, { credential, ciphertexts }) => this.times(sums, ciphertexts, -BigInt(this.roll.weightOf(credential))), this.sums);
    for (const { credential } of gone) this.trackers.delete(credential);
  }

  /**
   * T_x · c_x^weight.
   * @param {Rows} sums
   * @param {Rows} ciphertexts
   * @param {bigint} weight
   */
  times(sums, ciphertexts, weight) {
    const { modulus } = this;
    const raised = (/** @type {bigint} */ c) => power(weight < 0n ? inverse(c, modulus) : c, weight < 0n ? -weight : weight, modulus);
    return sums.map((row, contest) => row.map((sum, place) => (sum * raised(ciphertexts[contest][this.tallied[contest][place]])) % modulus));
  }

  /** The counted set as it is now. */
  counted() {
    const weight = [...this.trackers.keys()].reduce((sum, credential) => sum + this.roll.weightOf(credential), 0);
    return { ballots: this.trackers.size, weight, hash: countedHash([...this.trackers.values()]) };
  }

  /**
   * T = Π T_x^{2^shift} for every aggregate of the manifest.
   * @param {Manifest} manifest
   */
  aggregates({ contests, aggregates }) {
    return aggregates.map(({ contest, terms }) => {
      const place = contests.findIndex(({ id }) => id === contest);
      return terms.reduce((product, [variable, shift]) => {
        const sum = this.sums[place][this.tallied[place].indexOf(variable)];
        return (product * power(sum, 1n << BigInt(shift), this.modulus)) % this.modulus;
      }, 1n);
    });
  }
}
