// SPDX-License-Identifier: AGPL-3.0-or-later
/** Testing a ballot instead of casting it: asked first, then opened on another device. */
import { say } from "../../texts.js";
import { codeBlock, qrFigure } from "../code.js";
import { button, download, el, notice } from "../dom.js";
import { offerOpening } from "../openings.js";

const QR_LIMIT = 1200; // characters: larger codes are hard to photograph

/**
 * @param {{checkCode: string, ontest: () => void, onback: () => void}} given
 */
export function askTestView({ checkCode, ontest, onback }) {
  return el("div", { class: "sheet" },
    el("p", { class: "lead" }, say("A test shows whether this device locked into your ballot what you chose.")),
    el("ol", { class: "numbered" },
      el("li", {}, say("Write down or photograph the check code below.")),
      el("li", {}, say("Press “Test this ballot”. This ballot is then opened, and it can never be counted.")),
      el("li", {}, say("On another device you see what it says, and compare the check code.")),
      el("li", {}, say("Then you make your real ballot. It gets another check code."))),
    codeBlock(checkCode),
    el("div", { class: "actions" },
      button(say("Test this ballot (it will not be counted)"), ontest, { class: "btn btn-primary", id: "test" }),
      button(say("Back"), onback)));
}

/**
 * @param {{checkCode: string, address: string, page: string, opening: string, onagain: () => void}} given `address` of the page that
 *   opens it, with the opening, for another device; `page`: without; `opening`: "" if the page was left meanwhile, and what
 *   opens the ballot went with it
 */
export function testedView({ checkCode, address, page, opening, onagain }) {
  return el("div", {},
    notice("care", say("This ballot was a test and will never be counted"), el("p", {}, say("You have not voted with it."))),
    opening
      ? openingView({ checkCode, address, page, opening })
      : el("p", { class: "sheet" }, say("It cannot be opened any more: this page was left in the meantime, and forgot what opens it. If you want to test again, make another ballot.")),
    el("section", { "aria-labelledby": "real" },
      el("h2", { id: "real" }, say("Now cast your real ballot")),
      el("p", {}, say("Your choices are still there. They are locked anew, with another check code.")),
      el("div", { class: "actions" }, button(say("Go on to your real ballot"), onagain, { class: "btn btn-primary", id: "again" }))));
}

/** @param {{checkCode: string, address: string, page: string, opening: string}} given */
function openingView({ checkCode, address, page, opening }) {
  const offer = () => offerOpening(page, opening);
  const file = new Blob([`${opening}\n`], { type: "text/plain" });
  return el("section", { class: "sheet", "aria-labelledby": "open" },
    el("h2", { id: "open" }, say("Open it on another device")),
    el("p", {}, say("Point another device's camera at this picture, or carry the file over. What you see there is how this ballot was filled in: show it to nobody.")),
    address.length <= QR_LIMIT ? qrFigure(address, say("Opens the tested ballot")) : null,
    el("p", {}, say("It must show your choices and this check code:")),
    codeBlock(checkCode),
    el("div", { class: "actions" }, download(say("Save the file"), "veritally-test.txt", file),
      el("a", { class: "btn btn-secondary", href: page, target: "_blank", rel: "noreferrer", onclick: offer, onauxclick: offer }, say("Open it here, in another tab"))));
}
