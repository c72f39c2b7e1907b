// SPDX-License-Identifier: AGPL-3.0-or-later
/** One pass along the board: checks B.1 to B.6, B.8, B.9, and every entry with its payload, in order. */
import { toHex } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { sha256Hex } from "../hash/sha256.js";
import { BUNDLE_LIMIT, readBundle } from "../log/bundle.js";
import { checkCosigned, checkLogSigned, readCheckpoint } from "../log/checkpoint.js";
import { checkChain, readEnvelope } from "../log/envelope.js";
import { NOTE_LIMIT, readNote } from "../log/note.js";
import { checkUnder } from "../log/policy.js";
import { CHECKPOINT, WIDTH, blobPath, bundlePath } from "../log/paths.js";
import { Tree } from "../log/tree.js";
import { isEqual } from "../codec/octets.js";
import { POLICY } from "./list.js";
import { checkFollows } from "./order.js";

/** @typedef {import("../log/envelope.js").Envelope} Envelope */
/** @typedef {import("../sources/source.js").Source} Source */
/** @typedef {import("./ledger.js").Ledger} Ledger */

/**
 * `head` gives size and root of the tree right after this entry, while the walk stands there.
 * @typedef {{ envelope: Envelope, payload: Uint8Array, where: string, head: () => { size: number, root: Uint8Array } }} Entry
 */

/**
 * @param {unknown} error
 * @returns {Refusal} one that says something of the record; whatever does not is thrown again
 */
export function refusal(error) {
  if (error instanceof Refusal && error.family !== "unavailable") return error;
  throw error;
}

/**
 * The payload that an envelope names; refuses any other octets.
 * @param {Source} source
 * @param {Envelope} envelope
 */
export async function readPayload(source, { digest, length }) {
  const octets = await source.read(blobPath(digest), length);
  if (octets.length !== length) throw new Refusal("log", "PayloadMismatch", "payload of another length", { expected: length, computed: octets.length });
  const computed = sha256Hex(octets);
  if (computed !== digest) throw new Refusal("log", "PayloadMismatch", "another payload", { expected: digest, computed });
  return octets;
}

/**
 * The checkpoint as it stands there, not yet verified; refuses a board without one that can be read.
 * @param {Source} source
 * @param {Ledger} ledger
 */
export async function startWalk(source, ledger) {
  const octets = await source.read(CHECKPOINT, NOTE_LIMIT);
  return new Walk(source, ledger, { octets, ...readNote(octets) });
}

class Walk {
  /**
   * @param {Source} source
   * @param {Ledger} ledger
   * @param {import("../log/note.js").Note & { octets: Uint8Array }} note
   */
  constructor(source, ledger, note) {
    this.source = source;
    this.ledger = ledger;
    this.note = note;
    this.head = readCheckpoint(note.text);
    this.tree = new Tree();
    /** @type {import("./continuation.js").Continuation | null} */
    this.continuation = null;
    /** @type {number | null} the time of the last entry that was read */
    this.newest = null;
    /** @type {Map<string, import("./age.js").Quorum>} by check, the quorums that are demanded and met */
    this.quorums = new Map();
  }

  /**
   * B.8: the checkpoint is good under the reader's own policy, whatever the manifest says.
   * @param {import("../log/policy.js").Policy} policy
   */
  checkPolicy(policy) {
    this.ledger.mark(POLICY);
    try {
      this.keep(POLICY, checkUnder(this.note, policy));
    } catch (error) {
      this.ledger.fail(POLICY, refusal(error), CHECKPOINT);
    }
  }

  /**
   * B.1 and B.6, once the manifest has said who must have signed.
   * @param {import("../record/parties.js").BoardKeys} keys
   */
  checkSignatures(keys) {
    this.continuation?.checkSignature(keys.log);
    this.ledger.mark("B.1");
    try {
      checkLogSigned(this.note, keys.log);
    } catch (error) {
      this.ledger.fail("B.1", refusal(error), CHECKPOINT);
      this.ledger.note("B.6", "Not judged: what witnesses sign is what the log has signed.");
      return;
    }
    this.ledger.mark("B.6");
    try {
      this.keep("B.6", checkCosigned(this.note, keys));
    } catch (error) {
      this.ledger.fail("B.6", refusal(error), CHECKPOINT);
    }
  }

