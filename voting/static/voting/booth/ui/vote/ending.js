// SPDX-License-Identifier: AGPL-3.0-or-later
/** How voting ends: on the board, refused, or overtaken by another ballot of the same code. */
import { evidenceFile } from "../../engine/evidence.js";
import { say, sayMany, sayTime } from "../../texts.js";
import { codeBlock, copyButton, qrFigure } from "../code.js";
import { button, download, el, notice } from "../dom.js";

/** @import { Evidence } from "../../engine/evidence.js" */

/**
 * @param {{checkCode: string, checkAddress: string, receipt: string, seq: number, left: number, closes: number, onagain: () => void}} given
 */
export function confirmedView({ checkCode, checkAddress, receipt, seq, left, closes, onagain }) {
  const file = new Blob([receipt], { type: "application/json" });
  return el("div", {},
    el("section", { class: "sheet", "aria-labelledby": "keep" },
      el("h2", { id: "keep" }, say("Keep your check code")),
      el("p", {}, say("It is entry %(seq)s of the public board. This device has checked the board's signed receipt. You can check again at any time, from any device.", { seq })),
      codeBlock(checkCode), copyButton(checkCode),
      qrFigure(checkAddress, say("Leads to the page that checks this code")),
      el("div", { class: "actions" },
        el("a", { class: "btn btn-primary", href: checkAddress }, say("Check my ballot")),
        download(say("Save the receipt"), "veritally-receipt.json", file),
        button(say("Print"), () => globalThis.print()))),
    left > 0 && el("section", { "aria-labelledby": "change" },
      el("h2", { id: "change" }, say("If you change your mind")),
      el("p", {}, sayMany("Until voting ends you can vote once more. Your last ballot counts, and only that one.",
        "Until voting ends you can vote %(count)s more times. Your last ballot counts, and only that one.", left)),
      el("p", { class: "soft" }, say("Voting ends: %(when)s UTC.", { when: sayTime(closes) })),
      el("div", { class: "actions" }, button(say("Vote again"), onagain, { id: "again" }))),
    el("p", { class: "soft" }, say("Your choices have been removed from this device. You can close this page.")));
}

/**
 * @param {{code: string, evidence: Evidence, checkAddress: string, onagain: () => void}} given
 */
export function refusedView({ code, evidence, checkAddress, onagain }) {
  const isSpent = code === "limit-reached";
  return el("div", {},
    notice(isSpent ? "" : "bad", say("This ballot is not counted"), el("p", {}, refusal(code))),
    el("div", { class: "actions" },
      isSpent && evidence.checkCode ? el("a", { class: "btn btn-primary", href: checkAddress }, say("Check my ballot")) : null,
      isSpent ? null : button(say("Vote again"), onagain, { class: "btn btn-primary", id: "again" }),
      evidence.sent ? download(say("Save the signed refusal"), "veritally-evidence.json", evidenceFile({ ...evidence, why: code })) : null));
}

/**
 * @param {{rival: string, onagain: () => void}} given `rival`: the check code that is on the board, "" if not known
 */
export function staleView({ rival, onagain }) {
  return el("div", {},
    notice("care", say("Another ballot with your code came first"), el("p", {}, say("So this one was not taken. Did you vote on another device, or in another tab? Then that ballot counts, and you need do nothing.")),
      el("p", {}, say("If you did not, somebody else has your code: vote again now, which replaces that ballot, and tell the people who run the election."))),
    rival && el("section", { class: "sheet", "aria-labelledby": "rival" },
      el("h2", { id: "rival" }, say("The ballot that came first has this check code")), codeBlock(rival)),
    el("div", { class: "actions" }, button(say("Vote again, and replace it"), onagain, { class: "btn btn-primary", id: "again" })));
}

/** @param {string} code */
function refusal(code) {
  switch (code) {
    case "limit-reached": return say("You have cast all the ballots that this election allows for one code. The last of them counts.");
    case "not-open": return say("Voting is not open any more.");
    case "not-on-roll": return say("Your code is not on the list of voters of this election.");
    case "revoked": return say("The registrar has revoked your code. If you have a new one, vote with that.");
    case "was-challenged": return say("This ballot was tested, so it can never be counted. Make a new one.");
    case "already-cast": return say("This ballot is on the public board already.");
    case "too-many-challenges": return say("You have tested as many ballots as can be tested with one code.");
    default: return say("The server refused it (%(code)s). Your choices are safe: make a new ballot, and if it happens again tell the people who run the election.", { code });
  }
}
