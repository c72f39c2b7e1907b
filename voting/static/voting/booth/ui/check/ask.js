// SPDX-License-Identifier: AGPL-3.0-or-later
/** Step 1 of checking: the check code. */
import { say, sayMany } from "../../texts.js";
import { el, errorSummary } from "../dom.js";

const FIELD = "code";

/** @param {{code: string, onsubmit: (code: string) => void}} given */
export function askView({ code, onsubmit }) {
  const field = /** @type {HTMLInputElement} */ (el("input", {
    id: FIELD, class: "form-control code-field", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    maxlength: 200, dir: "ltr", "aria-describedby": "code-help", value: code,
  }));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    onsubmit(field.value);
  };
  return el("form", { class: "sheet", novalidate: true, onsubmit: submit },
    el("div", { class: "field" },
      el("label", { class: "form-label", for: FIELD }, say("Your check code")),
      el("span", { class: "form-text", id: "code-help" }, say("You got it when you voted: six groups of four characters, and one more. Paste it or type it.")),
      field),
    el("div", { class: "actions" }, el("button", { type: "submit", class: "btn btn-primary" }, say("Check"))));
}

/** @param {any} error */
export function askErrors({ name, computed }) {
  return errorSummary(say("There is a problem"), [{ text: reason(name, computed), field: FIELD }]);
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
    case "WrongCheckCharacter": return say("One or more characters are wrong or have changed places.");
    default: return say("The server could not be asked. Check your connection, then try again.");
  }
}
