// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The page's side of the worker: every method of engine/desk.js as a question to it.
 *
 * `stop` ends the worker, and with it the key and everything that was precomputed. A worker that the system has killed
 * tells nobody: one that is asked something and is silent for too long is ended, too.
 */
import { Stopped } from "../errors.js";
import { Silence } from "./silence.js";
import { readError } from "./wire.js";

/** @import { Selections } from "../casting.js" */
/** @import { Head, Shown as Published } from "../board/published.js" */
/** @import { Octets } from "../octets.js" */
/** @import { Proof } from "./desk.js" */
/** @import { Method } from "./service.js" */

/** @typedef {{postMessage(message: unknown): void, terminate(): void, onmessage: any, onerror: any}} WorkerLike */
/** @typedef {{resolve: (result: any) => void, reject: (error: unknown) => void}} Waiting */

/** @typedef {Pick<import("../record/manifest.js").Manifest, "electionId" | "title" | "languages" | "rehearsal" | "schedule" | "rules" | "contests" | "registrar">} Shown */

const LOADING = 180_000; // ms, for a worker that has said nothing yet: its modules may come over a bad connection
const PATIENCE = 30_000; // ms: whatever takes long says so at every few powers, which a slow phone makes in a second

export class Engine {
  #worker;
  #silence = new Silence(() => this.stop());
  #patience = LOADING;
  #last = 0;
  #hasEnded = false;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  /** @type {(progress: {made: number, total: number}) => void} */
  onprogress = () => {};
  /** @type {(progress: {made: number, total: number}) => void} how much of a ballot's proof is checked */
  onchecking = () => {};

  /** @param {WorkerLike} worker */
  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = (/** @type {{data: any}} */ { data }) => this.#receive(data);
    worker.onerror = () => this.#end();
  }

  /** Whether the worker was stopped or has failed: everything it held is gone, and every question is refused. */
  get hasEnded() {
    return this.#hasEnded;
  }

  /** A module worker from the one address that the page's policy admits. */
  static start() {
    const address = new URL("../worker.js", import.meta.url).href;
    return new Engine(new Worker(/** @type {any} */ (trusted(address)), { type: "module" }));
  }

  /**
   * @param {{manifest: Octets, key: Octets, opening: Octets}} payloads
   * @param {{allowTestModulus?: boolean}} [allowed]
   * @returns {Promise<Shown & {fingerprint: string}>}
   */
  open(payloads, { allowTestModulus = false } = {}) {
    return this.#ask("open", { ...payloads, allowTestModulus });
  }

  /** @param {string} code @returns {Promise<{credential: string}>} */
  identify(code) {
    return this.#ask("identify", { code });
  }

  /**
   * @param {{credential: string, selections: Selections, supersedes: string}} choice
   * @returns {Promise<{tracker: string, checkCode: string}>}
   */
  seal(choice) {
    return this.#ask("seal", choice);
  }

  /** @param {{tracker: string}} shown @returns {Promise<{sent: Octets, body: Octets}>} */
  cast(shown) {
    return this.#ask("cast", shown);
  }

  /** @param {{tracker: string}} shown @returns {Promise<{sent: Octets, body: Octets}>} */
  challenge(shown) {
    return this.#ask("challenge", shown);
  }

  /**
   * @param {{type: "ballot" | "challenged", sent: Octets, tracker: string, answer: Proof}} claim
   * @returns {Promise<{credential: string, seq: number, size: number, time: number}>}
   */
  confirm(claim) {
    return this.#ask("confirm", claim);
  }

  /**
   * @param {{sent: Octets, answer: {code: string, refusal: string}}} claim
   * @returns {Promise<{code: string}>}
   */
  refusal(claim) {
    return this.#ask("refusal", claim);
  }

  /** @returns {Promise<{seed: Octets, tracker: string, credential: string, supersedes: string, selections: Selections}>} */
  reveal() {
    return this.#ask("reveal");
  }

  /**
   * @param {{digits: string, answer: Proof & {type: string}, payload: Octets}} claim
   * @returns {Promise<{type: string, tracker: string, credential: string, supersedes: string, seq: number, size: number, time: number}>}
   */
  checkEntry(claim) {
    return this.#ask("checkEntry", claim);
  }

  /** @param {Published} shown @returns {Promise<Head & {quorum: number}>} */
  checkBoard(shown) {
    return this.#ask("checkBoard", shown);
  }

  /**
   * @param {{digits: string, answer: Proof & {type: string}, payload: Octets}} claim
   * @returns {Promise<{tracker: string, credential: string, seq: number}>}
   */
  checkSigned(claim) {
    return this.#ask("checkSigned", claim);
  }

  /**
   * @param {{seed: Octets, tracker: string, credential: string, supersedes: string, selections: Selections}} opening
   * @returns {Promise<void>}
   */
  checkOpening(opening) {
    return this.#ask("checkOpening", opening);
  }

  stop() {
    this.#worker.terminate();
    this.#end();
  }

  /**
   * @param {Method} method
   * @param {unknown} [argument]
   * @returns {Promise<any>}
   */
  #ask(method, argument) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) throw new Stopped("the worker has ended");
      this.#waiting.set(id, { resolve, reject });
      this.#silence.expect(this.#patience);
      this.#worker.postMessage({ id, method, argument });
    });
  }

  /** @param {{id?: number, result?: unknown, error?: import("./wire.js").Written, progress?: {made: number, total: number}, checking?: {made: number, total: number}}} message */
  #receive({ id, result, error, progress, checking }) {
    this.#patience = PATIENCE;
    const waiting = this.#waiting.get(id ?? 0);
    this.#waiting.delete(id ?? 0);
    if (this.#waiting.size > 0) this.#silence.expect(this.#patience);
    else this.#silence.end();
    if (progress) return this.onprogress(progress);
    if (checking) return this.onchecking(checking);
    return error ? waiting?.reject(readError(error)) : waiting?.resolve(result);
  }

  #end() {
    this.#hasEnded = true;
    this.#silence.end();
    for (const { reject } of this.#waiting.values()) reject(new Stopped("the worker has ended"));
    this.#waiting.clear();
  }
}

/** @type {{createScriptURL(address: string): unknown} | undefined} */
let policy; // a page may make it once

/**
 * The page's one Trusted Types policy: it admits this address and no other.
 * @param {string} address
 */
function trusted(address) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return address;
  policy ??= types.createPolicy("veritally", {
    createScriptURL: (/** @type {string} */ asked) => {
      if (asked !== address) throw new TypeError("not the booth's worker");
      return asked;
    },
  });
  return policy?.createScriptURL(address);
}
