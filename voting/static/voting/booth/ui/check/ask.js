// SPDX-License-Identifier: AGPL-3.0-or-later
/** Step 1 of checking: the check code, or the receipt that the voter saved. */
import { say, sayMany } from "../../texts.js";
import { el, errorSummary } from "../dom.js";
import { TYPED_LIMIT } from "../link.js";

/** @import { Page } from "../page.js" */

const FIELD = "code";
const FILE = "receipt";
const OF_CODE = ["WrongCodeLength", "ForbiddenCodeCharacter", "WrongCheckCharacter"];
const OF_FILE = ["MalformedReceipt", "ForeignRecord"];

/** @param {{code: string, working: HTMLElement, onsubmit: (code: string) => void, onreceipt: (file: File) => void}} given */
export function askView({ code, working, onsubmit, onreceipt }) {
  const field = /** @type {HTMLInputElement} */ (el("input", {
    id: FIELD, class: "form-control code-field", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    maxlength: TYPED_LIMIT, dir: "ltr", "aria-describedby": "code-help", value: code,
  }));
  const file = /** @type {HTMLInputElement} */ (el("input", { id: FILE, class: "form-control", type: "file", accept: "application/json,.json" }));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const [chosen] = file.files ?? [];
    if (chosen) onreceipt(chosen);
    else onsubmit(field.value);
  };
  return el("form", { class: "sheet", novalidate: true, onsubmit: submit },
    el("div", { class: "field" },
      el("label", { class: "form-label", for: FIELD }, say("Your check code")),
      el("span", { class: "form-text", id: "code-help" }, say("You got it when you voted: six groups of four characters, and one more. Paste it or type it.")),
      field),
    el("div", { class: "field" },
      el("label", { class: "form-label", for: FILE }, say("Or the receipt that you saved")),
      file),
    el("div", { class: "actions" }, el("button", { type: "submit", class: "btn btn-primary" }, say("Check"))),
    working);
}

/**
 * The secret code does not stay in the field, for the next to read.
 * @param {any} error
 */
export function hideSecret({ name, computed }) {
  const field = document.getElementById(FIELD);
  if (name === "WrongCheckCharacter" && computed === "voting" && field instanceof HTMLInputElement) field.value = "";
}

/**
 * What cannot be checked, and why. A code or file that could not be looked at is not marked as wrong.
 * @param {Page} page
 * @param {any} error
 */
export function showAskErrors(page, { name, computed }) {
  const field = OF_FILE.includes(name) ? FILE : FIELD;
  page.showErrors(errorSummary(say("There is a problem"), [{ text: reason(name, computed), field }]));
  if (OF_FILE.includes(name)) document.getElementById(FILE)?.setAttribute("aria-invalid", "true");
  if (!OF_CODE.includes(name)) document.getElementById(FIELD)?.removeAttribute("aria-invalid"); // the page marks what is linked to
}

/**
 * @param {string} name
 * @param {unknown} computed
 */
function reason(name, computed) {
  switch (name) {
    case "WrongCodeLength": return computed === undefined
      ? say("This is too long to be a check code.")
      : sayMany("A check code has 25 characters. This has %(count)s.", "A check code has 25 characters. This has %(count)s.", Number(computed));
    case "ForbiddenCodeCharacter": return say("Character %(position)s cannot be right: check codes have only digits and letters, and some signs at the end.", { position: Number(computed) });
    case "WrongCheckCharacter": return computed === "voting"
      ? say("This looks like the code that you vote with. Keep it secret: nobody needs it to check a ballot. The check code is the one that you got when you had voted.")
      : say("One or more characters are wrong or have changed places.");
    case "MalformedReceipt": return say("This file is not the receipt of a ballot.");
    case "ForeignRecord": return say("This is a receipt of another election.");
    case "Stopped": return say("A part of this page could not be loaded, or it was stopped. Perhaps the connection was lost.");
    default: return say("The server could not be asked. Check your connection, then try again.");
  }
}
