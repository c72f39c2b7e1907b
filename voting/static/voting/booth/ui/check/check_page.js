// SPDX-License-Identifier: AGPL-3.0-or-later
/** Checking one's ballot in three steps: give the code or the receipt, see what is found, say whether it is yours. */
import { formatCheckCode, parseCheckCode } from "../../credentials/codes.js";
import { fetchPublished } from "../../engine/published.js";
import { AnotherElection, isNoVerdict, MalformedReceipt, NotProven } from "../../errors.js";
import { utf8 } from "../../octets.js";
import { LIMIT, readReceiptFile } from "../../receipt_file.js";
import { readRollChange } from "../../record/roll_change.js";
import { say } from "../../texts.js";
import { el } from "../dom.js";
import { openPage, takeFragment } from "../election_page.js";
import { codeIn } from "../link.js";
import { Polling } from "../polling.js";
import { showBroken } from "../trouble.js";
import { Working } from "../working.js";
import { askView, hideSecret, showAskErrors } from "./ask.js";
import { brokenView, fateOf, fineView, forkedView, foundView, isOver, missingView, refutedView, unpublishedView, wrongView } from "./found.js";

/** @import { Child } from "../dom.js" */
/** @import { Evidence } from "../../engine/evidence.js" */
/** @import { Found } from "../../engine/server.js" */
/** @import { Opened } from "../election_page.js" */
/** @import { Checked, Head } from "./found.js" */
/** @import { ReceiptFile } from "../../receipt_file.js" */

export class CheckPage {
  #opened;
  #polling;
  #working = new Working();
  #isFirst = true;
  #turn = 0; // of the questions that were asked

  /** @param {HTMLElement} root */
  static async begin(root) {
    const code = takeFragment();
    const opened = await openPage(root);
    if (opened) new CheckPage(opened).#begin(code);
  }

  /** @param {Opened} opened */
  constructor(opened) {
    this.#opened = opened;
    this.#polling = new Polling(opened);
  }

