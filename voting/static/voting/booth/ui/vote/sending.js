// SPDX-License-Identifier: AGPL-3.0-or-later
/** While the board's answer is awaited, and when it does not come. */
import { evidenceFile } from "../../engine/evidence.js";
import { say } from "../../texts.js";
import { codeBlock, copyButton } from "../code.js";
import { button, download, el, notice } from "../dom.js";

/** @import { Fate } from "../../engine/flow.js" */
/** @import { Evidence } from "../../engine/evidence.js" */

/** @param {Fate} fate */
export function sendingView(fate) {
  const text = fate === "ballot"
    ? say("Your ballot is on its way. Please wait for the receipt: it takes a moment.")
    : say("The test is on its way to the public board. Please wait.");
  return el("div", { class: "sheet", role: "status" }, el("p", { class: "lead" }, text), el("progress", { "aria-label": say("Sending") }));
}

/**
 * @param {{fate: Fate, why: string, evidence: Evidence, checkAddress: string, onretry: () => void, onagain: () => void}} given
 */
export function unconfirmedView({ fate, why, evidence, checkAddress, onretry, onagain }) {
  const isLie = why === "bad-receipt" || why === "bad-refusal";
  const heading = isLie ? say("The server's answer does not hold") : say("There is no answer yet");
  return el("div", {},
    notice(isLie ? "bad" : "care", heading, el("p", {}, reason(why)), fate === "ballot" &&
      el("p", {}, say("Your ballot was sent, and it may still be counted. Sending it again sends the same ballot: it can never count twice.")),
    fate === "challenged" && el("p", {}, say("You need not wait for the test: you can go on to your real ballot. It gets another check code."))),
    el("div", { class: "actions" }, button(say("Send it again"), onretry, { class: "btn btn-primary", id: "retry" }),
      fate === "ballot"
        ? el("a", { class: "btn btn-secondary", href: checkAddress, target: "_blank", rel: "noreferrer" }, say("Check my ballot"))
        : button(say("Go on to your real ballot"), onagain, { id: "again" })),
    el("section", { class: "sheet", "aria-labelledby": "keep" },
      el("h2", { id: "keep" }, say("Keep this check code")),
      codeBlock(evidence.checkCode), copyButton(evidence.checkCode),
      el("p", {}, say("If it does not work in the end: look for your ballot with “Check my ballot”, vote from another device, or tell the people who run the election. This file helps them to find out what happened; it does not show how you voted.")),
      el("div", { class: "actions" }, download(say("Save what was sent and answered"), "veritally-evidence.json", evidenceFile({ ...evidence, why })))));
}

/** @param {string} why */
function reason(why) {
  switch (why) {
    case "busy": return say("The server has too much to do at the moment.");
    case "unwitnessed": return say("The server says that it has what was sent, but that not enough witnesses have signed for it yet.");
    case "failed": return say("The server says that it failed over what was sent.");
    case "undecided": return say("The server says that it is still looking at what was sent.");
    case "not-checked": return say("An answer came, but this device could not check it. Perhaps the connection was lost.");
    case "bad-answer": return say("The server's answer could not be read.");
    case "bad-receipt": return say("The server answered with a receipt that does not prove that your ballot is on the public board.");
    case "bad-refusal": return say("The server says that your ballot is not taken, but it did not sign that answer.");
    default: return say("No answer came from the server. Perhaps the connection was lost.");
  }
}
