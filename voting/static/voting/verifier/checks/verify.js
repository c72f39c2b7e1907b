// SPDX-License-Identifier: AGPL-3.0-or-later
/** The whole verification, one pass over the board (docs/spec/verification.md, "Order of work"). */
import { toHex } from "../codec/octets.js";
import { ageOf, contradiction } from "./age.js";
import { BallotChecks } from "./ballots.js";
import { checkClosing, checkTime } from "./closing.js";
import { Continuation } from "./continuation.js";
import { Refusal } from "../errors.js";
import { Ledger, said } from "./ledger.js";
import { CONTINUED, POLICY } from "./list.js";
import { checkFinal, checkResult } from "./results.js";
import { SetupChecks } from "./setup.js";
import { ShareChecks } from "./shares.js";
import { startWalk } from "./walk.js";

/** @typedef {import("../contests/outcome.js").Outcome} Outcome */
/** @typedef {import("../sources/source.js").Source} Source */
/** @typedef {import("../log/policy.js").Policy} Policy */
/** @typedef {import("./continuation.js").Earlier} Earlier */
/** @typedef {import("./ledger.js").Report} Report */
/** @typedef {import("./pool.js").Pool} Pool */
/** @typedef {import("./walk.js").Entry} Entry */

/**
 * Without a fingerprint A.1 is not run, unless `isTrusting`; `isCompact` leaves the cache aside; `isTestAllowed` is for tests.
 * `policy` is the reader's own, for B.8, and `earlier` a checkpoint seen before, for B.9. `readAt` is now, in seconds since 1970,
 * for a live board, whose age is then told.
 * @typedef {object} Options
 * @property {string | null} fingerprint
 * @property {Policy | null} [policy]
 * @property {Earlier | null} [earlier]
 * @property {number | null} [readAt]
 * @property {boolean} [isTrusting]
 * @property {boolean} [isCompact]
 * @property {boolean} [isTestAllowed]
 */
/** @typedef {{ label: string, total: number, isWinner: boolean, isTied: boolean, isExtra: boolean }} Row */
/** @typedef {{ question: string, rows: Row[] }} Answer */
/** Entries read of `size`; proofs judged of `ballots` that were read. */
/** @typedef {{ entries: number, size: number, judged: number, ballots: number }} Progress */
/** `answers` are there where a result could be computed, in the default language. */
/** @typedef {{ report: Report, answers: Answer[] }} Verification */

const SETUP = ["manifest", "roll", "key", "open"]; // of each the first counts

/**
 * Rejects with a Refusal if there is no readable board. A source that falls silent rejects too, unless something had failed
 * before: that refutes the record all the same, and the report says how far it was read.
 * @param {Source} source
 * @param {Options} options
 * @param {Pool} pool
 * @param {(progress: Progress) => void} [progress]
 * @returns {Promise<Verification>}
 */
export async function verify(source, options, pool, progress = () => undefined) {
  const { policy = null, earlier = null, readAt = null } = options;
  const ledger = new Ledger(unasked(policy, earlier));
  const walk = await startWalk(source, ledger);
  if (earlier) walk.continuation = new Continuation(earlier, walk.head, ledger);
  if (policy) walk.checkPolicy(policy);
  const pass = new Pass(source, options, pool, ledger, walk);
  const tell = () => progress({ entries: walk.tree.size, size: walk.head.size, ...pass.proofs() });
  const silence = await pass.follow(tell);
  await pass.ballots?.judgeWaiting(); // nothing waits if there was a closing entry
  await pass.setup.checkCredentials();
  if (silence && !ledger.hasFailed()) throw silence;
  const facts = [...pass.facts(), ...pass.age(readAt)];
  return { report: ledger.report(facts, exhibits(walk, earlier)), answers: pass.answers() };
}

/**
 * @param {Policy | null} policy
 * @param {Earlier | null} earlier
 */
function unasked(policy, earlier) {
  return new Set([...(policy ? [] : [POLICY]), ...(earlier ? [] : [CONTINUED])]);
}

