// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A tested ballot, opened on a second device (docs/spec/protocol.md, "Cast or challenge"): with the seed and the choices
 * the ballot is made once more, and must have the check code that the first device showed before it knew of the test. Whose
 * ballot it is, that device says too: else a server could show another voter's test of the same check code, and the honest
 * device would be blamed for it.
 */
import { formatCheckCode } from "../../credentials/codes.js";
import { evidenceFile } from "../../engine/evidence.js";
import { isNoVerdict, NotProven, Refusal } from "../../errors.js";
import { readOpening } from "../../opening_text.js";
import { say } from "../../texts.js";
import { codeBlock } from "../code.js";
import { download, el, errorSummary, notice } from "../dom.js";
import { openPage, takeFragment } from "../election_page.js";
import { askForOpening } from "../openings.js";
import { Polling } from "../polling.js";
import { answersView } from "../questions/answered.js";
import { Working } from "../working.js";

/** @import { Opened } from "../election_page.js" */
/** @import { Opening } from "../../opening_text.js" */

const FIELD = "opening";
const LIMIT = 100_000; // octets

export class TestedPage {
  #opened;
  #polling;
  #isFirst = true;
  #isFromLink = false;
  #working = new Working();

  /** @param {HTMLElement} root */
  static async begin(root) {
    const text = takeFragment();
    const opened = await openPage(root);
    if (opened) new TestedPage(opened).#begin(text);
  }

  /** @param {Opened} opened */
  constructor(opened) {
    this.#opened = opened;
    this.#polling = new Polling(opened);
  }

  /** @param {string} text */
  #begin(text) {
    globalThis.addEventListener("hashchange", () => {
      const next = takeFragment();
      if (!next) return;
      this.#ask();
      this.#follow(next);
    });
    this.#ask();
    if (text) this.#follow(text);
    else askForOpening(this.#opened.server.testedPage, (opening) => this.#open(opening));
  }

  /** @param {string} text of a link, which the browser keeps */
  async #follow(text) {
    this.#isFromLink = true;
    await this.#open(text);
  }

  #ask() {
    this.#working = new Working();
    const field = /** @type {HTMLInputElement} */ (el("input", { id: FIELD, type: "file", class: "form-control", accept: "text/plain" }));
    const submit = async (/** @type {Event} */ event) => {
      event.preventDefault();
      const file = field.files?.[0];
      await this.#open(file && file.size <= LIMIT ? await file.text() : "");
    };
    this.#show(say("Open a tested ballot"), el("form", { class: "sheet", novalidate: true, onsubmit: submit },
      el("div", { class: "field" }, el("label", { class: "form-label", for: FIELD }, say("The file that the other device saved")), field),
      el("div", { class: "actions" }, el("button", { type: "submit", class: "btn btn-primary" }, say("Open"))),
      this.#working.view));
  }

  /** @param {string} text */
  async #open(text) {
    const { page, election, server } = this.#opened;
    this.#working.begin(say("One moment: the tested ballot is being opened …"));
    try {
      const opening = readOpening(text.trim(), election.contests);
      const found = await server.find(opening.tracker);
      if (!found) return this.#untested(opening);
      return await this.#verify(opening, found, await server.blob(found.payloadSha256));
    } catch (error) {
      this.#working.end();
      const reason = error instanceof Refusal && error.name === "MalformedOpening"
        ? say("This is not the file or the link of a tested ballot of this election.")
        : say("The server could not be asked. Check your connection, then try again.");
      return page.showErrors(errorSummary(say("There is a problem"), [{ text: reason, field: FIELD }]));
    }
  }

  /**
   * @param {Opening} opening
   * @param {import("../../engine/server.js").Found} found
   * @param {import("../../octets.js").Octets} payload
   */
  async #verify(opening, found, payload) {
    const { election } = this.#opened;
    const engine = await this.#polling.live();
    engine.onchecking = ({ made, total }) => this.#working.progress(made, total);
    let entry;
    try {
      entry = await engine.checkEntry({ digits: opening.tracker, answer: found, payload });
      if (entry.credential !== opening.credential) throw new NotProven("signed by another credential", { expected: opening.credential, computed: entry.credential });
    } catch (error) {
      if (isNoVerdict(error)) throw error;
      return this.#unproven(opening, found, /** @type {Refusal} */ (error)); // the server sent this, and not the device
    }
    if (entry.type !== "challenged") return this.#untested(opening);
    try {
      await engine.checkOpening(opening);
    } catch (error) {
      if (isNoVerdict(error)) throw error;
      return this.#refuted(opening, /** @type {Refusal} */ (error));
    }
    return this.#show(say("This test ballot says"),
      answersView(election.contests, opening.selections),
      el("section", { class: "sheet", "aria-labelledby": "compare" },
        el("h2", { id: "compare" }, say("Compare")),
        el("p", {}, say("Are these the choices that you made on the other device, and is this the check code that it showed?")),
        codeBlock(formatCheckCode(opening.tracker)),
        el("p", {}, say("If both are so, the other device locked in what you chose. If not, do not vote on it: use another device, and tell %(name)s.", { name: election.registrar.name }))),
      notice("", say("Now cast your real ballot"), el("p", {}, say("The tested ballot is never counted. Go back to the other device and vote there."))),
      this.#isFromLink && el("p", { class: "soft" }, say("The link that you opened stays in this browser's history, and shows how the test was filled in. On a device that others use, delete it there.")));
  }

  /** @param {Opening} opening */
  #untested({ tracker }) {
    return this.#show(say("Not a test"), notice("bad", say("The board does not have this ballot as a test"),
      el("p", {}, say("A ballot may be opened only after its test is on the public board. Do not vote on the other device, and tell %(name)s.", { name: this.#opened.election.registrar.name })),
      codeBlock(formatCheckCode(tracker))));
  }

  /**
   * @param {Opening} opening
   * @param {unknown} answer
   * @param {Refusal} error
   */
  #unproven({ tracker }, answer, { name: why }) {
    const { fingerprint, registrar: { name } } = this.#opened.election;
    const evidence = { fingerprint, checkCode: formatCheckCode(tracker), why, answer };
    return this.#show(say("Not confirmed"),
      notice("bad", say("The server's answer does not hold"), el("p", {}, say("What it sent does not prove that this ballot is on the public board.")),
        codeBlock(evidence.checkCode), el("p", { class: "soft" }, say("For those who help you: %(name)s", { name: why }))),
      el("p", {}, say("Save the file, and tell %(name)s. Try again later, or from another device.", { name })),
      el("div", { class: "actions" }, download(say("Save the file"), "veritally-evidence.json", evidenceFile(evidence))));
  }

  /**
   * @param {Opening} opening
   * @param {Refusal} error
   */
  #refuted({ tracker }, error) {
    return this.#show(say("Something is wrong"), notice("bad", say("Something is wrong with the device on which you tried to vote"),
      el("p", {}, say("The ballot that it fixed is not the one that it says it made from your choices. Do not vote on it: use another device, and tell %(name)s.", { name: this.#opened.election.registrar.name })),
      codeBlock(formatCheckCode(tracker)),
      el("p", { class: "soft" }, say("For those who help you: %(name)s", { name: error.name }))));
  }

  /**
   * @param {string} heading
   * @param {...import("../dom.js").Child} children
   */
  #show(heading, ...children) {
    this.#opened.page.show(heading, children, { isFirst: this.#isFirst });
    this.#isFirst = false;
  }
}
