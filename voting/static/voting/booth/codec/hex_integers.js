// SPDX-License-Identifier: AGPL-3.0-or-later
/** Integers of any size as minimal lower-case hexadecimal: the constants of a program (docs/spec/contests.md). */
import { NotHexInteger } from "../errors.js";

export const HEX_INTEGER_DIGITS = 4096;

const FORM = /^(?:0|-?[1-9a-f][0-9a-f]*)$/;

/**
 * @param {string} text
 * @returns {bigint} throws NotHexInteger
 */
export function hexInteger(text) {
  if (text.length > HEX_INTEGER_DIGITS || !FORM.test(text)) {
    throw new NotHexInteger("not a minimal lower-case hexadecimal integer");
  }
  return text.startsWith("-") ? -BigInt("0x" + text.slice(1)) : BigInt("0x" + text);
}
