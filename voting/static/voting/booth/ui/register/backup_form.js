// SPDX-License-Identifier: AGPL-3.0-or-later
/** A backup file in place of paper: a passphrase twice, then the file. It is opened again before it is handed out. */
import { LEAST_PASSPHRASE, openBackup, sealBackup } from "../../credentials/backup.js";
import { areEqual } from "../../octets.js";
import { say } from "../../texts.js";
import { button, el, errorSummary, notice, replace, saveFile } from "../dom.js";

/** @import { Registering } from "./registering.js" */

/** @param {Registering} state */
export function backupForm(state) {
  const [first, second] = [field("passphrase", say("A passphrase of at least 12 characters")),
    field("passphrase-again", say("The same again"))];
  const outcome = el("div", { id: "backup-outcome" });
  const save = button(say("Save the backup file"), () => void seal(state, first.input, second.input, outcome));
  return el("details", { class: "sheet" }, el("summary", {}, say("Keep it as a file as well")),
    el("p", {}, say("The file can only be opened with your passphrase. Nobody can tell you the passphrase if you forget it.")),
    outcome, first.row, second.row, el("div", { class: "actions" }, save));
}

/**
 * @param {string} id
 * @param {string} label
 */
function field(id, label) {
  const input = /** @type {HTMLInputElement} */ (el("input", { class: "form-control", id, type: "password", autocomplete: "new-password" }));
  return { input, row: el("div", { class: "field" }, el("label", { class: "form-label", for: id }, label), input) };
}

/**
 * @param {Registering} state
 * @param {HTMLInputElement} first
 * @param {HTMLInputElement} second
 * @param {HTMLElement} outcome
 */
async function seal(state, first, second, outcome) {
  const problem = problemOf(first.value, second.value);
  if (problem) {
    const summary = errorSummary(say("There is a problem"), [problem]);
    replace(outcome, summary);
    summary.focus();
    return;
  }
  if (!state.code) return;
  const file = await sealBackup(state.code, first.value, state.electionId);
  const opened = await openBackup(file, first.value, state.electionId);
  if (!state.code || !areEqual(opened, state.code)) return;
  opened.fill(0);
  saveFile(`backup-${state.root.dataset.slug}.json`, new Blob([file], { type: "application/json" }));
  [first.value, second.value] = ["", ""];
  const said = notice("good", say("The backup file is saved"), el("p", {}, say("Look for it among your downloads.")));
  said.setAttribute("role", "status");
  replace(outcome, said);
}

/**
 * @param {string} first
 * @param {string} second
 */
function problemOf(first, second) {
  if ([...first.normalize("NFC")].length < LEAST_PASSPHRASE) {
    return { text: say("The passphrase is too short: it needs at least 12 characters."), field: "passphrase" };
  }
  return first === second ? null : { text: say("The two passphrases differ."), field: "passphrase-again" };
}
