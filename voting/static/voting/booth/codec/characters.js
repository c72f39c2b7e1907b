// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which characters texts and names of keys may hold (docs/spec/board.md, "Characters").
 *
 * Tables of one version of Unicode, not the browser's: all who read an election must agree on it.
 */
import { UNASSIGNED, UNPRINTED } from "./unicode14.js";

// Controls, bidirectional marks, line separators, deprecated format characters, lone surrogates, byte order mark.
const UNFIT = "0-1f 7f-9f 61c 200e 200f 2028-202e 2066-206f d800-dfff feff";

/** @param {string[]} tables */
function pattern(...tables) {
  const codes = tables.join(" ").replaceAll(/[0-9a-f]+/g, "\\u{$&}").replaceAll(" ", "");
  return new RegExp(`[${codes}]`, "u");
}

const forbidden = pattern(UNFIT, UNASSIGNED);
const forbiddenInNames = pattern("2b", UNPRINTED, UNASSIGNED); // a plus sign ends the name

/** @param {string} text */
export function isTextFit(text) {
  return /^[ -~]*$/.test(text) || !forbidden.test(text);
}

/** @param {string} name */
export function isNameFit(name) {
  return !forbiddenInNames.test(name);
}
