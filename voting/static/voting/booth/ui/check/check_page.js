// SPDX-License-Identifier: AGPL-3.0-or-later
/** Checking one's ballot in three steps: give the code or the receipt, see what is found, say whether it is yours. */
import { formatCheckCode, parseCheckCode } from "../../credentials/codes.js";
import { MalformedReceipt, Refusal } from "../../errors.js";
import { utf8 } from "../../octets.js";
import { LIMIT, readReceiptFile } from "../../receipt_file.js";
import { say } from "../../texts.js";
import { el } from "../dom.js";
import { openPage, takeFragment } from "../election_page.js";
import { askErrors, askView } from "./ask.js";
import { brokenView, fineView, foundView, missingView, refutedView, wrongView } from "./found.js";

/** @import { Child } from "../dom.js" */
/** @import { Opened } from "../election_page.js" */
/** @import { ReceiptFile } from "../../receipt_file.js" */

export class CheckPage {
  #opened;
  #isFirst = true;

  /** @param {HTMLElement} root */
  static async begin(root) {
    const code = takeFragment();
    const opened = await openPage(root);
    if (opened) new CheckPage(opened).#begin(code);
  }

  /** @param {Opened} opened */
  constructor(opened) {
    this.#opened = opened;
  }

  /** @param {string} code */
  #begin(code) {
    globalThis.addEventListener("hashchange", () => this.#check(takeFragment()));
    this.#ask(code);
    if (code) this.#check(code);
  }

  /** @param {string} code */
  #ask(code) {
    this.#show(1, say("Check my ballot"), askView({
      code, onsubmit: (typed) => this.#check(typed), onreceipt: (file) => this.#checkReceipt(file),
    }));
  }

  /**
   * The receipt holds by itself, or it is none; then the board has to show what it signed.
   * @param {File} file
   */
  async #checkReceipt(file) {
    const { election, engine, page } = this.#opened;
    try {
      if (file.size > LIMIT) throw new MalformedReceipt("too long to be a receipt");
      const kept = readReceiptFile(await file.text(), election.fingerprint);
      const answer = { type: "ballot", entry: kept.entry, receipt: kept.receipt };
      await engine.checkEntry({ digits: kept.tracker, answer, payload: utf8(kept.ballot) });
      return await this.#check(formatCheckCode(kept.tracker), kept);
    } catch (error) {
      const isNamed = error instanceof Refusal && error.name === "ForeignRecord";
      return page.showErrors(askErrors(isNamed ? error : new MalformedReceipt("it proves nothing")));
    }
  }

  /**
   * @param {string} code what somebody typed
   * @param {ReceiptFile} [kept] a receipt that holds
   */
  async #check(code, kept) {
    const { page, server } = this.#opened;
    try {
      const digits = parseCheckCode(code);
      const found = await server.find(digits);
      if (kept && found?.entry !== kept.entry) return this.#broken(code, kept, found);
      if (!found) return this.#miss(code);
      const payload = await server.blob(found.payloadSha256);
      return await this.#verify(code, digits, found, payload);
    } catch (error) {
      return page.showErrors(askErrors(error));
    }
  }

  /**
   * @param {string} code
   * @param {string} digits
   * @param {import("../../engine/server.js").Found} found
   * @param {import("../../octets.js").Octets} payload
   */
  async #verify(code, digits, found, payload) {
    const { engine, election, server } = this.#opened;
    const evidence = this.#evidence(code, found);
    const { name } = election.registrar;
    const onagain = () => this.#ask("");
    try {
      const checked = await engine.checkEntry({ digits, answer: found, payload });
      this.#show(2, say("Your ballot"), foundView({
        checked, found, checkAddress: server.checkAddress(code), entryAddress: server.entryAddress(checked.seq),
        onyes: () => this.#show(3, say("Checked"), fineView({ onagain })),
        onno: () => this.#show(3, say("Something is wrong"), wrongView({ evidence: { ...evidence, why: "voter-says-no" }, name, onagain })),
      }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#show(2, say("Not confirmed"), refutedView({ name, error: error.name, evidence: { ...evidence, why: error.name }, onagain }));
    }
  }

  /** @param {string} code */
  #miss(code) {
    const { name } = this.#opened.election.registrar;
    this.#show(2, say("Not found"), missingView({ code, name, evidence: this.#evidence(code, undefined), onagain: () => this.#ask("") }));
  }

  /**
   * The board has signed that it holds a ballot, and does not show it.
   * @param {string} code
   * @param {ReceiptFile} kept
   * @param {unknown} answer
   */
  #broken(code, kept, answer) {
    const { name } = this.#opened.election.registrar;
    const evidence = { ...this.#evidence(code, answer), why: "receipt-not-kept", sent: JSON.stringify(kept) };
    this.#show(2, say("Something is wrong"), brokenView({ code, name, evidence, onagain: () => this.#ask("") }));
  }

  /**
   * @param {string} checkCode
   * @param {unknown} answer
   */
  #evidence(checkCode, answer) {
    return { fingerprint: this.#opened.election.fingerprint, checkCode, why: "not-on-board", answer };
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
