// SPDX-License-Identifier: AGPL-3.0-or-later
/** The first step: the voter's code. */
import { say, sayMany } from "../../texts.js";
import { el, errorSummary } from "../dom.js";
import { backupView } from "./backup.js";

const FIELD = "code";

/**
 * @param {{code: string, name: string, onsubmit: (code: string) => Promise<void>,
 *   onbackup: (file: File, passphrase: string) => Promise<void>}} given `onsubmit` settles when the code was looked at
 * @returns {HTMLElement}
 */
export function identifyView({ code, name, onsubmit, onbackup }) {
  const said = el("p", { role: "status", class: "working" });
  const field = /** @type {HTMLInputElement} */ (el("input", {
    id: FIELD, class: "form-control code-field", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    maxlength: 200, dir: "ltr", "aria-describedby": "code-help", value: code,
  }));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    said.textContent = say("One moment: your code is being looked at …");
    void onsubmit(field.value).finally(() => said.replaceChildren());
  };
  const form = el("form", { class: "sheet", novalidate: true, onsubmit: submit },
    el("div", { class: "field" },
      el("label", { class: "form-label", for: FIELD }, say("Your code")),
      el("span", { class: "form-text", id: "code-help" },
        say("It is in the letter or message from %(name)s. Capital and small letters, spaces and hyphens make no difference.", { name })),
      el("span", { id: "code-error" }), field),
    el("div", { class: "actions" }, el("button", { type: "submit", class: "btn btn-primary" }, say("Continue"))),
    said,
    el("p", { class: "soft" }, say("Your code stays on this device. It is not sent, and nobody can see how you vote.")));
  return el("div", {}, form, backupView(onbackup));
}

/** @param {any} error @returns {HTMLElement} */
export function codeErrors(error) {
  return errorSummary(say("There is a problem"), [{ text: reason(error), field: isOfBackup(error) ? "backup" : FIELD }]);
}

/** @param {any} error */
function isOfBackup({ name }) {
  return ["CannotOpen", "ForeignRecord", "NotABackup"].includes(name);
}

/** @param {any} error */
function reason({ name, computed }) {
  switch (name) {
    case "WrongCodeLength": return computed === undefined
      ? say("This is too long to be a code.")
      : sayMany("A code has 25 characters. This has %(count)s.", "A code has 25 characters. This has %(count)s.", Number(computed));
    case "ForbiddenCodeCharacter": return say("Character %(position)s cannot be right: codes have only digits and letters, and some signs at the end.", { position: Number(computed) });
    case "WrongCheckCharacter": return say("One or more characters are wrong or have changed places. Compare with your letter.");
    case "NotOnRoll": return say("This code is not on the list of voters of this election. It may be a code for another election.");
    case "Revoked": return say("The registrar has revoked this code and gives the reason: “%(reason)s” If you have a new code, use that one.", { reason: String(computed) });
    case "CannotOpen": return say("The passphrase is another one, or the file was changed.");
    case "ForeignRecord": return say("This is the backup of a code for another election.");
    case "NotABackup": return say("Choose the backup file that you saved when you made your code.");
    case "NotOpen": return say("Voting is not open any more.");
    default: return say("The server could not be asked about this code. Check your connection, then try again.");
  }
}
