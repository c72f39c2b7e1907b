// SPDX-License-Identifier: AGPL-3.0-or-later
/** The roll as it stands, and E.4 to E.6 of each change of it (docs/spec/record.md, "Roll change"). */
import { Refusal } from "../errors.js";
import { readRollChange } from "../record/roll_change.js";
import { checkElection, checkSignature } from "../record/signed.js";
import { checkCredentials, weightOf } from "../record/voters.js";
import { refusal } from "./walk.js";

/** @typedef {import("../record/roll_change.js").RollChange} RollChange */
/** @typedef {import("./ledger.js").Ledger} Ledger */
/** @typedef {import("./setup.js").Opened} Opened */
/** @typedef {import("./walk.js").Entry} Entry */

export class Enrolment {
  /** @param {Opened} opened */
  constructor({ roll, manifest, fingerprint }) {
    this.fingerprint = fingerprint;
    this.registrar = manifest.registrar.key;
    this.room = BigInt(manifest.parameters.capacity) - roll.weight;
    this.changes = 0;
    /** @type {Map<string, number>} the weight of everybody who ever was on the roll */
    this.weights = new Map(roll.voters.map(({ hex, weight }) => [hex, weight]));
    /** @type {Set<string>} */
    this.revoked = new Set();
  }

  /**
   * @param {string} credential in hexadecimal
   * @returns {number}
   */
  weightOf(credential) {
    const weight = this.weights.get(credential);
    if (weight === undefined) throw new Refusal("tally", "NotOnRoll", "the credential is not on the roll");
    if (this.revoked.has(credential)) throw new Refusal("tally", "Revoked", "the registrar has revoked this credential");
    return weight;
  }

  /**
   * The change of an entry, if it holds; else its first failure goes to the ledger.
   * @param {Ledger} ledger
   * @param {Entry} entry
   * @returns {RollChange | null}
   */
  judge(ledger, { payload, where }) {
    let check = "E.4";
    try {
      const change = this.read(payload);
      check = "E.5";
      for (const credential of change.revoke) this.weightOf(credential);
      this.checkNew(change);
      checkCredentials(change.admit.map(({ credential }) => credential), 0);
      check = "E.6";
      this.checkWeight(change);
      return change;
    } catch (error) {
      ledger.fail(check, refusal(error), where);
      return null;
    }
  }

  /** @param {Uint8Array} payload */
  read(payload) {
    const change = readRollChange(payload);
    checkElection(this.fingerprint, change.election);
    checkSignature(change.signed, this.registrar);
    if (change.number !== this.changes + 1) {
      throw new Refusal("record", "WrongChangeNumber", "number of the roll change", { expected: this.changes + 1, computed: change.number });
    }
    return change;
  }

  /** @param {RollChange} change */
  checkNew({ admit }) {
    const known = admit.find(({ hex }) => this.weights.has(hex));
    if (known) throw new Refusal("record", "AlreadyEnrolled", "an admitted credential is, or was, on the roll", { computed: known.hex });
  }

  /** @param {RollChange} change */
  checkWeight({ admit }) {
    const weight = weightOf(admit);
    if (weight > this.room) {
      throw new Refusal("record", "RollExceedsCapacity", "weight that is admitted", { expected: `at most ${this.room}`, computed: weight });
    }
  }

  /** @param {RollChange} change one that holds */
  apply({ revoke, admit, number }) {
    for (const credential of revoke) this.revoked.add(credential);
    for (const { hex, weight } of admit) this.weights.set(hex, weight);
    this.room -= weightOf(admit);
    this.changes = number;
  }
}
