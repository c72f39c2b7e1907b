// SPDX-License-Identifier: AGPL-3.0-or-later
/** The frame of a page that the modules make: its heading, its title, its focus, its one live region. */
import { el, replace } from "./dom.js";

/** @import { Child } from "./dom.js" */

const site = globalThis.document?.title ?? "";

export class Page {
  #root;
  #data;

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
    replace(this.#root, banner, title, ...children);
    document.title = `${heading} – ${site}`;
    if (isFirst) return;
    title.focus({ preventScroll: true });
    globalThis.scrollTo(0, 0);
  }

  /**
   * Put a summary of errors above the heading; it takes the focus.
   * @param {HTMLElement} summary
   */
  showErrors(summary) {
    this.#root.querySelector(".error-summary")?.remove();
    const heading = this.#root.querySelector("h1");
    heading?.before(summary);
    summary.focus();
    document.title = document.title.startsWith("⚠ ") ? document.title : `⚠ ${document.title}`;
  }
}
