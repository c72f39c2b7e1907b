// SPDX-License-Identifier: AGPL-3.0-or-later
/** How voting ends: on the board, refused, or overtaken by another ballot of the same code. */
import { evidenceFile } from "../../engine/evidence.js";
import { say, sayMany, sayTime } from "../../texts.js";
import { codeBlock, copyButton, qrFigure } from "../code.js";
import { button, download, el, notice } from "../dom.js";

/** @import { Evidence } from "../../engine/evidence.js" */
/** @import { Fate } from "../../engine/flow.js" */

/**
 * @param {{checkCode: string, checkAddress: string, receipt: {file: string, seq: number, time: number}, later: string, left: number | undefined, closes: number,
 *   onagain: () => void, onother: () => void}} given `later`: the check code of a ballot that replaced this one, "" for none;
 *   `left`: undefined if it is not proven how many ballots are left: then the voter is told that there are some
 */
export function confirmedView({ checkCode, checkAddress, receipt, later, left, closes, onagain, onother }) {
  const file = new Blob([receipt.file], { type: "application/json" });
  return el("div", {},
    later && notice("care", say("A later ballot with your code replaced this one"), el("p", {}, say("It counts, and this one does not. Its check code is:")),
      codeBlock(later), el("p", {}, say("If you did not vote again, somebody else has your code: tell the people who run the election."))),
    el("section", { class: "sheet", "aria-labelledby": "keep" },
      el("h2", { id: "keep" }, say("Keep your check code")),
      el("p", {}, say("It is entry %(seq)s of the public board. This device has checked the board's signed receipt. You can check again at any time, from any device.", { seq: receipt.seq })),
      codeBlock(checkCode), copyButton(checkCode),
      qrFigure(checkAddress, say("Leads to the page that checks this code")),
      el("p", { class: "on-paper" }, say("It came onto the board at %(when)s UTC or in the five minutes after.", { when: sayTime(receipt.time) })),
      el("p", { class: "on-paper" }, say("Check it at:"), " ", el("bdi", { dir: "ltr" }, checkAddress.replace(/#.*/, ""))),
      el("div", { class: "actions" },
        el("a", { class: "btn btn-primary", href: checkAddress }, say("Check my ballot")),
        download(say("Save the receipt"), "veritally-receipt.json", file),
        button(say("Print"), () => globalThis.print()))),
    left !== 0 && el("section", { class: "on-screen", "aria-labelledby": "change" },
      el("h2", { id: "change" }, say("If you change your mind")),
      el("p", {}, leftText(left)),
      el("p", { class: "soft" }, say("Voting ends: %(when)s UTC.", { when: sayTime(closes) })),
      el("div", { class: "actions" }, button(say("Vote again"), onagain, { id: "again" }))),
    el("p", { class: "soft on-screen" }, say("This page has removed your choices. You can close it. If you opened a link with your code in it, the link stays in this browser's history: on a device that others use, delete it there.")),
    otherVoter(onother));
}

/** @param {number | undefined} left */
function leftText(left) {
  if (left === undefined) return say("Until voting ends you can vote again. Your last ballot counts, and only that one.");
  return sayMany("Until voting ends you can vote once more. Your last ballot counts, and only that one.",
    "Until voting ends you can vote %(count)s more times. Your last ballot counts, and only that one.", left);
}

/**
 * Who comes back, and has no ballot left.
 * @param {{checkCode: string, checkAddress: string, onother: () => void}} given
 */
export function votedView({ checkCode, checkAddress, onother }) {
  return el("div", {},
    el("section", { class: "sheet", "aria-labelledby": "counts" },
      el("h2", { id: "counts" }, say("The ballot that counts has this check code")),
      el("p", {}, say("You have cast all the ballots that this election allows for one code. The last of them counts.")),
      codeBlock(checkCode), copyButton(checkCode),
      el("p", {}, say("This device has checked that it is on the public board, and signed with your code.")),
      el("div", { class: "actions" }, el("a", { class: "btn btn-primary", href: checkAddress }, say("Check my ballot")))),
    otherVoter(onother));
}

/** @param {() => void} onother */
function otherVoter(onother) {
  return el("div", { class: "actions" }, button(say("Vote with another code"), onother, { id: "other" }));
}

/**
 * @param {{fate: Fate, code: string, rival: string, evidence: Evidence, checkAddress: string, onagain: () => void, onother: () => void}} given
 *   `rival`: the check code of the ballot that counts instead, and `checkAddress` where it is checked; "" if not known
 */
export function refusedView({ fate, code, rival, evidence, checkAddress, onagain, onother }) {
  const isSpent = code === "limit-reached";
  const isOver = isSpent || code === "not-open";
  const again = fate === "ballot" ? say("Vote again") : say("Go on to your real ballot");
  return el("div", {},
    notice(isSpent || code === "already-cast" ? "" : "bad", refusalTitle(fate, code), el("p", {}, refusal(code))),
    rival && rivalView(say("The ballot that counts has this check code"), rival),
    el("div", { class: "actions" },
      isSpent && rival ? el("a", { class: "btn btn-primary", href: checkAddress }, say("Check my ballot")) : null,
      isOver ? null : button(again, onagain, { class: "btn btn-primary", id: "again" }),
      savedRefusal(evidence, code)),
    isOver && otherVoter(onother));
}

/**
 * @param {{rival: string, isDenied: boolean, evidence: Evidence, onagain: () => void, onlook: () => void}} given `rival`: the
 *   check code of this code's ballot that is on the board, "" for none so far; `isDenied`: the server does not prove one
 */
export function staleView({ rival, isDenied, evidence, onagain, onlook }) {
  return el("div", {},
    notice("care", say("Another ballot with your code came first"), el("p", {}, say("So this one was not taken. Did you vote on another device, or in another tab? Then that ballot counts, and you need do nothing.")),
      el("p", {}, say("If you did not, somebody else has your code: vote again now, which replaces that ballot, and tell the people who run the election."))),
    rivalOf(rival, isDenied),
    el("div", { class: "actions" },
      button(say("Vote again, and replace it"), onagain, { class: "btn btn-primary", id: "again" }),
      rival || isDenied ? null : button(say("Try again"), onlook, { id: "look" }),
      savedRefusal(evidence, "stale-supersedes")));
}

/**
 * What is known of the ballot that came first. A server that has no answer at the moment is not accused.
 * @param {string} rival
 * @param {boolean} isDenied
 */
function rivalOf(rival, isDenied) {
  if (rival) return rivalView(say("The ballot that came first has this check code"), rival);
  if (!isDenied) return el("p", {}, say("The server cannot show that ballot at the moment. Try again in a few minutes."));
  return notice("bad", say("The server does not prove that ballot"),
    el("p", {}, say("It signed that there is one, and does not show it. Save what it signed, and tell the people who run the election.")));
}

/**
 * @param {string} heading
 * @param {string} code
 */
function rivalView(heading, code) {
  return el("section", { class: "sheet", "aria-labelledby": "rival" }, el("h2", { id: "rival" }, heading), codeBlock(code));
}

/**
 * @param {Evidence} evidence
 * @param {string} why
 */
function savedRefusal(evidence, why) {
  return evidence.sent ? download(say("Save the signed refusal"), "veritally-evidence.json", evidenceFile({ ...evidence, why })) : null;
}

/**
 * @param {Fate} fate
 * @param {string} code
 */
function refusalTitle(fate, code) {
  if (code === "already-cast") return say("This ballot was cast already");
  return fate === "ballot" ? say("This ballot is not counted") : say("This test was not taken");
}

/** @param {string} code of a refusal that is signed */
export function refusal(code) {
  switch (code) {
    case "limit-reached": return say("You have cast all the ballots that this election allows for one code. The last of them counts.");
    case "not-open": return say("Voting is not open any more.");
    case "not-on-roll": return say("Your code is not on the list of voters of this election.");
    case "revoked": return say("The registrar has revoked your code. If you have a new one, vote with that.");
    case "was-challenged": return say("This ballot was tested, so it can never be counted. Make a new one.");
    case "already-cast": return say("This ballot is on the public board already.");
    case "too-many-challenges": return say("You have tested as many ballots as can be tested with one code.");
    default: return say("The server refused it (%(code)s). Make a new ballot, and if it happens again tell the people who run the election.", { code });
  }
}
