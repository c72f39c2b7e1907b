// SPDX-License-Identifier: AGPL-3.0-or-later
/** Texts of the election, as its officials wrote them: in the reader's language if there is one, marked as it is. */
import { textIn } from "../contests/texts.js";
import { language } from "../texts.js";
import { el } from "./dom.js";

/** @import { Texts } from "../contests/texts.js" */

/** @type {readonly string[]} */
let languages = [];

/** @param {readonly string[]} known the manifest's, the default first */
export function useLanguages(known) {
  languages = known;
}

/**
 * @param {Texts} texts
 * @returns {string}
 */
export function plain(texts) {
  return textIn(texts, [language(), ...languages]);
}

/**
 * @param {Texts} texts
 * @returns {HTMLElement} isolated, so that its direction cannot disturb its neighbours
 */
export function shown(texts) {
  const found = [language(), ...languages].find((known) => texts.has(known)) ?? "";
  return el("bdi", { lang: found || undefined }, plain(texts));
}
