// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The addresses of one election on this server, and the strict reading of what they answer.
 *
 * No credential and no check code ever stands in an address. Of a check code the server gets the first 40 bits: with
 * them it finds the ballot, and who types the secret code by mistake has not told it to anybody.
 */
import { encode } from "../codec/canonical.js";
import { BadAnswer } from "../errors.js";
import { getJson, getOctets, getOctetsIfThere, net, send } from "./transport.js";

/** @import { Octets } from "../octets.js" */
/** @import { Net, Outcome } from "./transport.js" */

/** `revoked`: SHA-256 of the roll change that took the code off the roll, "" for none. */
/** @typedef {{isOnRoll: boolean, revoked: string, limit: number, ballots: readonly {tracker: string, seq: number}[], state: string}} Standing */
/** @typedef {{type: string, tracker: string, entry: string, receipt: string, payloadSha256: string, later: readonly {tracker: string}[], state: string, counts: boolean, revoked: string}} Found */

const TRACKER = /^[0-9a-f]{64}$/;
const PREFIX_DIGITS = 10;
const SLUG = /^[-a-zA-Z0-9_]+$/;

export class Server {
  #elections;
  #board;
  #net;

  /**
   * @param {string} slug
   * @param {Net} [through]
   */
  constructor(slug, through = net) {
    if (!SLUG.test(slug)) throw new BadAnswer("not the name of an election");
    this.#elections = `/elections/${slug}`;
    this.#board = `/board/${slug}`;
    this.#net = through;
  }

  /**
   * @param {string} sha256
   * @returns {Promise<Octets>} throws BadAnswer, or TypeError without a connection
   */
  blob(sha256) {
    return this.file(`blob/${sha256}`);
  }

  /**
   * @param {string} path of the board's resources
   * @returns {Promise<Octets>} throws BadAnswer, or TypeError without a connection
   */
  file(path) {
    return getOctets(`${this.#board}/${path}`, this.#net);
  }

  /**
   * @param {string} path
   * @returns {Promise<Octets | undefined>} undefined if nothing is there; throws as `file`
   */
  fileIfThere(path) {
    return getOctetsIfThere(`${this.#board}/${path}`, this.#net);
  }

  /**
   * @param {"ballot" | "challenged"} type
   * @param {Octets} body
   * @param {Octets} lean the same without what can be spared
   * @returns {Promise<Outcome>}
   */
  send(type, body, lean) {
    return send(`${this.#elections}/${type === "ballot" ? "ballots" : "challenges"}`, body, this.#net, lean);
  }

  /**
   * @param {string} credential
   * @returns {Promise<Standing>} throws BadAnswer, or TypeError without a connection
   */
  async standing(credential) {
    const { status, value } = await this.#ask("credentials", { credential });
    const { on_roll: isOnRoll, revoked, limit, ballots, state } = Object(value);
    const isGood = status === 200 && typeof isOnRoll === "boolean" && Number.isSafeInteger(limit) && areBallots(ballots);
    if (!isGood || typeof state !== "string" || !isDigest(revoked)) throw new BadAnswer("not the standing of a code");
    return { isOnRoll, revoked, limit, ballots, state };
  }

  /**
   * @param {string} digits the first 30 of a tracker's, which a check code has, or all
   * @returns {Promise<Found | undefined>} undefined if the server knows no such entry; throws as `standing`, BadAnswer also if
   *   it says that the entry waits for its witnesses
   */
  async find(digits) {
    const { status, value } = await this.#ask("ballots", { prefix: digits.slice(0, PREFIX_DIGITS) });
    const { ballots, waiting } = Object(value);
    if (status !== 200 || !Array.isArray(ballots) || !Array.isArray(waiting)) throw new BadAnswer("not entries of the board");
    const found = ballots.map(readFound).find(({ tracker }) => tracker.startsWith(digits));
    if (!found && waiting.some((tracker) => String(tracker).startsWith(digits))) throw new BadAnswer("it waits for its witnesses");
    return found;
  }

  /**
   * @param {"credentials" | "ballots"} about
   * @param {Record<string, string>} question
   */
  #ask(about, question) {
    const { fetch: plain, wait } = this.#net;
    const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: encode(question) };
    return getJson(`${this.#elections}/${about}/find`, { wait, fetch: (address, options) => plain(address, { ...options, ...asked }) });
  }

  /** @param {string} code @returns {string} where anyone can check it */
  checkAddress(code) {
    return `${globalThis.location.origin}${this.#elections}/check/#${code}`;
  }

  /** @param {number} seq @returns {string} the entry's page */
  entryAddress(seq) {
    return `${this.#elections}/board/${seq}/`;
  }

  /** The page of all heads that the board's key has signed. */
  get headsPage() {
    return `${this.#elections}/heads/`;
  }

  /** @param {string} opening @returns {string} where another device opens a tested ballot */
  testedAddress(opening) {
    return `${globalThis.location.origin}${this.testedPage}#${opening}`;
  }

  /** The page that opens tested ballots, for a tab of this browser: an opening in its address would stay in the history. */
  get testedPage() {
    return `${this.#elections}/tested/`;
  }
}

/** @param {unknown} value @returns {Found} throws BadAnswer */
function readFound(value) {
  const { type, tracker, entry, receipt, payload_sha256: payloadSha256, later, state, counts, revoked } = Object(value);
  const areTexts = [type, entry, receipt, state].every((text) => typeof text === "string");
  const areDigests = [tracker, payloadSha256].every((text) => text !== "" && isDigest(text));
  if (!areTexts || !areDigests || !areBallots(later) || typeof counts !== "boolean" || !isDigest(revoked)) {
    throw new BadAnswer("not an entry of the board");
  }
  return { type, tracker, entry, receipt, payloadSha256, later, state, counts, revoked };
}

/** @param {unknown} text "" or a digest: it becomes part of an address */
function isDigest(text) {
  return text === "" || (typeof text === "string" && TRACKER.test(text));
}

/** @param {unknown} rows */
function areBallots(rows) {
  return Array.isArray(rows) && rows.every((row) => TRACKER.test(Object(row).tracker));
}
