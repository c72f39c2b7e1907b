// SPDX-License-Identifier: AGPL-3.0-or-later
/** What stands above and below every step: whether the election is a rehearsal, and which election it is. */
import { say } from "../texts.js";
import { el } from "./dom.js";
import { shown } from "./election_text.js";

/** @import { Texts } from "../contests/texts.js" */

const SHORT = 16; // hexadecimal digits: 64 bits

/** @returns {HTMLElement} */
export function rehearsalView() {
  return el("p", { class: "booth-banner", "data-rehearsal": true }, say("This is a rehearsal: it does not count."));
}

/**
 * @param {{title: Texts, fingerprint: string}} election as this device has computed and checked it
 * @returns {HTMLElement}
 */
export function fingerprintView({ title, fingerprint }) {
  return el("aside", { class: "booth-election", "aria-label": say("Which election this is") },
    el("p", {}, el("strong", {}, shown(title)), el("br"), say("Fingerprint:"), " ",
      el("code", { id: "fingerprint", class: "fingerprint", dir: "ltr" }, ...grouped(fingerprint.slice(0, SHORT)))),
    el("p", { class: "soft" }, say("Compare it with the beginning of the fingerprint in the letter, the newspaper or a notice: if it differs, go no further, and tell the people who run the election.")));
}

/**
 * @param {string} digits
 * @returns {HTMLElement[]} in fours for the eye; copied, it is one word
 */
export function grouped(digits) {
  return (digits.match(/.{1,4}/g) ?? []).flatMap((group) => [el("span", {}, group), el("wbr")]);
}
