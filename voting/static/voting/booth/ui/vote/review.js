// SPDX-License-Identifier: AGPL-3.0-or-later
/** Everything that was chosen, the check code at once, and the two things that can be done with the ballot. */
import { say } from "../../texts.js";
import { codeBlock, copyButton, qrFigure } from "../code.js";
import { button, el, replace } from "../dom.js";
import { answersView } from "../questions/answered.js";

/** @import { Selections } from "../../casting.js" */
/** @import { Contest } from "../questions/state.js" */

/**
 * @param {{contests: readonly Contest[], selections: Selections, checkAddress: (code: string) => string,
 *   onchange: (index: number) => void, oncast: () => void, ontest: () => void}} given
 * @returns {{view: HTMLElement, seal: (code: string) => void, progress: (made: number, total: number) => void}}
 */
export function reviewView({ contests, selections, checkAddress, onchange, oncast, ontest }) {
  const change = (/** @type {number} */ index) =>
    button(say("Change"), () => onchange(index), { class: "btn btn-secondary btn-change", "aria-describedby": `answer-${index}` });
  const bar = /** @type {HTMLProgressElement} */ (el("progress", { max: 1, value: 0, "aria-label": say("Locking your ballot") }));
  const code = el("div", { class: "seal", role: "status" }, el("p", {}, say("Locking your ballot …")), bar);
  const actions = el("div", {});
  const view = el("div", {}, answersView(contests, selections, change), el("section", { class: "sheet", "aria-labelledby": "check-code" },
    el("h2", { id: "check-code" }, say("Your check code")), code), actions);
  return {
    view,
    progress: (made, total) => Object.assign(bar, { max: total, value: made }),
    seal: (found) => {
      replace(code, el("p", {}, say("Your ballot is locked. This code is for this very ballot: keep it, and with it you can check later that your ballot is on the public board. It does not show how you voted.")),
        codeBlock(found), copyButton(found),
        el("details", {}, el("summary", {}, say("Show it as a picture for another device")),
          qrFigure(checkAddress(found), say("Leads to the page that checks this code"))));
      replace(actions, el("div", { class: "actions actions-cast" },
        button(say("Cast my ballot"), oncast, { class: "btn btn-primary btn-cast", id: "cast" }),
        button(say("Test this ballot (it will not be counted)"), ontest, { id: "test" })));
    },
  };
}
