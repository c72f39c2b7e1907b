// SPDX-License-Identifier: AGPL-3.0-or-later
/** When a page cannot begin: what is missing, and what to do. */
import { evidenceFile } from "../engine/evidence.js";
import { AnotherElection, Stopped } from "../errors.js";
import { say } from "../texts.js";
import { button, download, el, notice } from "./dom.js";
import { grouped } from "./fingerprint.js";

/** @import { Lack } from "../engine/support.js" */
/** @import { Page } from "./page.js" */

/**
 * @param {Page} page
 * @param {Lack} lack
 */
export function showLack(page, lack) {
  const what = {
    "secure-context": say("The connection to this page is not protected. Open it with https:// at the beginning of its address."),
    worker: say("This browser cannot work in the background, which this page needs."),
    ed25519: say("This browser cannot sign a ballot: it is too old, or it is set to be very strict."),
  };
  page.show(say("This browser cannot be used here"), [
    el("p", { class: "lead" }, what[lack]),
    el("p", {}, say("Update it, or use another browser or another device. Your code has not been used: nothing is lost.")),
  ]);
}

/**
 * @param {Page} page
 * @param {unknown} error
 */
export function showBroken(page, error) {
  if (error instanceof AnotherElection) {
    showAnother(page, error);
    return;
  }
  const isStopped = error instanceof Stopped;
  const isOffline = isStopped || error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
  const nothing = isStopped
    ? say("A part of this page could not be loaded, or it was stopped. Perhaps the connection was lost.")
    : say("There is no connection to the server at the moment.");
  const why = isOffline ? nothing : say("What the server sent is not this election as it stands on the public board, so this page does not go on. Tell the people who run the election.");
  page.show(say("The election could not be opened"), [
    notice(isOffline ? "care" : "bad", isOffline ? say("No connection") : say("Something is wrong"), el("p", {}, why)),
    el("div", { class: "actions" }, button(say("Try again"), () => globalThis.location.reload(), { class: "btn btn-primary" })),
    isOffline ? null : el("p", { class: "soft" }, say("For those who help you: %(name)s", { name: error instanceof Error ? error.name : "?" })),
  ]);
}

/**
 * The server gave another election than the one that the link names.
 * @param {Page} page
 * @param {AnotherElection} error
 */
function showAnother(page, { expected, computed }) {
  const [named, given] = [String(expected), String(computed)];
  const { manifest, key, opening } = page.data;
  const answer = { expected: named, manifest, key, opening };
  page.frame = { above: null, below: null };
  page.show(say("This is another election"), [
    notice("bad", say("Do not go on, and type no code here"),
      el("p", {}, say("The server shows another election than the one that your link is for. Nothing was sent. Tell the people who run the election, and give them the file."))),
    el("dl", {}, el("dt", {}, say("The fingerprint in your link")), el("dd", {}, el("code", { class: "fingerprint", dir: "ltr" }, ...grouped(named))),
      el("dt", {}, say("The fingerprint of what the server sent")), el("dd", {}, el("code", { class: "fingerprint", dir: "ltr" }, ...grouped(given)))),
    el("div", { class: "actions" },
      download(say("Save the file"), "veritally-evidence.json", evidenceFile({ fingerprint: given, checkCode: "", why: "another-election", answer }))),
  ]);
}
