// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Crockford's Base32 with its check character, for 120 bits that people read, type and paste
 * (docs/spec/credentials.md, "Codes"): voters' codes, which are secret, and check codes (docs/spec/record.md, "Tracker").
 * Their check characters differ, so that neither is ever taken for the other.
 *
 * A refusal never repeats what was typed: it may be a secret.
 */
import { BadCodeValue, ForbiddenCodeCharacter, WrongCheckCharacter, WrongCodeLength } from "../errors.js";
import { fromHex, fromInteger, toHex, toInteger } from "../octets.js";

/** @import { Octets } from "../octets.js" */

/** @typedef {"check" | "voting"} Kind */

export const CODE_OCTETS = 15;
export const MAX_TYPED = 200; // code points

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHECK_ALPHABET = ALPHABET + "*~$=U";
const DIGITS = 24;
/** What is added to a code's value before its check character is taken. */
const KINDS = Object.freeze({ check: 0n, voting: 18n });
const IGNORED = /[ \t\r\n\u00a0\-\u2010\u2011\u2012\u2013\u2212]/g;

/**
 * @param {Octets} value 15 octets; BadCodeValue for another number of them
 * @returns {string} a voting code: six groups of four and the check character
 */
export function formatCode(value) {
  return format(value, "voting");
}

/**
 * @param {Octets} value
 * @param {Kind} kind
 */
function format(value, kind) {
  if (value.length !== CODE_OCTETS) {
    throw new BadCodeValue("a code stands for 15 octets", { expected: CODE_OCTETS, computed: value.length });
  }
  const number = toInteger(value);
  const digits = Array.from({ length: DIGITS }, (_, place) => ALPHABET[digitAt(number, DIGITS - 1 - place)]);
  return digits.join("").replaceAll(/.{4}/g, "$&-") + checkCharacter(number, kind);
}

/**
 * Reads a voting code that somebody typed: forgives case, spaces, hyphens, O for 0, I and L for 1; nothing else.
 * @param {string} text throws WrongCodeLength, ForbiddenCodeCharacter (computed: the position) or WrongCheckCharacter
 *   (computed: "check" if it would be a check code)
 * @returns {Octets} 15 octets
 */
export function parseCode(text) {
  return read(text, "voting");
}

/**
 * @param {string} text
 * @param {Kind} kind
 */
function read(text, kind) {
  if (text.length > MAX_TYPED && [...text].length > MAX_TYPED) {
    throw new WrongCodeLength("this is too long to be a code", { expected: DIGITS + 1 });
  }
  const symbols = [...text.replaceAll(IGNORED, "")].map(forgive);
  if (symbols.length !== DIGITS + 1) {
    throw new WrongCodeLength("a code has six groups of four characters and one more", {
      expected: DIGITS + 1, computed: symbols.length,
    });
  }
  const number = symbols.slice(0, DIGITS).reduce((found, symbol, index) => {
    return (found << 5n) | BigInt(placeIn(ALPHABET, symbol, index + 1));
  }, 0n);
  placeIn(CHECK_ALPHABET, symbols[DIGITS], DIGITS + 1);
  if (symbols[DIGITS] !== checkCharacter(number, kind)) {
    const other = kind === "check" ? "voting" : "check";
    const computed = symbols[DIGITS] === checkCharacter(number, other) ? other : undefined;
    throw new WrongCheckCharacter("one or more characters are wrong or have changed places", { expected: kind, computed });
  }
  return fromInteger(number, CODE_OCTETS);
}

/**
 * @param {string} tracker 64 hexadecimal digits
 * @returns {string} what people see of it
 */
export function formatCheckCode(tracker) {
  return format(fromHex(tracker).slice(0, CODE_OCTETS), "check");
}

/**
 * @param {string} text what somebody typed; throws as parseCode (WrongCheckCharacter's computed: "voting" for a voting code)
 * @returns {string} the first 30 hexadecimal digits of the tracker
 */
export function parseCheckCode(text) {
  return toHex(read(text, "check"));
}

/**
 * @param {bigint} number
 * @param {number} place
 */
function digitAt(number, place) {
  return Number((number >> BigInt(5 * place)) & 31n);
}

/**
 * @param {bigint} number
 * @param {Kind} kind
 */
function checkCharacter(number, kind) {
  return CHECK_ALPHABET[Number((number + KINDS[kind]) % 37n)];
}

/**
 * ASCII only: toUpperCase() would turn the dotless ı into I and the long ſ into S.
 * @param {string} symbol
 */
function forgive(symbol) {
  const upper = /^[a-z]$/.test(symbol) ? symbol.toUpperCase() : symbol;
  if (upper === "O") return "0";
  return upper === "I" || upper === "L" ? "1" : upper;
}

/**
 * @param {string} alphabet
 * @param {string} symbol
 * @param {number} position
 */
function placeIn(alphabet, symbol, position) {
  const place = alphabet.indexOf(symbol);
  if (place < 0) {
    throw new ForbiddenCodeCharacter(`character ${position} is not one that codes use`, { computed: position });
  }
  return place;
}
