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

/** Follows the growing tree, whose root at the earlier size is compared: no proof is needed. */
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
    if (now.size < head.size) ledger.note(CONTINUED, older(now.size, head.size));
  }

  /**
   * The earlier checkpoint must be the same log's: otherwise it is no evidence against it.
   * @param {VerifierKey} log
   */
  checkSignature(log) {
    try {
      checkLogSigned(this.note, log);
      this.isSigned = true;
      this.mark();
    } catch (error) {
      this.ledger.fail(CONTINUED, refusal(error), "earlier checkpoint");
    }
  }

  /** @param {import("../log/tree.js").Tree} tree of the entries read so far */
  meet(tree) {
    const { size, root } = this.then;
    if (tree.size !== size) return;
    const computed = tree.root();
    this.isMet = isEqual(computed, root);
    this.mark();
    if (this.isMet) return;
    const evidence = { expected: toHex(root), computed: toHex(computed) };
    this.ledger.fail(CONTINUED, new Refusal("log", "BoardForked", `the first ${size} entries are other ones`, evidence), `tree of ${size} entries`);
  }

  mark() {
    if (this.isSigned && this.isMet) this.ledger.mark(CONTINUED);
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
