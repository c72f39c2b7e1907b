// SPDX-License-Identifier: AGPL-3.0-or-later
/** While the board's answer is awaited, and when it does not come. */
import { evidenceFile } from "../../engine/evidence.js";
import { say } from "../../texts.js";
import { codeBlock, copyButton } from "../code.js";
import { button, download, el, notice } from "../dom.js";
import { refusal } from "./ending.js";

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
 * @param {{fate: Fate, why: string, code: string, isKept: boolean, evidence: Evidence, checkAddress: string, onretry: () => void,
 *   onagain: () => void}} given `code`: of the refusal that was signed, "" for none; `isKept`: whether a reload sends the ballot again
 */
export function unconfirmedView({ fate, why, code, isKept, evidence, checkAddress, onretry, onagain }) {
  const isLie = why === "bad-receipt" || why === "bad-refusal";
  const isRefused = why === "refused";
  return el("div", {},
    notice(isLie ? "bad" : "care", unconfirmedTitle(why), el("p", {}, reason(why)), isRefused && el("p", {}, refusal(code)), fate === "ballot" &&
      el("p", {}, say("Your ballot was sent, and it may still be counted. Sending it again sends the same ballot: it can never count twice.")),
    fate === "ballot" && !isKept && el("p", {}, say("Keep this page open, and do not reload it: your browser did not let the page keep the ballot for that.")),
    fate === "challenged" && el("p", {}, say("You need not wait for the test: you can go on to your real ballot. It gets another check code."))),
    el("div", { class: "actions" }, button(say("Send it again"), onretry, { class: "btn btn-primary", id: "retry" }),
      fate === "ballot"
        ? el("a", { class: "btn btn-secondary", href: checkAddress, target: "_blank", rel: "noreferrer" }, say("Check my ballot"))
        : button(say("Go on to your real ballot"), onagain, { id: "again" }),
      isRefused && code !== "not-open" ? button(say("Vote again"), onagain, { id: "again" }) : null),
    el("section", { class: "sheet", "aria-labelledby": "keep" },
      el("h2", { id: "keep" }, say("Keep this check code")),
      codeBlock(evidence.checkCode), copyButton(evidence.checkCode),
      el("p", {}, say("If it does not work in the end: look for your ballot with “Check my ballot”, vote from another device, or tell the people who run the election. This file helps them to find out what happened; it does not show how you voted.")),
      el("div", { class: "actions" }, download(say("Save what was sent and answered"), "veritally-evidence.json", evidenceFile({ ...evidence, why })))));
}

/** @param {string} why */
function unconfirmedTitle(why) {
  if (why === "refused") return say("The server now says that it does not take your ballot");
  return why === "bad-receipt" || why === "bad-refusal" ? say("The server's answer does not hold") : say("There is no answer yet");
}

/** @param {string} why */
function reason(why) {
  switch (why) {
    case "refused": return say("It signed that, and does not show your ballot on the public board. But the ballot had been sent before without an answer, and may have been taken then. Save what was answered, and look for your ballot later.");
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
