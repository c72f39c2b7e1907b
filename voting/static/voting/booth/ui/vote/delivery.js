// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The delivery of one ballot, or of its test: signed once, sent, and its answer judged.
 *
 * What is sent is kept as octets until its receipt is verified, and only those octets are ever sent again.
 */
import { formatCheckCode } from "../../credentials/codes.js";
import { isNoVerdict } from "../../errors.js";
import { utf8 } from "../../octets.js";
import { writeOpening } from "../../opening_text.js";
import { voterOf } from "../../record/ballot.js";
import { writeReceiptFile } from "../../receipt_file.js";
import { lastOf } from "./standing.js";

/** @import { Event as FlowEvent, Fate, State } from "../../engine/flow.js" */
/** @import { Memory, Sent } from "../../engine/memory.js" */
/** @import { Accepted, Outcome } from "../../engine/transport.js" */
/** @import { Octets } from "../../octets.js" */
/** @import { Opened } from "../election_page.js" */
/** @import { Polling } from "../polling.js" */

/** @typedef {{fate: Fate, tracker: string, credential: string, sent: Octets, body: Octets, wasSent?: boolean, answer?: unknown}} Outgoing */
/** @typedef {"sealed" | "fate" | "credential"} Needed of the state */

export class Delivery {
  /** @type {Opened["server"]} */
  #server;
  /** @type {Opened["election"]} */
  #election;
  /** @type {Polling} */
  #polling;
  /** @type {Memory} */
  #memory;
  /** @type {Outgoing | undefined} */
  #outgoing;
  /** What proves that the ballot is on the board, its place there, and when it came. */
  receipt = { file: "", seq: 0, time: 0 };
  /** What opens a test, "" if the worker that had it is gone. */
  opening = "";
  /** The check code of the ballot that counts instead of this one, "" for none known. */
  rival = "";
  /** Whether the server was asked for that ballot, and proved none. */
  isDenied = false;

