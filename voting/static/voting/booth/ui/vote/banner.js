// SPDX-License-Identifier: AGPL-3.0-or-later
/** What stands above every step of voting until the board's receipt has been verified. */
import { say } from "../../texts.js";
import { el } from "../dom.js";

/** @import { Banner } from "../../engine/flow.js" */

/**
 * @param {Banner} banner
 * @param {string} counting the check code of the ballot that counts so far, "" for none
 */
export function bannerView(banner, counting) {
  if (banner === "none") return null;
  const [kind, text] = {
    "not-known": ["", say("Give your code to see whether you have voted before.")],
    "not-voted": ["", say("You have not voted yet.")],
    "voted-before": ["", say("You have voted before. What you choose now counts only once you have cast it.")],
    "not-confirmed": ["", say("Sent, not confirmed: it may still be counted.")],
    "on-board": ["booth-banner-good", say("Your ballot is on the public board.")],
  }[banner];
  const code = banner === "voted-before" && counting &&
    el("span", {}, " ", say("The ballot that counts so far has this check code:"), " ", el("bdi", { dir: "ltr", class: "counting" }, counting));
  return el("p", { class: `booth-banner ${kind}`, "data-banner": banner }, el("span", {}, text, code));
}
