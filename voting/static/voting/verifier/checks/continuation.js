// SPDX-License-Identifier: AGPL-3.0-or-later
/** Check B.9: the board continues the one under an earlier signed checkpoint. */
import { isEqual, toHex } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { checkLogSigned, readCheckpoint } from "../log/checkpoint.js";
import { readNote } from "../log/note.js";
import { CONTINUED } from "./list.js";
import { refusal } from "./walk.js";

/** @typedef {import("../log/checkpoint.js").Checkpoint} Checkpoint */
/** @typedef {import("../log/keys.js").VerifierKey} VerifierKey */
/** @typedef {import("../log/note.js").Note} Note */
/** @typedef {import("./ledger.js").Ledger} Ledger */
/** A checkpoint that was kept; nobody has verified it yet. */
/** @typedef {{ octets: Uint8Array, note: Note, head: Checkpoint }} Earlier */

/**
 * @param {Uint8Array} octets
 * @returns {Earlier}
 */
export function readEarlier(octets) {
  const note = readNote(octets);
  return { octets, note, head: readCheckpoint(note.text) };
}

const FOREIGN =
  "The earlier checkpoint that was brought is not signed by this board's log. Nothing follows from that: bring the one " +
  "that you kept of this board.";

/**
 * Follows the growing tree, whose root at the earlier size is compared: no proof is needed. Only what the log itself has
 * signed is evidence against it: another file proves nothing.
 */
export class Continuation {
  /**
   * @param {Earlier} earlier
   * @param {Checkpoint} now
   * @param {Ledger} ledger
   */
  constructor({ note, head }, now, ledger) {
    this.note = note;
    this.then = head;
    this.ledger = ledger;
    this.isSigned = false;
    this.isMet = false;
    /** @type {Refusal | null} */
    this.fork = null;
    if (now.size < head.size) ledger.note(CONTINUED, older(now.size, head.size));
  }

  /**
   * The earlier checkpoint must be the same log's: otherwise it is no evidence against it.
   * @param {VerifierKey} log
   */
  checkSignature(log) {
    try {
      checkLogSigned(this.note, log);
    } catch (error) {
      refusal(error); // throws what is none
      this.ledger.note(CONTINUED, FOREIGN);
      return;
    }
    this.isSigned = true;
    this.judge();
  }

  /** @param {import("../log/tree.js").Tree} tree of the entries read so far */
  meet(tree) {
    const { size, root } = this.then;
    if (tree.size !== size) return;
    const computed = tree.root();
    this.isMet = isEqual(computed, root);
    const evidence = { expected: toHex(root), computed: toHex(computed) };
    if (!this.isMet) this.fork = new Refusal("log", "BoardForked", `the first ${size} entries are other ones`, evidence);
    this.judge();
  }

  judge() {
    if (!this.isSigned) return;
    if (this.isMet) this.ledger.mark(CONTINUED);
    else if (this.fork) this.ledger.fail(CONTINUED, this.fork, `tree of ${this.then.size} entries`);
  }
}

/**
 * @param {number} now
 * @param {number} then
 */
function older(now, then) {
  return (
    `This copy of the board has ${now} entries and is older than the one of ${then} entries that you verified before. ` +
    "Nothing follows from that: ask for a newer copy."
  );
}
