// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The characters that no text, and those that no name of a key may hold (docs/spec/board.md, "Characters").
 *
 * By the tables of one version of Unicode: a verdict must not depend on which version this browser has.
 */
import { UNASSIGNED, UNPRINTED } from "./unicode14.js";

const INVISIBLE = "0-1f 7f-9f 61c 200e 200f 2028-202e 2066-206f d800-dfff feff"; // or able to turn the direction of writing
const PLUS = "2b"; // it ends a name

/** Global: for replacing; `test` would remember where it stood. */
export const FORBIDDEN = anyOf(`${INVISIBLE} ${UNASSIGNED}`);
const FORBIDDEN_IN_NAMES = anyOf(`${PLUS} ${UNPRINTED} ${UNASSIGNED}`);
const PRINTED_ASCII = /^[ -~]*$/; // nearly all texts of a record

/** @param {string} ranges */
function anyOf(ranges) {
  const parts = ranges.split(" ").map((range) => range.split("-").map((code) => `\\u{${code}}`).join("-"));
  return new RegExp(`[${parts.join("")}]`, "gu");
}

/**
 * @param {string} text
 * @returns {string} the first forbidden character; "" if there is none
 */
export function forbiddenIn(text) {
  if (PRINTED_ASCII.test(text)) return "";
  const at = text.search(FORBIDDEN);
  return at < 0 ? "" : String.fromCodePoint(/** @type {number} */ (text.codePointAt(at)));
}

/** @param {string} name */
export function isName(name) {
  return name.search(FORBIDDEN_IN_NAMES) < 0;
}