/**
 * Both signed checkpoints, if the board does not continue the earlier one.
 * @param {Awaited<ReturnType<typeof startWalk>>} walk
 * @param {Earlier | null} earlier
 * @returns {[string, string][]}
 */
function exhibits({ ledger, note }, earlier) {
  if (!earlier || !ledger.hasFailed(CONTINUED)) return [];
  const text = (/** @type {Uint8Array} */ octets) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets);
  return [
    ["Checkpoint of the earlier verification", text(earlier.octets)],
    ["Checkpoint of this board", text(note.octets)],
  ];
}

/** The state of one pass: what each type of entry adds to it. */
class Pass {
  /**
   * @param {Source} source
   * @param {Options} options
   * @param {Pool} pool
   * @param {Ledger} ledger
   * @param {Awaited<ReturnType<typeof startWalk>>} walk
   */
  constructor(source, { fingerprint, isTrusting = false, isCompact = false, isTestAllowed = false }, pool, ledger, walk) {
    this.source = source;
    this.pool = pool;
    this.ledger = ledger;
    this.walk = walk;
    this.isCompact = isCompact;
    this.setup = new SetupChecks(ledger, { fingerprint, isTrusting, isTestAllowed }, pool);
    /** @type {Set<string>} types of `SETUP` that were met */
    this.met = new Set();
    /** @type {BallotChecks | null} */
    this.ballots = null;
    /** @type {ShareChecks | null} */
    this.shares = null;
    /** @type {import("./results.js").Recomputed | null} */
    this.closed = null;
    /** @type {string | null} */
    this.result = null;
    /** @type {Outcome[]} */
    this.outcomes = [];
    this.isFinal = false;
  }

  /** Proofs that were judged, of the ballots that were read. */
  proofs() {
    return { judged: this.ballots?.judged ?? 0, ballots: this.ballots?.ballots ?? 0 };
  }

  /**
   * Takes every entry. What was found before the source fell silent stands, or a server could hide it so.
   * @param {() => void} tell that something has been done
   * @returns {Promise<Refusal | null>} why not everything could be read
   */
  async follow(tell) {
    let read = 0;
    try {
      for await (const entry of this.walk.entries()) {
        await this.take(entry, tell);
        read = this.walk.tree.size;
        tell();
      }
      return null;
    } catch (error) {
      if (!(error instanceof Refusal) || error.family !== "unavailable") throw error;
      this.ledger.note("B.2", `Of ${this.walk.head.size} entries ${read} were read, and what was found in them stands. Then: ${said(error.message)}`);
      return error;
    }
  }

  /**
   * @param {Entry} entry
   * @param {() => void} tell that something has been done
   */
  async take(entry, tell) {
    const { type } = entry.envelope;
    this.isFinal ||= type === "final";
    if (this.met.has(type)) return undefined; // out of order (B.5): what was opened stays what it is
    if (SETUP.includes(type)) this.met.add(type);
    switch (type) {
      case "manifest":
        return this.manifest(entry);
      case "roll":
        return this.setup.readRoll(entry);
      case "key":
        return this.setup.readKey(entry);
      case "open":
        return this.opening(entry, tell);
      case "ballot":
        return this.ballots?.readBallot(entry);
      case "challenged":
        return this.ballots?.readChallenged(entry);
      case "roll-change":
        return this.ballots?.readRollChange(entry);
      case "close":
        return this.closing(entry);
      case "share":
        return this.shares?.readShare(entry);
      case "result":
        return this.results(entry);
      case "final":
        return this.final(entry);
      default:
        return undefined; // B.5 has refused it
    }
  }

  /** @param {Entry} entry */
  manifest(entry) {
    this.setup.readManifest(entry);
    if (this.setup.manifest) this.walk.checkSignatures(this.setup.manifest.record.board);
  }

