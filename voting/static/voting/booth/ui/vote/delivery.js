// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The delivery of one ballot, or of its test: signed once, sent, and its answer judged.
 *
 * A ballot is kept as octets until its receipt is verified, and only those octets are ever sent again; its commitments, a cache
 * that only saves the server time, are sent until the line fails. What was sent without an answer may have been taken: no
 * refusal that comes later, though it is signed, says that it was not.
 */
import { formatCheckCode } from "../../credentials/codes.js";
import { isNoVerdict } from "../../errors.js";
import { utf8 } from "../../octets.js";
import { writeOpening } from "../../opening_text.js";
import { headOf, submissionOf } from "../../record/ballot.js";
import { writeReceiptFile } from "../../receipt_file.js";
import { lastAfter, lastOf } from "./standing.js";

/** @import { Event as FlowEvent, Fate, State } from "../../engine/flow.js" */
/** @import { Memory, Sent } from "../../engine/memory.js" */
/** @import { Proof } from "../../engine/desk.js" */
/** @import { Outcome } from "../../engine/transport.js" */
/** @import { Octets } from "../../octets.js" */
/** @import { Opened } from "../election_page.js" */
/** @import { Polling } from "../polling.js" */
/** @import { Place, Polls } from "./standing.js" */

/**
 * @typedef {object} Outgoing
 * @property {Fate} fate
 * @property {string} tracker
 * @property {string} credential
 * @property {Octets} sent the signed record
 * @property {Octets} body the request's
 * @property {Octets} lean the request's body without commitments
 * @property {boolean} [wasSent] it may have arrived by an attempt that has no answer
 * @property {unknown} [answer]
 */
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
  /** Whether a reload finds the ballot that was sent. */
  isKept = true;

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

  /** The code of the last answer if it is a refusal, else "". @returns {string} */
  get refusalCode() {
    return Object(this.#outgoing?.answer).code ?? "";
  }

  /** Another ballot comes. */
  forget() {
    [this.#outgoing, this.opening, this.rival] = [undefined, "", ""];
  }

  /** A ballot that was sent before a reload; after it nobody has given a code, and only the ballot says whose it is. @param {Sent} kept */
  resume({ ballot, tracker }) {
    const sent = utf8(ballot);
    const lean = submissionOf(sent);
    this.#outgoing = { fate: "ballot", tracker, credential: headOf(sent).credential, sent, body: lean, lean, wasSent: true };
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
    await this.#findRival(outgoing, this.#afterEarlier(outgoing));
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
      const lean = fate === "ballot" ? submissionOf(signed.sent) : signed.body;
      this.#outgoing = { fate, tracker, credential, ...signed, lean };
    } catch {
      return undefined;
    }
    if (fate === "ballot") this.#keep(this.#outgoing);
    return this.#outgoing;
  }

  /** @param {Outgoing} outgoing */
  #keep({ sent, tracker }) {
    this.#memory.forgetDraft();
    this.isKept = this.#memory.keepSent({ ballot: new TextDecoder().decode(sent), tracker });
  }

  /**
   * @param {Outgoing} outgoing
   * @returns {Promise<FlowEvent>}
   */
  async #deliver(outgoing) {
    const { fate, body, lean, wasSent } = outgoing;
    const outcome = await this.#server.send(fate, wasSent ? lean : body, lean);
    if (outcome.kind === "unknown") return { type: "unknown", why: outcome.why };
    outgoing.answer = outcome.answer;
    outgoing.wasSent ||= outcome.isRepeat;
    try {
      await this.#judge(outgoing, outcome);
    } catch (error) {
      if (isNoVerdict(error)) return { type: "unknown", why: "not-checked" };
      return { type: "unknown", why: outcome.kind === "accepted" ? "bad-receipt" : "bad-refusal" };
    }
    return outcome.kind === "accepted" ? { type: "accepted" } : this.#refused(outgoing, outcome.answer.code);
  }

  /**
   * What a signed refusal is worth. It settles the matter if nothing of the ballot can have arrived before, or if another ballot
   * of this code is proven in its place.
   * @param {Outgoing} outgoing
   * @param {string} code
   * @returns {Promise<FlowEvent>}
   */
  async #refused(outgoing, code) {
    const mayBeTaken = outgoing.fate === "ballot" && outgoing.wasSent;
    if (mayBeTaken && (await this.#isFound(outgoing))) return { type: "accepted" };
    // Who has no ballot left may have the very one that this one was to replace.
    if (code === "limit-reached" && !mayBeTaken) await this.#findRival(outgoing, (polls) => lastOf(polls, outgoing.credential));
    else if (code === "limit-reached" || code === "stale-supersedes") await this.#findRival(outgoing, this.#afterEarlier(outgoing));
    if (mayBeTaken && !this.rival) return { type: "unknown", why: "refused" };
    if (outgoing.fate === "ballot") this.#memory.forgetSent();
    return { type: "refused", code };
  }

  /** Is what was sent on the board all the same, and does the server prove it? @param {Outgoing} outgoing */
  async #isFound(outgoing) {
    try {
      const found = await this.#server.find(outgoing.tracker);
      if (found) await this.#receive(outgoing, found);
      return found !== undefined;
    } catch {
      return false; // nothing is known then, as before
    }
  }

  /** @param {Outgoing} outgoing @returns {(polls: Polls) => Promise<Place | undefined>} what finds a ballot that can have come between */
  #afterEarlier({ sent, credential }) {
    return (polls) => lastAfter(polls, credential, headOf(sent).supersedes);
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Exclude<Outcome, {kind: "unknown"}>} outcome throws a Refusal, or what `Polling.live` throws
   */
  async #judge(outgoing, outcome) {
    const engine = await this.#polling.live(); // it may be another than the one that signed
    if (outcome.kind === "accepted") return this.#receive(outgoing, outcome.answer);
    await engine.refusal({ sent: outgoing.sent, answer: outcome.answer });
    return undefined;
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Proof} answer
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
    if (outgoing.wasSent) await this.#findRival(outgoing, (polls) => lastAfter(polls, outgoing.credential, tracker)); // it may be an old one
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
   * @param {Proof} answer
   */
  #receiptFile({ tracker, sent }, { entry, receipt }) {
    const { fingerprint: election } = this.#election;
    return writeReceiptFile({ election, tracker, ballot: new TextDecoder().decode(sent), entry, receipt });
  }

  /**
   * Find the check code of the ballot that counts instead. A server without an answer is not held to deny one.
   * @param {Outgoing} outgoing
   * @param {(polls: Polls) => Promise<Place | undefined>} find
   */
  async #findRival({ tracker }, find) {
    [this.rival, this.isDenied] = ["", false];
    try {
      await this.#polling.live();
      const polls = { server: this.#server, election: this.#election, engine: this.#polling.engine };
      const found = await find(polls);
      if (found && found.tracker !== tracker) this.rival = formatCheckCode(found.tracker);
      this.isDenied = !this.rival;
    } catch (error) {
      this.isDenied = !isNoVerdict(error); // another election, for one
    }
  }
}
