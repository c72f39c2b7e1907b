// SPDX-License-Identifier: AGPL-3.0-or-later
/** The first step: the voter's code. */
import { say, sayMany } from "../../texts.js";
import { button, el, errorSummary, notice } from "../dom.js";
import { TYPED_LIMIT } from "../link.js";
import { backupView } from "./backup.js";

/** @import { Registrar } from "../../record/parties.js" */
/** @import { Page } from "../page.js" */

const FIELD = "code";
const OF_CODE = ["WrongCodeLength", "ForbiddenCodeCharacter", "WrongCheckCharacter", "NotOnRoll", "Revoked"];
const OF_BACKUP = ["CannotOpen", "ForeignRecord", "NotABackup"];
const UNPROVEN = ["NotOnRoll", "NotOpen", "NotProven", "NotShown"]; // what a server says, and nobody has signed

/**
 * @param {{code: string, registrar: Registrar, isStopped: boolean, onsubmit: (code: string) => Promise<void>,
 *   onbackup: (file: File, passphrase: string) => Promise<void>}} given `onsubmit` settles when the code was looked at
 * @returns {HTMLElement}
 */
export function identifyView({ code, registrar, isStopped, onsubmit, onbackup }) {
  const said = el("p", { role: "status", class: "working" });
  const field = /** @type {HTMLInputElement} */ (el("input", {
    id: FIELD, class: "form-control code-field", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    maxlength: TYPED_LIMIT, dir: "ltr", "aria-describedby": "code-help code-error", value: code,
  }));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    said.textContent = say("One moment: your code is being looked at …");
    void onsubmit(field.value).finally(() => said.replaceChildren());
  };
  const form = el("form", { class: "sheet", novalidate: true, onsubmit: submit },
    el("div", { class: "field" },
      el("label", { class: "form-label", for: FIELD }, say("Your code")),
      el("span", { class: "form-text", id: "code-help" }, whereFound(registrar)),
      el("span", { id: "code-error", class: "field-error" }), field),
    el("div", { class: "actions" }, el("button", { type: "submit", class: "btn btn-primary" }, say("Continue"))),
    said,
    el("p", { class: "soft" }, say("Your code stays on this device. It is not sent, and nobody can see how you vote.")),
    code && el("p", { class: "soft" }, say("If you opened a link with your code in it, the link stays in this browser's history. On a device that others use, delete it there.")),
    registrar.credentials === "server" &&
      el("p", { class: "soft" }, say("This server made the codes and mailed them. That is the weaker choice: whoever runs it could have kept them, and vote in voters' place.")));
  return el("div", {}, isStopped && stoppedNotice(), form, backupView(onbackup));
}

/** @param {Registrar} registrar */
function whereFound({ name, credentials }) {
  return credentials === "voters"
    ? say("It is the code that you kept when you registered; if you got another one from %(name)s since then, use that. Capital and small letters, spaces and hyphens make no difference.", { name })
    : say("It is in the letter or message from %(name)s. Capital and small letters, spaces and hyphens make no difference.", { name });
}

function stoppedNotice() {
  return notice("care", say("This page was interrupted"),
    el("p", {}, say("The part of it that locks your ballot has stopped. Nothing was sent. Give your code again: your choices are still there. If this happens again, use another browser or device.")));
}

/**
 * @param {Page} page
 * @param {any} error
 * @param {() => void} [ongoing] goes on all the same, if the server has proved nothing
 */
export function showCodeErrors(page, error, ongoing) {
  const [text, field] = [reason(error), fieldOf(error)];
  const summary = errorSummary(say("There is a problem"), [{ text, field }]);
  if (ongoing && UNPROVEN.includes(error.name)) {
    summary.append(el("p", {}, say("The server says so, but it has not proved it. You can go on all the same: then it must take your ballot, or sign that it does not, and you can save what it signed.")),
      el("div", { class: "actions" }, button(say("Go on all the same"), ongoing, { id: "ongoing" })));
  }
  page.showErrors(summary);
  mark(OF_CODE.includes(error.name) || field !== FIELD ? field : "", text); // the page has marked what the summary links to
}

/**
 * @param {string} wrong the id of the field that is wrong, "" for none
 * @param {string} text
 */
function mark(wrong, text) {
  for (const id of [FIELD, "backup", "passphrase"]) {
    const said = document.getElementById(`${id}-error`);
    if (said) said.textContent = id === wrong ? text : "";
    if (id === wrong) document.getElementById(id)?.setAttribute("aria-invalid", "true");
    else document.getElementById(id)?.removeAttribute("aria-invalid");
  }
}

/** @param {any} error */
function fieldOf({ name }) {
  if (name === "BadPassphraseText") return "passphrase";
  return OF_BACKUP.includes(name) ? "backup" : FIELD;
}

/** @param {any} error */
function reason({ name, computed }) {
  switch (name) {
    case "WrongCodeLength": return computed === undefined
      ? say("This is too long to be a code.")
      : sayMany("A code has 25 characters. This has %(count)s.", "A code has 25 characters. This has %(count)s.", Number(computed));
    case "ForbiddenCodeCharacter": return say("Character %(position)s cannot be right: codes have only digits and letters, and some signs at the end.", { position: Number(computed) });
    case "WrongCheckCharacter": return computed === "check"
      ? say("This is a check code, which anyone may see. Type the code that you vote with.")
      : say("One or more characters are wrong or have changed places. Compare with your letter, or with what you kept when you registered.");
    case "NotOnRoll": return say("This code is not on the list of voters of this election. It may be a code for another election.");
    case "Revoked": return say("The registrar has revoked this code and gives the reason: “%(reason)s” If you have a new code, use that one.", { reason: String(computed) });
    case "CannotOpen": return say("The passphrase is another one, or the file was changed.");
    case "BadPassphraseText": return say("Type the passphrase that you chose for the backup file.");
    case "ForeignRecord": return say("This is the backup of a code for another election.");
    case "NotABackup": return say("Choose the backup file that you saved when you made your code.");
    case "NotOpen": return say("Voting is not open any more.");
    case "NotShown": return say("What the server says about earlier ballots with this code, or about the code, it cannot show at the moment. Try again in a few minutes.");
    case "NotProven": return say("What the server says about earlier ballots with this code, or about the code, does not hold.");
    case "Stopped": return say("A part of this page could not be loaded, or it was stopped. Perhaps the connection was lost.");
    default: return say("The server could not be asked about this code. Check your connection, then try again.");
  }
}
