// SPDX-License-Identifier: AGPL-3.0-or-later
/** The frame of a page that the modules make: its heading, its title, its focus, its one live region. */
import { el, replace } from "./dom.js";

/** @import { Child } from "./dom.js" */

/** "election – Veritally": what the shell's title says after its own heading, which the steps' take the place of. */
const site = (globalThis.document?.title ?? "").split(" – ").slice(1).join(" – ");

export class Page {
  #root;
  #data;
  /** What stands above and below every step from now on. @type {{above: Child, below: Child}} */
  frame = { above: null, below: null };
  /** Of the election that was opened first: no other is ever opened here. "" until then. */
  fingerprint = "";

  /** @param {HTMLElement} root the shell's element */
  constructor(root) {
    this.#root = root;
    this.#data = root.dataset;
  }

  /** The shell's data: slug, language, state, manifest, key, opening, testModulus. */
  get data() {
    return this.#data;
  }

  /**
   * Show a step. Its heading takes the focus, so that a screen reader begins there, unless this is the first.
   * @param {string} heading
   * @param {readonly Child[]} children
   * @param {{banner?: Child, isFirst?: boolean}} [options]
   */
  show(heading, children, { banner, isFirst = false } = {}) {
    // A question is a heading, too, in whichever direction it was written.
    const title = el("h1", { id: "booth-heading", tabindex: -1 }, el("bdi", {}, heading));
    const { above, below } = this.frame;
    replace(this.#root, above, banner, title, ...children, below);
    document.title = `${heading} – ${site}`;
    if (isFirst) return;
    title.focus({ preventScroll: true });
    globalThis.scrollTo(0, 0);
  }

  /**
   * Put a summary of errors above the heading; it takes the focus. The text fields that it names are marked as wrong.
   * @param {HTMLElement} summary
   */
  showErrors(summary) {
    this.#root.querySelector(".error-summary")?.remove();
    for (const field of this.#root.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const link of summary.querySelectorAll("a")) this.#root.querySelector(`input[type=text]${link.hash}`)?.setAttribute("aria-invalid", "true");
    const heading = this.#root.querySelector("h1");
    heading?.before(summary);
    summary.focus();
    document.title = document.title.startsWith("⚠ ") ? document.title : `⚠ ${document.title}`;
  }
}
