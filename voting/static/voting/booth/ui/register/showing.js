// SPDX-License-Identifier: AGPL-3.0-or-later
/** The step that shows the code, to be written down or printed, or to be kept as a backup file. */
import { formatCode } from "../../credentials/codes.js";
import { say } from "../../texts.js";
import { button, el } from "../dom.js";
import { backupForm } from "./backup_form.js";
import { show } from "./registering.js";

/** @import { Registering } from "./registering.js" */

/**
 * @param {Registering} state
 * @param {() => void} next
 */
export function codeStep(state, next) {
  if (!state.code) return;
  const groups = formatCode(state.code).split("-").map((group) => el("li", {}, group));
  show(state, say("Your code"),
    el("p", { class: "lead" }, say("Write it down or print it, and keep it where only you can find it. It is shown only now.")),
    el("ol", { class: "check-code", dir: "ltr", "aria-label": say("Your code") }, ...groups),
    el("p", {}, say("Whoever has this code can vote in your place. There are no letters I, L, O and U in it.")),
    el("div", { class: "actions" },
      button(say("I have kept it"), next, { class: "btn btn-primary" }),
      button(say("Print"), () => globalThis.print())),
    backupForm(state));
}
