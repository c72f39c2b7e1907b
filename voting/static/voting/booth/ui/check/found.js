// SPDX-License-Identifier: AGPL-3.0-or-later
/** Steps 2 and 3 of checking: what was found and verified, and the one question to the voter. */
import { evidenceFile } from "../../engine/evidence.js";
import { formatCheckCode } from "../../credentials/codes.js";
import { say, sayMany, sayTime } from "../../texts.js";
import { codeBlock, qrFigure } from "../code.js";
import { button, download, el, notice } from "../dom.js";
import { grouped } from "../fingerprint.js";

/** @import { Head as Published } from "../../board/published.js" */
/** @import { Found } from "../../engine/server.js" */
/** @import { Evidence } from "../../engine/evidence.js" */

const OVER = ["closed", "checking", "tallied", "final"];

/** @typedef {{type: string, tracker: string, credential: string, seq: number, time: number, supersedes: string}} Checked */

/** @typedef {Published & {quorum: number}} Head `quorum`: how many witnesses had to sign it */
/** @typedef {"counts" | "ended" | "final" | "tested" | "revoked" | "replaced" | "refused"} Fate */

/** @param {Pick<Found, "state">} found @returns {boolean} whether the server says that voting is over: nothing is believed for it */
export function isOver({ state }) {
  return OVER.includes(state);
}

/**
 * @param {Pick<Checked, "type"> & {head: Pick<Head, "isClosed">}} checked
 * @param {Found} found
 * @returns {Fate} what becomes of the ballot, as things stand; "final" only after the closing entry, which the browser has checked
 */
export function fateOf({ type, head: { isClosed } }, { state, counts, later, revoked }) {
  if (type === "challenged") return "tested";
  if (revoked) return "revoked";
  if (later.length > 0) return "replaced";
  if (!counts) return "refused";
  if (isClosed) return "final";
  return isOver({ state }) ? "ended" : "counts";
}

/**
 * @param {{checked: Checked & {head: Head}, found: Found, reason: string, checkAddress: string, entryAddress: string, headsPage: string,
 *   onyes: () => void, onno: () => void}} given `reason`: why the code was revoked, in the registrar's signed words
 */
export function foundView({ checked, found, reason, checkAddress, entryAddress, headsPage, onyes, onno }) {
  const code = formatCheckCode(checked.tracker);
  return el("div", {},
    fateView(fateOf(checked, found), checked.head, found, reason),
    el("section", { class: "sheet", "aria-labelledby": "verified" },
      el("h2", { id: "verified" }, say("What this device has checked")),
      el("ul", { class: "checks" }, ...checksOf(checked).map((text) => el("li", {}, text))),
      el("p", { class: "soft" }, say("What nobody can check here is what the ballot says: it is locked, and only the sum of all ballots is ever opened. Whether a later ballot with the same code came in is the server's word; whoever verifies the whole board finds that out, too.")),
      el("p", {}, el("a", { href: entryAddress }, say("See the entry on the public board")))),
    el("section", { class: "sheet", "aria-labelledby": "question" },
      el("h2", { id: "question" }, say("Is this your code?")),
      codeBlock(code),
      el("div", { class: "actions" },
        button(say("Yes"), onyes, { class: "btn btn-primary", id: "yes" }),
        button(say("No – something is wrong"), onno, { id: "no" }))),
    boardView(checked.head, headsPage),
    el("details", {}, el("summary", {}, say("Check it on another device, or without this page")),
      qrFigure(checkAddress, say("Opens this check on another device")),
      el("p", {}, say("Or let an independent program verify the whole election; it needs nothing from this server but the public board:")),
      el("p", {}, el("a", { href: "/how-to-verify/" }, say("How to verify")))));
}

/**
 * Size and root of the board, for two people to compare: a server could show each of them another one.
 * @param {Head} head
 * @param {string} headsPage
 */
function boardView({ size, root, quorum }, headsPage) {
  return el("section", { class: "sheet", "aria-labelledby": "board" },
    el("h2", { id: "board" }, say("Is it the board that everybody sees?")),
    el("p", {}, say("The board that this device was shown has %(size)s entries, and this checksum over all of them:", { size })),
    el("p", {}, el("code", { id: "root", class: "fingerprint", dir: "ltr" }, ...grouped(root))),
    el("p", {}, quorum > 0
      ? sayMany("At least one witness has to sign the board, so that nobody can be shown another one. This device has checked that.",
        "At least %(count)s witnesses have to sign the board, so that nobody can be shown another one. This device has checked that.", quorum)
      : say("In this election no witness has to sign the board. That somebody is shown another one is found out only by people who compare.")),
    el("p", {}, say("Compare with somebody else, on another device and in another place: where the number of entries is the same, the checksum must be the same.")),
    el("p", {}, el("a", { href: headsPage }, say("See the checksums for all earlier numbers of entries"))));
}

