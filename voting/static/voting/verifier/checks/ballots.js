// SPDX-License-Identifier: AGPL-3.0-or-later
/** Checks E.4 to F.5: every ballot, challenge and roll change, in order. Builds the count on the way. */
import { toHex } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { commitmentsPath } from "../log/paths.js";
import { checkRanges, readBallot } from "../record/ballot.js";
import { readChallenged } from "../record/entries.js";
import { checkElection, checkSignature } from "../record/signed.js";
import { Count } from "./count.js";
import { Enrolment } from "./enrolment.js";
import { asRefusal } from "./pool.js";
import { readPayload, refusal } from "./walk.js";

/** @typedef {import("../log/envelope.js").Envelope} Envelope */
/** @typedef {import("../record/ballot.js").Ballot} Ballot */
/** @typedef {import("../sources/source.js").Source} Source */
/** @typedef {import("./ledger.js").Ledger} Ledger */
/** @typedef {import("./pool.js").Pool} Pool */
/** @typedef {import("./pool.js").Submitted} Submitted */
/** @typedef {import("./setup.js").Opened} Opened */
/** @typedef {import("./walk.js").Entry} Entry */

const MADE = ["E.4", "E.5", "E.6", "F.1", "F.2", "F.3", "F.4", "F.5"];
const BATCH = 100; // ballots; larger ones gain little, and whoever waits hears of nothing
const AHEAD = 2; // batches in flight for each worker

/**
 * The size of batches, at most BATCH, that gives every worker the same number of them.
 * @param {number} ballots at most
 * @param {number} workers
 */
function evenBatch(ballots, workers) {
  const rounds = Math.max(1, Math.ceil(ballots / (BATCH * workers)));
  return Math.max(1, Math.min(BATCH, Math.ceil(ballots / (rounds * workers))));
}

export class BallotChecks {
  /**
   * @param {Opened} opened
   * @param {Source} source
   * @param {Ledger} ledger
   * @param {Pool} pool
   * @param {{ size: number, isCompact: boolean, tell: () => void }} plan entries of the board; whether the cache is left aside; whom to tell of progress
   */
  constructor(opened, source, ledger, pool, { size, isCompact, tell }) {
    this.tell = tell;
    this.judged = 0;
    this.opened = opened;
    this.source = source;
    this.ledger = ledger;
    this.pool = pool;
    this.isCompact = isCompact;
    this.batch = evenBatch(size, pool.size);
    this.roll = new Enrolment(opened);
    this.count = new Count(opened, this.roll);
    this.ballots = 0;
    this.challenged = 0;
    /** @type {Map<string, Envelope>} by credential, the entry of its last ballot */
    this.last = new Map();
    /** @type {Set<string>} credential and tracker */
    this.challenges = new Set();
    /** @type {Set<string>} */
    this.cast = new Set();
    /** @type {(Submitted & { where: string })[]} */
    this.waiting = [];
    /** @type {Promise<void>[]} */
    this.running = [];
    pool.tell({ kind: "election", election: { key: opened.key, shape: opened.shape } });
  }

  /** @param {Entry} entry */
  async readBallot({ payload, envelope, where }) {
    this.ballots += 1;
    const ballot = this.attempt("F.1", where, () => this.read(payload));
    if (!ballot) return;
    const credential = toHex(ballot.credential);
    if (!this.isSigned("F.2", credential, ballot, where)) return;
    if (!(await this.isCounted(credential, ballot, where))) return;
    const name = credential + ballot.tracker;
    if (this.challenges.has(name)) this.spoilt("a challenged ballot was cast", where);
    this.cast.add(name);
    this.last.set(credential, envelope);
    this.waiting.push({ payload, commitments: await this.commitments(ballot.tracker), where });
    if (this.waiting.length >= this.batch) await this.start();
  }

  /** @param {Uint8Array} payload */
  read(payload) {
    const ballot = readBallot(payload, this.opened.shape);
    checkElection(this.opened.fingerprint, ballot.election);
    checkRanges(ballot, this.opened.key.modulus);
    return ballot;
  }

