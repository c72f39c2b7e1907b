// SPDX-License-Identifier: AGPL-3.0-or-later
/** Where slow checks are made: here, or in several workers at once. The verdicts are the same. */
import { Refusal } from "../errors.js";
import { judgeAll } from "../proofs/batch.js";
import { Judge } from "../proofs/ballot.js";
import { claimOf, readBallot, readCommitments } from "../record/ballot.js";
import { checkCredentials } from "../record/voters.js";

/** @typedef {import("../errors.js").Family} Family */
/** @typedef {import("../proofs/public_key.js").PublicKey} PublicKey */
/** @typedef {import("../record/shape.js").BallotShape} BallotShape */
/** @typedef {{ key: PublicKey, shape: BallotShape }} Election what a worker needs to know of one */
/** @typedef {{ payload: Uint8Array, commitments: Uint8Array | null }} Submitted a ballot that was read once without error */

/**
 * @typedef {{ kind: "election", election: Election } | { kind: "ballots", ballots: Submitted[] }
 *   | { kind: "credentials", credentials: Uint8Array[], first: number }} Task
 */
/** @typedef {{ index: number, family: Family, name: string, message: string, expected: unknown, computed: unknown }} Refused */

/** Tasks to all, or to whoever is free. */
/** @typedef {{ size: number, tell: (task: Task) => void, ask: (task: Task) => Promise<Refused[]> }} Pool */

/** What does the tasks, one after the other; each worker has one. */
export class Bench {
  constructor() {
    /** @type {{ judge: Judge, shape: BallotShape } | null} */
    this.election = null;
  }

  /**
   * @param {Task} task
   * @returns {Refused[]}
   */
  do(task) {
    if (task.kind === "election") this.open(task.election);
    if (task.kind === "ballots") return this.ballots(task.ballots);
    if (task.kind === "credentials") return credentials(task.credentials, task.first);
    return [];
  }

  /** @param {Election} election */
  open({ key, shape }) {
    const longest = shape.contests.flatMap(({ proofs }) => proofs.map(({ bits }) => bits));
    this.election = { judge: new Judge(key, Math.max(...longest)), shape };
  }

  /** @param {Submitted[]} ballots */
  ballots(ballots) {
    const { judge, shape } = /** @type {{ judge: Judge, shape: BallotShape }} */ (this.election);
    const cases = ballots.map(({ payload, commitments }) => ({
      claim: claimOf(readBallot(payload, shape), shape),
      commitments: readCommitments(commitments, shape),
    }));
    return [...judgeAll(judge, cases)].map(([index, error]) => refused(index, error));
  }
}

/**
 * The first credential that is no safe key.
 * @param {Uint8Array[]} list
 * @param {number} first
 */
function credentials(list, first) {
  try {
    checkCredentials(list, first);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [refused(0, error)];
  }
}

/**
 * @param {number} index
 * @param {Refusal} error
 * @returns {Refused}
 */
function refused(index, { family, name, message, expected, computed }) {
  return { index, family, name, message, expected, computed };
}

/**
 * @param {Refused} refused
 * @returns {Refusal}
 */
export function asRefusal({ family, name, message, expected, computed }) {
  return new Refusal(family, name, message, { expected, computed });
}

/** @returns {Pool} one that does everything here */
export function poolOfOne() {
  const bench = new Bench();
  return { size: 1, tell: (task) => void bench.do(task), ask: async (task) => bench.do(task) };
}

/**
 * A pool over ports, at whose other ends `serve` listens.
 * @param {readonly MessagePort[]} ports
 * @returns {Pool}
 */
export function poolOfPorts(ports) {
  const free = [...ports];
  /** @type {{ task: Task, settle: (found: Refused[]) => void, fail: (error: Error) => void }[]} */
  const waiting = [];
  const next = () => {
    const port = waiting.length ? free.pop() : undefined;
    if (!port) return;
    const { task, settle, fail } = /** @type {typeof waiting[0]} */ (waiting.shift());
    port.onmessage = ({ data }) => {
      free.push(port);
      if (data.trouble === undefined) settle(data.refused);
      else fail(new Error(data.trouble));
      next();
    };
    port.postMessage(task);
  };
  return {
    size: ports.length,
    tell: (task) => ports.forEach((port) => port.postMessage(task)),
    ask: (task) =>
      new Promise((settle, fail) => {
        waiting.push({ task, settle, fail });
        next();
      }),
  };
}

/**
 * The other end of a port of the pool.
 * @param {MessagePort} port
 */
export function serve(port) {
  const bench = new Bench();
  port.onmessage = ({ data }) => {
    try {
      const found = bench.do(data);
      if (data.kind !== "election") port.postMessage({ refused: found });
    } catch (error) {
      port.postMessage({ trouble: String(error) });
    }
  };
}
