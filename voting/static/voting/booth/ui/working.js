// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a page says while something takes its time: a line that is read aloud, and a bar as soon as there is something to count. */
import { say } from "../texts.js";
import { el } from "./dom.js";

export class Working {
  #said = el("p", { role: "status", class: "working" });
  #bar = /** @type {HTMLProgressElement} */ (el("progress", { max: 1, value: 0, hidden: true, "aria-label": say("How far the check is") }));
  view = el("div", {}, this.#said, this.#bar);

  /** @param {string} text */
  begin(text) {
    this.#said.textContent = text;
  }

  /**
   * @param {number} made
   * @param {number} total
   */
  progress(made, total) {
    Object.assign(this.#bar, { max: total, value: made, hidden: this.#said.textContent === "" });
  }

  end() {
    this.#said.textContent = "";
    this.#bar.hidden = true;
  }
}
