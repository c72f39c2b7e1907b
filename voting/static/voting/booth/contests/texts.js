// SPDX-License-Identifier: AGPL-3.0-or-later
/** One text in several languages (docs/spec/contests.md, "Texts"). */
import { InvalidTexts, LanguageMismatch } from "../errors.js";

/** @import { Fields } from "../codec/fields.js" */

/** @typedef {ReadonlyMap<string, string>} Texts language → text */

const LANGUAGE = /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/; // a BCP 47 tag in lower case

/**
 * @param {Fields} fields
 * @param {string} key
 * @param {{empty?: boolean}} [allowed] whether a text may be empty
 * @returns {Texts} throws InvalidTexts or a codec's refusal
 */
export function readTexts(fields, key, { empty = false } = {}) {
  const part = fields.object(key);
  const languages = part.keys();
  const texts = new Map(languages.map((language) => [language, part.text(language, { empty })]));
  if (languages.length === 0) throw new InvalidTexts(`${part.name}: a text without a language`);
  if (!languages.every((language) => LANGUAGE.test(language))) {
    throw new InvalidTexts(`${part.name}: not a language tag in lower case`);
  }
  return texts;
}

/**
 * @param {Texts} texts
 * @param {readonly string[]} languages throws LanguageMismatch unless it exists in exactly these
 */
export function checkLanguages(texts, languages) {
  if (texts.size !== languages.length || !languages.every((language) => texts.has(language))) {
    throw new LanguageMismatch("a text in other languages", { expected: languages, computed: [...texts.keys()] });
  }
}

/**
 * @param {Texts} texts
 * @param {readonly string[]} preferred the reader's language, then those of the manifest, in order
 * @returns {string}
 */
export function textIn(texts, preferred) {
  const found = preferred.find((language) => texts.has(language)) ?? [...texts.keys()][0];
  return texts.get(found) ?? "";
}