  /**
   * @param {Pick<Opened, "server" | "election">} opened
   * @param {Polling} polling
   * @param {Memory} memory
   */
  constructor({ server, election }, polling, memory) {
    [this.#server, this.#election] = [server, election];
    [this.#polling, this.#memory] = [polling, memory];
  }

  /** Whether anything was signed: it may have been sent, and taken. */
  get hasBegun() {
    return this.#outgoing !== undefined;
  }

  /** What was sent, and what was answered. @returns {{sent: string | undefined, answer: unknown}} */
  get exchange() {
    const { sent, answer } = this.#outgoing ?? {};
    return { sent: sent && new TextDecoder().decode(sent), answer };
  }

  /** Another ballot comes. */
  forget() {
    [this.#outgoing, this.opening, this.rival] = [undefined, "", ""];
  }

  /** A ballot that was sent before a reload; after it nobody has given a code, and only the ballot says whose it is. @param {Sent} kept */
  resume({ ballot, body, tracker }) {
    const sent = utf8(ballot);
    this.#outgoing = { fate: "ballot", tracker, credential: voterOf(sent), sent, body: utf8(body), wasSent: true };
  }

  /**
   * @param {Pick<State, Needed>} state
   * @returns {Promise<FlowEvent>} what the answer is worth; "lost" if the worker has stopped, or failed, before anything was sent
   */
  async send(state) {
    const outgoing = this.#outgoing ?? (await this.#sign(state));
    if (!outgoing) return { type: "lost" };
    const event = await this.#deliver(outgoing);
    outgoing.wasSent = true; // whatever is sent from now on may have been taken before
    return event;
  }

  /** A refusal named another ballot, and nothing of it came: ask once more. @returns {Promise<boolean>} whether it is still the same ballot */
  async lookAgain() {
    const outgoing = this.#outgoing;
    if (!outgoing) return false;
    await this.#findRival(outgoing);
    return this.#outgoing === outgoing;
  }

  /**
   * @param {Pick<State, Needed>} state
   * @returns {Promise<Outgoing | undefined>} the very ballot whose check code was shown
   */
  async #sign({ fate, sealed, credential }) {
    const { engine } = this.#polling;
    const tracker = sealed?.tracker ?? "";
    try {
      const signed = await (fate === "ballot" ? engine.cast({ tracker }) : engine.challenge({ tracker }));
      this.#outgoing = { fate, tracker, credential, ...signed };
    } catch {
      return undefined;
    }
    if (fate === "ballot") this.#keep(this.#outgoing);
    return this.#outgoing;
  }

  /** @param {Outgoing} outgoing */
  #keep({ sent, body, tracker }) {
    const text = new TextDecoder();
    this.#memory.forgetDraft();
    this.#memory.keepSent({ ballot: text.decode(sent), body: text.decode(body), tracker });
  }

  /**
   * @param {Outgoing} outgoing
   * @returns {Promise<FlowEvent>}
   */
  async #deliver(outgoing) {
    const outcome = await this.#server.send(outgoing.fate, outgoing.body);
    if (outcome.kind === "unknown") return { type: "unknown", why: outcome.why };
    outgoing.answer = outcome.answer;
    try {
      await this.#judge(outgoing, outcome);
    } catch (error) {
      if (isNoVerdict(error)) return { type: "unknown", why: "not-checked" };
      return { type: "unknown", why: outcome.kind === "accepted" ? "bad-receipt" : "bad-refusal" };
    }
    if (outcome.kind === "accepted") return { type: "accepted" };
    const { code } = outcome.answer;
    if (code === "stale-supersedes" || code === "limit-reached") await this.#findRival(outgoing);
    return { type: "refused", code };
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Exclude<Outcome, {kind: "unknown"}>} outcome throws a Refusal, or what `Polling.live` throws
   */
  async #judge(outgoing, outcome) {
    const engine = await this.#polling.live(); // it may be another than the one that signed
    if (outcome.kind === "accepted") return this.#receive(outgoing, outcome.answer);
    await engine.refusal({ sent: outgoing.sent, answer: outcome.answer });
    return this.#memory.forgetSent();
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Accepted} answer
   */
  async #receive(outgoing, answer) {
    const { fate, tracker, sent } = outgoing;
    const { engine } = this.#polling;
    const { seq, time } = await engine.confirm({ type: fate, sent, tracker, answer });
    if (fate === "challenged") {
      this.opening = await this.#reveal();
      return;
    }
    this.receipt = { file: this.#receiptFile(outgoing, answer), seq, time };
    this.#memory.forgetSent();
    if (outgoing.wasSent) await this.#findRival(outgoing, seq); // it may be an old one
    engine.stop(); // the key is not needed any more
  }

  /** @returns {Promise<string>} */
  async #reveal() {
    try {
      return writeOpening(await this.#polling.engine.reveal(), this.#election.contests);
    } catch {
      return "";
    }
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Accepted} answer
   */
  #receiptFile({ tracker, sent }, { entry, receipt }) {
    const { fingerprint: election } = this.#election;
    return writeReceiptFile({ election, tracker, ballot: new TextDecoder().decode(sent), entry, receipt });
  }

  /**
   * Find the check code of the credential's last ballot, if it came later. A server without an answer is not held to deny one.
   * @param {Outgoing} outgoing
   * @param {number} [after] its place on the board
   */
  async #findRival({ tracker, credential }, after = -1) {
    [this.rival, this.isDenied] = ["", false];
    try {
      await this.#polling.live();
      const polls = { server: this.#server, election: this.#election, engine: this.#polling.engine };
      const last = await lastOf(polls, credential);
      if (last && last.tracker !== tracker && last.seq > after) this.rival = formatCheckCode(last.tracker);
      this.isDenied = !this.rival;
    } catch (error) {
      this.isDenied = !isNoVerdict(error); // another election, for one
    }
  }
}