  /** @param {Entry} entry */
  readChallenged({ payload, where }) {
    this.challenged += 1;
    const challenged = this.attempt("F.4", where, () => {
      const found = readChallenged(payload);
      checkElection(this.opened.fingerprint, found.election);
      return found;
    });
    if (!challenged) return;
    const credential = toHex(challenged.credential);
    if (!this.isSigned("F.4", credential, challenged, where)) return;
    const name = credential + challenged.tracker;
    if (this.cast.has(name)) this.spoilt("a cast ballot was challenged", where);
    this.challenges.add(name);
  }

  /**
   * From here on the roll is another, if the change holds.
   * @param {Entry} entry
   */
  async readRollChange(entry) {
    const change = this.roll.judge(this.ledger, entry);
    if (!change) return;
    try {
      const gone = [];
      for (const credential of change.revoke) {
        const last = this.count.trackers.has(credential) && this.last.get(credential);
        if (last) gone.push({ credential, ciphertexts: await this.ciphertexts(last) });
      }
      this.count.remove(gone);
      this.roll.apply(change);
    } catch (error) {
      this.ledger.fail("F.3", refusal(error), entry.where);
    }
  }

  /** Judge what is left; all checks of ballots have then been made. */
  async finish() {
    await this.judgeWaiting();
    this.ledger.mark(...MADE);
  }

  /** Judge what is left: an election that has not been closed is judged so far. */
  async judgeWaiting() {
    await this.start();
    await Promise.all(this.running);
  }

  /**
   * @param {string} id
   * @param {string} credential
   * @param {{ credential: Uint8Array, signed: import("../record/signed.js").Signed }} record
   * @param {string} where
   */
  isSigned(id, credential, record, where) {
    const isRight = this.attempt(id, where, () => {
      this.roll.weightOf(credential);
      checkSignature(record.signed, record.credential);
      return true;
    });
    return isRight ?? false;
  }

  /**
   * @param {string} credential
   * @param {Ballot} ballot
   * @param {string} where
   */
  async isCounted(credential, { tracker, supersedes, contests }, where) {
    try {
      this.count.checkSuccession(credential, supersedes);
      const last = this.last.get(credential);
      const superseded = last ? await this.ciphertexts(last) : null;
      this.count.add(credential, tracker, contests.map(({ ciphertexts }) => ciphertexts), superseded);
      return true;
    } catch (error) {
      this.ledger.fail("F.3", refusal(error), where);
      return false;
    }
  }

  /**
   * The ciphertexts of an earlier ballot, read once more: memory stays bounded.
   * @param {Envelope} envelope
   */
  async ciphertexts(envelope) {
    const ballot = readBallot(await readPayload(this.source, envelope), this.opened.shape);
    return ballot.contests.map(({ ciphertexts }) => ciphertexts);
  }

  /**
   * A cache: whatever is wrong with it, the ballot is judged without; once it does not answer, all others are as well.
   * @param {string} tracker
   */
  async commitments(tracker) {
    const { branches, width } = this.opened.shape;
    if (this.isCompact) return null;
    try {
      return await this.source.read(commitmentsPath(tracker), branches * width);
    } catch (error) {
      this.isCompact = error instanceof Refusal && error.family === "unavailable";
      return null;
    }
  }

  async start() {
    const ballots = this.waiting;
    if (!ballots.length) return;
    this.waiting = [];
    const task = ballots.map(({ payload, commitments }) => ({ payload, commitments }));
    this.running.push(this.judge(task, ballots.map(({ where }) => where)));
    if (this.running.length > AHEAD * this.pool.size) await this.running.shift();
  }

  /**
   * @param {Submitted[]} ballots
   * @param {readonly string[]} places
   */
  async judge(ballots, places) {
    for (const refused of await this.pool.ask({ kind: "ballots", ballots })) {
      this.ledger.fail("F.5", asRefusal(refused), places[refused.index]);
    }
    this.judged += ballots.length;
    this.tell();
  }

  /**
   * @param {string} message
   * @param {string} where
   */
  spoilt(message, where) {
    this.ledger.fail("F.4", new Refusal("tally", "ChallengedBallotCast", message), where);
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