  /** @param {string} code */
  #begin(code) {
    globalThis.addEventListener("hashchange", () => {
      const next = takeFragment();
      if (!next) return;
      this.#ask(next);
      this.#check(next);
    });
    this.#ask(code);
    if (code) this.#check(code);
  }

  #ask(code = "") {
    this.#turn += 1;
    this.#working = new Working();
    this.#show(1, say("Check my ballot"), askView({
      code, working: this.#working.view, onsubmit: (typed) => this.#check(typed), onreceipt: (file) => this.#checkReceipt(file),
    }));
  }

  /** A question begins, and the page says so. @returns {() => boolean} whether another one was asked since */
  #asking() {
    this.#turn += 1;
    const turn = this.#turn;
    this.#working.begin(say("One moment: this ballot is being looked for and checked …"));
    return () => turn !== this.#turn;
  }

  /**
   * The receipt holds by itself, or it is none; then the board has to show what it signed.
   * @param {File} file
   */
  async #checkReceipt(file) {
    const { election, page } = this.#opened;
    const isLate = this.#asking();
    try {
      if (file.size > LIMIT) throw new MalformedReceipt("too long to be a receipt");
      const kept = readReceiptFile(await file.text(), election.fingerprint);
      const answer = { type: "ballot", entry: kept.entry, receipt: kept.receipt };
      const engine = await this.#polling.live();
      await engine.checkEntry({ digits: kept.tracker, answer, payload: utf8(kept.ballot) });
      if (!isLate()) await this.#check(formatCheckCode(kept.tracker), kept);
    } catch (error) {
      if (isLate()) return;
      this.#working.end();
      const isNamed = ["ForeignRecord", "Stopped"].includes(/** @type {Error} */ (error).name);
      showAskErrors(page, isNamed ? error : new MalformedReceipt("it proves nothing"));
    }
  }

  /**
   * What was typed goes no further than here: it may be a secret. An answer that comes after another question is dropped.
   * @param {string} typed
   * @param {ReceiptFile} [kept] a receipt that holds
   */
  async #check(typed, kept) {
    const { page, election: { fingerprint } } = this.#opened;
    const isLate = this.#asking();
    try {
      const show = await this.#find(kept?.tracker ?? parseCheckCode(codeIn(typed, fingerprint)), kept);
      if (!isLate()) show();
    } catch (error) {
      if (isLate()) return;
      this.#working.end();
      hideSecret(error);
      if (error instanceof AnotherElection) showBroken(page, error);
      else showAskErrors(page, error);
    }
  }

  /**
   * @param {string} digits the first of a tracker's, or all
   * @param {ReceiptFile} [kept]
   * @returns {Promise<() => void>} what shows the outcome; throws a Refusal, or TypeError without a connection
   */
  async #find(digits, kept) {
    const { server } = this.#opened;
    const found = await server.find(digits);
    const evidence = this.#evidence(digits, found, kept);
    if (kept && found?.entry !== kept.entry) return () => this.#broken(evidence);
    if (!found) return () => this.#miss(evidence);
    return this.#verify(digits, found, evidence, kept);
  }

  /**
   * The entry by itself, and that it stands on the board that everybody is shown.
   * @param {string} digits
   * @param {Found} found
   * @param {Evidence} evidence
   * @param {ReceiptFile} [kept]
   * @returns {Promise<() => void>}
   */
  async #verify(digits, found, evidence, kept) {
    const { server } = this.#opened;
    const engine = await this.#polling.live();
    engine.onchecking = ({ made, total }) => this.#working.progress(made, total);
    let published = "";
    try {
      const board = await fetchPublished(server, { entry: found.entry, receipt: kept?.receipt, isOver: isOver(found) });
      published = new TextDecoder().decode(board.published);
      const checked = await engine.checkEntry({ digits, answer: found, payload: await server.blob(found.payloadSha256) });
      const head = await engine.checkBoard(board);
      const reason = found.revoked ? await this.#reasonOf(found.revoked, checked.credential) : "";
      return () => this.#found({ ...checked, head }, found, reason, evidence);
    } catch (error) {
      if (isNoVerdict(error)) throw error;
      const { name: why } = /** @type {Error} */ (error);
      return () => this.#refute(why, { ...evidence, why, published });
    }
  }

  /**
   * @param {string} why
   * @param {Evidence} evidence
   */
  #refute(why, evidence) {
    const { name } = this.#opened.election.registrar;
    const given = { name, error: why, evidence, onagain: () => this.#ask() };
    if (why === "BoardForked") this.#show(2, say("Something is wrong"), forkedView(given));
    else if (why === "NotPublished") this.#show(2, say("Not confirmed yet"), unpublishedView(given));
    else this.#show(2, say("Not confirmed"), refutedView(given));
  }

  /**
   * @param {string} sha256 of a roll change
   * @param {string} credential
   * @returns {Promise<string>} why the registrar has revoked it, in the registrar's signed words; throws a Refusal
   */
  async #reasonOf(sha256, credential) {
    const { election: { fingerprint, registrar }, server } = this.#opened;
    const change = await readRollChange(await server.blob(sha256), { fingerprint, registrar: registrar.key });
    if (!change.revoke.includes(credential)) throw new NotProven("a roll change that does not revoke this code");
    return change.reason;
  }

  /**
   * @param {Checked & {head: Head}} checked
   * @param {Found} found
   * @param {string} reason
   * @param {Evidence} evidence
   */
  #found(checked, found, reason, evidence) {
    const { election: { registrar: { name } }, server } = this.#opened;
    const onagain = () => this.#ask();
    this.#show(2, say("Your ballot"), foundView({
      checked, found, reason, checkAddress: server.checkAddress(evidence.checkCode), entryAddress: server.entryAddress(checked.seq), headsPage: server.headsPage,
      onyes: () => this.#show(3, say("Checked"), fineView({ fate: fateOf(checked, found), name, onagain })),
      onno: () => this.#show(3, say("Something is wrong"), wrongView({ evidence: { ...evidence, why: "voter-says-no" }, name, onagain })),
    }));
  }

  /** @param {Evidence} evidence */
  #miss(evidence) {
    const { name } = this.#opened.election.registrar;
    this.#show(2, say("Not found"), missingView({ code: evidence.checkCode, name, evidence, onagain: () => this.#ask() }));
  }

  /**
   * The board has signed that it holds a ballot, and does not show it.
   * @param {Evidence} evidence
   */
  #broken(evidence) {
    const { name } = this.#opened.election.registrar;
    this.#show(2, say("Something is wrong"), brokenView({
      code: evidence.checkCode, name, evidence: { ...evidence, why: "receipt-not-kept" }, onagain: () => this.#ask(),
    }));
  }

  /**
   * @param {string} digits
   * @param {unknown} answer
   * @param {ReceiptFile} [kept] proves by itself what the board has signed
   * @returns {Evidence}
   */
  #evidence(digits, answer, kept) {
    const { fingerprint } = this.#opened.election;
    return { fingerprint, checkCode: formatCheckCode(digits), why: "not-on-board", answer, ...(kept && { sent: JSON.stringify(kept) }) };
  }

  /**
   * @param {number} step
   * @param {string} heading
   * @param {...Child} children
   */
  #show(step, heading, ...children) {
    const kicker = el("p", { class: "kicker" }, say("Step %(number)s of %(all)s", { number: step, all: 3 }));
    this.#opened.page.show(heading, [kicker, ...children], { isFirst: this.#isFirst });
    this.#isFirst = false;
  }
}
