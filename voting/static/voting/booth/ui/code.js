// SPDX-License-Identifier: AGPL-3.0-or-later
/** A check code as people see it: six groups of four and a check character, to read, copy and point a camera at. */
import { say } from "../texts.js";
import { button, el } from "./dom.js";
import { qrPicture } from "./qr.js";

/**
 * @param {string} code
 * @returns {HTMLElement} copied by hand, it is one word with hyphens
 */
export function codeBlock(code) {
  const groups = code.split("-").map((group) => el("li", {}, group));
  return el("ol", { class: "check-code", dir: "ltr", "aria-label": say("Check code: %(code)s", { code: spell(code) }) }, ...groups);
}

/**
 * @param {string} code
 * @returns {HTMLElement}
 */
export function copyButton(code) {
  const said = el("span", { role: "status", class: "copied" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      said.textContent = say("Copied.");
    } catch {
      said.textContent = say("This browser does not let the page copy. Select the code and copy it by hand.");
    }
  };
  return el("span", { class: "copy" }, button(say("Copy the check code"), copy), said);
}

/**
 * @param {string} address
 * @param {string} caption
 * @returns {HTMLElement}
 */
export function qrFigure(address, caption) {
  return el("figure", { class: "qr" }, qrPicture(address, caption), el("figcaption", {}, caption));
}

/** @param {string} code read letter by letter */
function spell(code) {
  return [...code.replaceAll("-", "")].join(" ");
}