/**
 * @param {Fate} fate
 * @param {Head} head
 * @param {Found} found
 * @param {string} reason
 */
function fateView(fate, { isClosed }, { later }, reason) {
  switch (fate) {
    case "tested": return notice("care", say("This ballot was a test"), el("p", {}, say("It is on the public board as a test, and it is never counted.")));
    case "revoked": return notice("care", say("This ballot does not count: its code was revoked"),
      el("p", {}, say("The registrar has revoked the code that it was cast with, and gives the reason: “%(reason)s” If you have a new code, vote again with that.", { reason })));
    case "replaced": return notice("care", say("This ballot was replaced by a later one"),
      el("p", {}, isClosed ? say("The later ballot counts, not this one. Its check code is:") : say("If voting ended now, the later ballot would count, not this one. Its check code is:")),
      codeBlock(formatCheckCode(later[later.length - 1].tracker)),
      el("p", {}, say("If you did not vote again, somebody else has your code: tell the people who run the election.")));
    case "refused": return notice("bad", say("This ballot does not hold"), el("p", {}, say("It is on the public board, but the server's check that decides refuses it, so it is not counted. Tell the people who run the election.")));
    case "final": return notice("good", say("Your ballot is on the public board, and it counts"), el("p", {}, say("Voting is over. This will not change any more.")));
    case "ended": return notice("good", say("Your ballot is on the public board"),
      el("p", {}, say("The server says that voting is over. The board's closing entry, which fixes that this ballot counts, is not there yet: check again later.")));
    default: return notice("good", say("Your ballot is on the public board"), el("p", {}, say("It counts unless you vote again before voting ends.")));
  }
}

/** @param {Checked & {head: Head}} checked */
function checksOf({ type, seq, time, head: { size, isClosed } }) {
  const common = [
    say("It is entry %(seq)s of the public board, and the board's key has signed that.", { seq }),
    say("The newest board that is published for everybody, of %(size)s entries, has it at this place, too.", { size }),
    ...(isClosed ? [say("The board's closing entry, after which no ballot counts, comes after it.")] : []),
    say("It came onto the board at %(when)s UTC or in the five minutes after.", { when: sayTime(time) }),
    say("The check code was computed anew from what is on the board, and it is the one that you gave."),
    say("It is signed with a voter's own code."),
  ];
  return type === "challenged" ? common : [...common, say("Its proof holds: every answer in it is one that the question allows.")];
}

/** @param {{fate: Fate, name: string, onagain: () => void}} given */
export function fineView({ fate, name, onagain }) {
  return el("div", {}, verdictView(fate, name),
    el("div", { class: "actions" }, button(say("Check another code"), onagain)));
}

/**
 * The voter has said that the code is theirs: what that means for a ballot that counts, and for one that does not.
 * @param {Fate} fate
 * @param {string} name whom to tell
 */
function verdictView(fate, name) {
  switch (fate) {
    case "tested": return notice("care", say("Your test is on the public board, and nothing of yours is counted by it"),
      el("p", {}, say("Cast your real ballot while voting is open, if you have not done so.")));
    case "revoked": return notice("care", say("Your ballot is on the public board, but it does not count"),
      el("p", {}, say("If you have a new code, vote with that while voting is open. If you have none, ask %(name)s.", { name })));
    case "replaced": return notice("care", say("Your ballot is on the public board, but a later one counts in its place"),
      el("p", {}, say("If you cast the later one, too, all is well: check that one now. If you did not, vote again while voting is open, and tell %(name)s.", { name })));
    case "refused": return notice("bad", say("Your ballot is on the public board, but it does not count"),
      el("p", {}, say("Vote again while voting is open, from another device, and tell %(name)s.", { name })));
    default: return notice("good", say("Your ballot is on the public board"), el("p", {}, say("It stands there unchanged: it has the check code that you were shown when you voted.")));
  }
}