  /**
   * @param {Entry} entry
   * @param {() => void} tell
   */
  opening(entry, tell) {
    this.setup.readOpening(entry);
    const { opened } = this.setup;
    if (!opened) return;
    checkTime(this.ledger, entry, opened.manifest, opened.manifest.schedule.opens);
    const plan = { size: this.walk.head.size, isCompact: this.isCompact, tell };
    this.ballots = new BallotChecks(opened, this.source, this.ledger, this.pool, plan);
  }

  /** @param {Entry} entry */
  async closing(entry) {
    const { opened } = this.setup;
    if (!opened || !this.ballots || this.closed) return;
    const { ballots, challenged, count } = this.ballots;
    await this.ballots.finish();
    this.ledger.mark("B.7");
    checkTime(this.ledger, entry, opened.manifest, opened.manifest.schedule.closes);
    const counted = count.counted();
    checkClosing(this.ledger, entry, opened, { ballots, challenged, counted });
    const aggregates = count.aggregates(opened.manifest);
    this.closed = { counted, tallies: count.sums, aggregates };
    this.shares = new ShareChecks(opened, this.ledger, { head: entry.head(), counted: counted.hash, aggregates });
  }

  /** @param {Entry} entry */
  results(entry) {
    const { opened } = this.setup;
    if (!opened || !this.closed || !this.shares) return;
    this.shares.finish();
    this.result = entry.envelope.digest;
    this.outcomes = checkResult(this.ledger, entry, opened, this.closed) ?? [];
  }

  /** @param {Entry} entry */
  final(entry) {
    const { opened } = this.setup;
    if (opened && this.closed && this.result) checkFinal(this.ledger, entry, opened, this.result);
  }

  /** What a reader asks for first. */
  facts() {
    const manifest = this.setup.manifest?.record;
    const { size, root } = this.walk.head;
    /** @type {[string, string][]} */
    const facts = [["fingerprint", this.setup.computed || "unknown"]];
    if (manifest) facts.push(["election", manifest.title.get(manifest.languages[0]) ?? ""], ["log", manifest.board.log.name]);
    facts.push(["entries", String(size)], ["root", toHex(root)]);
    if (this.ballots) facts.push(["ballots", String(this.ballots.ballots)]);
    if (this.closed) facts.push(["counted", String(this.closed.counted.ballots)], ["weight", String(this.closed.counted.weight)]);
    return facts;
  }

  /**
   * When enough witnesses cosigned last, and a warning if that is long ago, while it is still renewed.
   * @param {number | null} read
   * @returns {[string, string][]}
   */
  age(read) {
    const ages = [...this.walk.quorums].map(([id, quorum]) => ({ id, ...ageOf(quorum, read) }));
    for (const { since } of ages) {
      const remark = contradiction(since, this.walk.newest);
      if (remark) this.ledger.note("B.7", remark);
    }
    if (this.isFinal) return [];
    for (const { id, warning } of ages) if (warning) this.ledger.note(id, warning);
    return ages.slice(-1).map(({ fact }) => ["cosigned", fact]);
  }

  /** @returns {Answer[]} */
  answers() {
    const manifest = this.setup.manifest?.record;
    if (!manifest) return [];
    const [language] = manifest.languages;
    return this.outcomes.map(({ totals, extras, winners, tied }, index) => {
      const { question, options } = manifest.contests[index];
      const labels = new Map(options.map(({ id, label }) => [id, label.get(language) ?? id]));
      return {
        question: question.get(language) ?? "",
        rows: [
          ...totals.map(([id, total]) => row(labels.get(id) ?? id, total, { isWinner: winners.includes(id), isTied: tied.includes(id) })),
          ...extras.map(([name, total]) => row(name, total, { isExtra: true })),
        ],
      };
    });
  }
}

/**
 * @param {string} label
 * @param {number} total
 * @param {Partial<Row>} marks
 * @returns {Row}
 */
function row(label, total, marks) {
  return { label, total, isWinner: false, isTied: false, isExtra: false, ...marks };
}
