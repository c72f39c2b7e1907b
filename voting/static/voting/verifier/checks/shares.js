// SPDX-License-Identifier: AGPL-3.0-or-later
/** Checks G.3 to G.6: the trustees' shares. */
import { toHex } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { checkShareProof } from "../proofs/threshold.js";
import { checkElection, checkSignature } from "../record/signed.js";
import { checkAcknowledged, readShare } from "../record/share.js";
import { refusal } from "./walk.js";

/** @typedef {import("../record/share.js").Share} Share */
/** @typedef {import("./ledger.js").Ledger} Ledger */
/** @typedef {import("./setup.js").Opened} Opened */
/** @typedef {import("./walk.js").Entry} Entry */
/** What follows from the board up to the closing entry. */
/** @typedef {{ head: { size: number, root: Uint8Array }, counted: string, aggregates: bigint[] }} Closed */

export class ShareChecks {
  /**
   * @param {Opened} opened
   * @param {Ledger} ledger
   * @param {Closed} closed
   */
  constructor(opened, ledger, closed) {
    this.opened = opened;
    this.ledger = ledger;
    this.closed = closed;
    /** @type {Set<number>} */
    this.answered = new Set();
    /** @type {Set<number>} trustees whose shares hold */
    this.trustees = new Set();
  }

  /** @param {Entry} entry */
  readShare({ payload, where }) {
    const share = this.attempt("G.3", where, () => this.read(payload));
    if (!share) return;
    this.answered.add(share.trustee);
    this.ledger.mark("G.4", "G.5");
    const place = `${where}, trustee ${share.trustee}`;
    this.attempt("G.4", place, () => this.checkAcknowledgements(share));
    const isProved = this.attempt("G.5", place, () => this.checkProofs(share));
    if (isProved) this.trustees.add(share.trustee);
  }

  /** G.3 and G.6, when no more shares may come. */
  finish() {
    this.ledger.mark("G.3", "G.6");
    const { threshold } = this.opened.manifest.trustees;
    if (this.trustees.size < threshold) {
      const evidence = { expected: threshold, computed: this.trustees.size };
      this.ledger.fail("G.6", new Refusal("tally", "TooFewShares", "shares that hold", evidence));
    }
  }

  /** @param {Uint8Array} payload */
  read(payload) {
    const { manifest, fingerprint } = this.opened;
    const share = readShare(payload, manifest);
    checkElection(fingerprint, share.election);
    const [expected, computed] = [named(this.closed), named(share)];
    if (expected !== computed) throw new Refusal("tally", "ForeignShare", "a share for another board", { expected, computed });
    checkSignature(share.signed, manifest.trustees.members[share.trustee - 1].signingKey);
    if (this.answered.has(share.trustee)) throw new Refusal("tally", "RepeatedShare", "a second share", { computed: share.trustee });
    return share;
  }

  /** @param {Share} share */
  checkAcknowledgements(share) {
    const { board, trustees } = this.opened.manifest;
    // Two quorums of a majority share a witness: then the witnesses vouch for one board (B.6), and none are needed.
    const expected = 2 * board.quorum > board.witnesses.length ? 0 : trustees.acknowledgements;
    const computed = share.acknowledgements.length;
    if (computed < expected) throw new Refusal("tally", "TooFewAcknowledgements", "acknowledgements", { expected, computed });
    checkAcknowledged(share, this.opened.manifest);
  }

  /** @param {Share} share */
  checkProofs({ trustee, partials, proofs }) {
    const { sharing } = this.opened.record;
    this.closed.aggregates.forEach((aggregate, index) => checkShareProof(sharing, trustee, aggregate % sharing.n, partials[index], proofs[index]));
    return true;
  }

  /**
   * @template T
   * @param {string} id
   * @param {string} where
   * @param {() => T} check
   * @returns {T | null}
   */
  attempt(id, where, check) {
    try {
      return check();
    } catch (error) {
      this.ledger.fail(id, refusal(error), where);
      return null;
    }
  }
}

/** @param {{ head: { size: number, root: Uint8Array }, counted: string }} board */
function named({ head, counted }) {
  return `${head.size} entries, root ${toHex(head.root)}, counted set ${counted}`;
}
