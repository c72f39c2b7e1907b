// SPDX-License-Identifier: AGPL-3.0-or-later
/** The step that makes the voter show that the code is kept: two of its groups, typed back, or the backup file. */
import { BACKUP_LIMIT, openBackup } from "../../credentials/backup.js";
import { formatCode } from "../../credentials/codes.js";
import { areEqual } from "../../octets.js";
import { say } from "../../texts.js";
import { button, el, errorSummary, replace } from "../dom.js";
import { show } from "./registering.js";

/** @import { Registering } from "./registering.js" */

const ASKED = [2, 5]; // the third and the sixth group

/**
 * @param {Registering} state
 * @param {() => void} back
 * @param {() => void} next
 */
export function checkStep(state, back, next) {
  const outcome = el("div", {});
  const inputs = ASKED.map((group) => input(`group-${group}`));
  const form = el("form", { class: "sheet", novalidate: true, onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    const wrong = state.code ? wrongGroups(state.code, inputs.map(({ value }) => value)) : [];
    if (wrong.length === 0) next();
    else complain(outcome, wrong.map((group) => ({ text: say("Group %(number)s is another one. Look at what you kept.", { number: group + 1 }), field: `group-${group}` })));
  } },
    ...ASKED.map((group, index) => el("div", { class: "field" },
      el("label", { class: "form-label", for: `group-${group}` }, say("Group %(number)s of your code", { number: group + 1 })), inputs[index])),
    el("div", { class: "actions" }, el("button", { class: "btn btn-primary", type: "submit" }, say("Register")),
      button(say("Show the code again"), back)));
  show(state, say("Show that you have it"),
    el("p", { class: "lead" }, say("Type two groups of your code from what you wrote down or printed.")), outcome, form, fileForm(state, next));
}

/**
 * @param {Registering} state
 * @param {() => void} next
 */
function fileForm(state, next) {
  const outcome = el("div", {});
  const file = /** @type {HTMLInputElement} */ (el("input", { class: "form-control", id: "backup", type: "file" }));
  const phrase = /** @type {HTMLInputElement} */ (el("input", { class: "form-control", id: "backup-passphrase", type: "password", autocomplete: "off" }));
  const open = button(say("Open the file, and register"), () => void (async () => {
    if (await isBackup(state, file.files?.[0], phrase.value)) next();
    else complain(outcome, [{ text: say("This is not your backup file, or the passphrase is another one."), field: "backup" }]);
  })());
  return el("details", { class: "sheet" }, el("summary", {}, say("I have a backup file")), outcome,
    el("div", { class: "field" }, el("label", { class: "form-label", for: "backup" }, say("Backup file")), file),
    el("div", { class: "field" }, el("label", { class: "form-label", for: "backup-passphrase" }, say("Passphrase")), phrase),
    el("div", { class: "actions" }, open));
}

/**
 * @param {Registering} state
 * @param {File | undefined} file
 * @param {string} passphrase
 */
async function isBackup(state, file, passphrase) {
  if (!file || file.size > BACKUP_LIMIT || !state.code) return false;
  try {
    const opened = await openBackup(new Uint8Array(await file.arrayBuffer()), passphrase, state.electionId);
    return state.code !== null && areEqual(opened, state.code);
  } catch {
    return false;
  }
}

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (el("input", {
    class: "form-control mono", id, type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    maxlength: 12, dir: "ltr",
  }));
}

/**
 * @param {import("../../octets.js").Octets} code
 * @param {readonly string[]} typed
 */
export function wrongGroups(code, typed) {
  const groups = formatCode(code).split("-");
  return ASKED.filter((group, index) => forgive(typed[index]) !== groups[group]);
}

/** As codes are read (docs/spec/credentials.md, "Codes"). @param {string} typed */
function forgive(typed) {
  return typed.replaceAll(/[\s-]/g, "").replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())
    .replaceAll("O", "0").replaceAll(/[IL]/g, "1");
}

/**
 * @param {HTMLElement} outcome
 * @param {readonly {text: string, field: string}[]} problems
 */
function complain(outcome, problems) {
  const summary = errorSummary(say("There is a problem"), problems);
  replace(outcome, summary);
  summary.focus();
}