/** @param {{evidence: Evidence, name: string, onagain: () => void}} given */
export function wrongView({ evidence, name, onagain }) {
  return el("div", {},
    notice("bad", say("It is good that you looked. Here is what you can do.")),
    el("ol", { class: "numbered" },
      el("li", {}, say("Compare once more with the code that you kept: the picture, the file or your note.")),
      el("li", {}, say("Save the file below. It holds the code that you gave and what the board answered; it does not show how you voted.")),
      el("li", {}, say("Tell %(name)s, and give them the file. While voting is open you can also vote again: only your last ballot counts.", { name }))),
    el("div", { class: "actions" },
      download(say("Save the file"), "veritally-evidence.json", evidenceFile(evidence)),
      button(say("Check another code"), onagain)));
}

/** @param {{code: string, name: string, evidence: Evidence, onagain: () => void}} given */
export function missingView({ code, name, evidence, onagain }) {
  return el("div", {},
    notice("bad", say("No ballot with this check code is on the public board"), codeBlock(code)),
    el("ul", {},
      el("li", {}, say("Is it a check code, and not the code that you voted with?")),
      el("li", {}, say("Is it for this election?")),
      el("li", {}, say("Did the page say “Your ballot is on the public board” when you voted? If not, it may never have arrived: vote again while voting is open."))),
    el("p", {}, say("If it did say so, tell %(name)s, and give them your receipt and this file.", { name })),
    el("div", { class: "actions" },
      button(say("Check another code"), onagain, { class: "btn btn-primary" }),
      download(say("Save the file"), "veritally-evidence.json", evidenceFile(evidence))));
}

/** @param {{name: string, error: string, evidence: Evidence, onagain: () => void}} given */
export function refutedView({ name, error, evidence, onagain }) {
  return el("div", {},
    notice("bad", say("The server's answer does not hold"), el("p", {}, say("What it sent does not prove that this ballot is on the public board.")),
      el("p", { class: "soft" }, say("For those who help you: %(name)s", { name: error }))),
    el("p", {}, say("Save the file, and tell %(name)s. Try again later, or from another device.", { name })),
    el("div", { class: "actions" },
      download(say("Save the file"), "veritally-evidence.json", evidenceFile(evidence)),
      button(say("Check another code"), onagain)));
}

/**
 * What the log has signed for this ballot, and what it publishes, are not shown to be one board.
 * @param {{name: string, error: string, evidence: Evidence, onagain: () => void}} given
 */
export function forkedView({ name, error, evidence, onagain }) {
  return el("div", {},
    notice("bad", say("This is not the board that everybody is shown"),
      el("p", {}, say("The board's key has signed that your ballot is on a board. But the server does not show that this is the board which it publishes for everybody: there, your ballot may be missing, and would then not be counted.")),
      el("p", { class: "soft" }, say("For those who help you: %(name)s", { name: error }))),
    el("p", {}, say("The file below holds what was signed of both. Save it, tell %(name)s, and give it to people who observe the election. Then check again from another device.", { name })),
    el("div", { class: "actions" },
      download(say("Save the proof"), "veritally-evidence.json", evidenceFile(evidence)),
      button(say("Check another code"), onagain)));
}

/**
 * The published board is older than what the log has signed for this ballot: for some seconds that is nobody's fault.
 * @param {{name: string, evidence: Evidence, onagain: () => void}} given
 */
export function unpublishedView({ name, evidence, onagain }) {
  return el("div", {},
    notice("care", say("The published board does not have this ballot yet"),
      el("p", {}, say("The board's key has signed that your ballot is on the board. The newest board that is published for everybody is older. Shortly after voting that may be so: check again in a minute."))),
    el("p", {}, say("If it stays so, save the file, and tell %(name)s.", { name })),
    el("div", { class: "actions" },
      button(say("Check again"), onagain, { class: "btn btn-primary" }),
      download(say("Save the file"), "veritally-evidence.json", evidenceFile(evidence))));
}

/** @param {{code: string, name: string, evidence: Evidence, onagain: () => void}} given */
export function brokenView({ code, name, evidence, onagain }) {
  return el("div", {},
    notice("bad", say("The board has broken its word"),
      el("p", {}, say("Your receipt holds: the board signed that it has this ballot. Now this server does not show it, or shows another entry in its place.")),
      codeBlock(code)),
    el("p", {}, say("The file below proves it to anybody. Save it, tell %(name)s, and give it to people who observe the election.", { name })),
    el("div", { class: "actions" },
      download(say("Save the proof"), "veritally-evidence.json", evidenceFile(evidence)),
      button(say("Check another code"), onagain)));
}
