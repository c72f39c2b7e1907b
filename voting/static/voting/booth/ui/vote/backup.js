// SPDX-License-Identifier: AGPL-3.0-or-later
/** Another way to give one's code: the backup file that its voter saved, and the passphrase for it. */
import { say } from "../../texts.js";
import { el } from "../dom.js";

/**
 * @param {(file: File, passphrase: string) => Promise<void>} onopen
 * @returns {HTMLElement}
 */
export function backupView(onopen) {
  const file = /** @type {HTMLInputElement} */ (el("input", { id: "backup", class: "form-control", type: "file", accept: ".json,application/json", "aria-describedby": "backup-error" }));
  const passphrase = /** @type {HTMLInputElement} */ (el("input", {
    id: "passphrase", class: "form-control", type: "password", autocomplete: "off", maxlength: 1024, "aria-describedby": "passphrase-error",
  }));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void onopen(file.files?.[0] ?? new globalThis.File([], ""), passphrase.value);
  };
  return el("details", {}, el("summary", {}, say("I have a backup file instead")),
    el("form", { class: "sheet", novalidate: true, onsubmit: submit },
      el("div", { class: "field" }, el("label", { class: "form-label", for: "backup" }, say("Backup file")), el("span", { id: "backup-error", class: "field-error" }), file),
      el("div", { class: "field" }, el("label", { class: "form-label", for: "passphrase" }, say("Passphrase")), el("span", { id: "passphrase-error", class: "field-error" }), passphrase),
      el("div", { class: "actions" }, el("button", { type: "submit", class: "btn btn-secondary" }, say("Open the backup")))));
}
