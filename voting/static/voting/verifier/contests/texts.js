// SPDX-License-Identifier: AGPL-3.0-or-later
/** What people read, in several languages (docs/spec/contests.md, "Texts"). */
import { Refusal } from "../errors.js";

/** @typedef {import("../codec/fields.js").Fields} Fields */
/** @typedef {ReadonlyMap<string, string>} Texts by language, in the order of the tags */

const LANGUAGE = /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/;

/**
 * @param {Fields} fields
 * @param {string} key
 * @param {{ isEmptyAllowed?: boolean }} [rules]
 * @returns {Texts}
 */
export function readTexts(fields, key, rules) {
  const reader = fields.object(key);
  const texts = new Map([...reader.value.keys()].sort().map((language) => [language, reader.text(language, rules)]));
  if (!texts.size) throw new Refusal("contest", "InvalidTexts", "a text without a language");
  for (const language of texts.keys()) {
    if (!LANGUAGE.test(language)) throw new Refusal("contest", "InvalidTexts", "not a language tag in lower case", { computed: language });
  }
  return texts;
}

/**
 * @param {Texts} texts
 * @param {readonly string[]} languages the manifest's
 */
export function checkLanguages(texts, languages) {
  const expected = [...languages].sort().join(", ");
  const computed = [...texts.keys()].join(", ");
  if (computed !== expected) throw new Refusal("contest", "LanguageMismatch", "a text in other languages", { expected, computed });
}