  /**
   * @param {string} id
   * @param {import("./age.js").Quorum} quorum
   */
  keep(id, quorum) {
    if (!quorum.isMet(() => false)) this.quorums.set(id, quorum);
  }

  /**
   * Every entry whose payload is good; ends early where the chain breaks.
   * @returns {AsyncGenerator<Entry>}
   */
  async *entries() {
    let previous = "";
    this.continuation?.meet(this.tree);
    for await (const envelope of this.envelopes()) {
      const where = `entry ${envelope.seq} (${envelope.type})`;
      this.checkOrder(previous, envelope.type, where);
      previous = envelope.type;
      this.newest = envelope.time;
      const payload = await this.payload(envelope, where);
      if (payload) yield { envelope, payload, where, head: () => ({ size: this.tree.size, root: this.tree.root() }) };
    }
  }

  /** @returns {AsyncGenerator<Envelope>} */
  async *envelopes() {
    /** @type {Envelope | null} */
    let previous = null;
    for (let first = 0; first < this.head.size; first += WIDTH) {
      for (const octets of await this.bundle(first)) {
        const envelope = this.next(previous, octets);
        if (!envelope) return;
        previous = envelope;
        yield envelope;
      }
      if (this.tree.size < Math.min(first + WIDTH, this.head.size)) return;
    }
    this.ledger.mark("B.2", "B.4", "B.5");
    this.checkRoot();
  }

  /**
   * The envelopes of one bundle; none if it cannot be read.
   * @param {number} first
   */
  async bundle(first) {
    const width = Math.min(WIDTH, this.head.size - first);
    try {
      return await this.readBundle(first / WIDTH, width);
    } catch (error) {
      this.ledger.fail("B.2", refusal(error));
      return [];
    }
  }

  /**
   * A log that has grown may have the full bundle alone.
   * @param {number} index
   * @param {number} width
   */
  async readBundle(index, width) {
    try {
      return readBundle(await this.source.read(bundlePath(index, width), BUNDLE_LIMIT), width);
    } catch (error) {
      if (refusal(error).name !== "NotFound" || width === WIDTH) throw error;
      return readBundle(await this.source.read(bundlePath(index, WIDTH), BUNDLE_LIMIT), WIDTH).slice(0, width);
    }
  }

  /**
   * @param {Envelope | null} previous
   * @param {Uint8Array} octets
   */
  next(previous, octets) {
    try {
      const envelope = readEnvelope(octets);
      checkChain(previous, envelope);
      this.tree.add(octets);
      this.continuation?.meet(this.tree);
      return envelope;
    } catch (error) {
      this.ledger.fail("B.2", refusal(error).at(`entry ${this.tree.size}`));
      return null;
    }
  }

  checkRoot() {
    const root = this.tree.root();
    this.ledger.mark("B.3");
    if (isEqual(root, this.head.root)) return;
    const evidence = { expected: toHex(this.head.root), computed: toHex(root) };
    this.ledger.fail("B.3", new Refusal("log", "RootMismatch", "the entries have another root", evidence), `tree of ${this.head.size} entries`);
  }

  /**
   * @param {string} previous
   * @param {string} type
   * @param {string} where
   */
  checkOrder(previous, type, where) {
    try {
      checkFollows(previous, type);
    } catch (error) {
      this.ledger.fail("B.5", refusal(error), where);
    }
  }

  /**
   * @param {Envelope} envelope
   * @param {string} where
   */
  async payload(envelope, where) {
    try {
      return await readPayload(this.source, envelope);
    } catch (error) {
      this.ledger.fail("B.4", refusal(error), where);
      return null;
    }
  }
}
