// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one spelling of a value as octets (docs/spec/board.md, "Canonical bytes").
 *
 * Whatever is not that spelling is refused: reading ends with writing the value again and comparing.
 */
import { Refusal } from "../errors.js";
import { forbiddenIn } from "./characters.js";
import { readJson } from "./json.js";
import { utf8 } from "./octets.js";

/** @typedef {import("./json.js").Value} Value */
/** @typedef {import("./json.js").JsonObject} JsonObject */

export const MAX_INTEGER = Number.MAX_SAFE_INTEGER; // 2^53 − 1
const MAX_DEPTH = 32;
const KEY = /^[a-z][a-z0-9_-]*$/;
// eslint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007f]*$/;

/**
 * @param {Uint8Array} octets
 * @param {number} limit the most octets that are looked at
 * @returns {Value}
 */
export function parse(octets, limit) {
  if (octets.length > limit) {
    throw new Refusal("codec", "InputTooLarge", "too many octets", { expected: `at most ${limit}`, computed: octets.length });
  }
  const text = decode(octets);
  const value = readJson(text);
  check(value, 1);
  if (spell(value) !== text) throw new Refusal("codec", "NotCanonical", "not the canonical spelling of its value");
  return value;
}

/**
 * The canonical octets of a value that was read before, or of one made of its parts.
 * @param {Value} value
 */
export function encode(value) {
  return utf8(spell(value));
}

/**
 * The canonical octets of an object without one of its members.
 * @param {JsonObject} value
 * @param {string} left
 */
export function encodeWithout(value, left) {
  const rest = new Map(value);
  rest.delete(left);
  return encode(rest);
}

/** @param {Uint8Array} octets */
function decode(octets) {
  if (octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf) {
    throw new Refusal("codec", "ByteOrderMark", "starts with a byte order mark");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new Refusal("codec", "NotUtf8", "not UTF-8");
  }
}

/**
 * @param {Value} value
 * @param {number} depth
 */
function check(value, depth) {
  if (typeof value === "string") checkText(value);
  else if (typeof value === "number") checkInteger(value);
  else if (value === null) throw new Refusal("codec", "ForbiddenValue", "null is no value here");
  else if (typeof value === "object") checkContainer(value, depth);
}

/**
 * @param {Value[] | JsonObject} value
 * @param {number} depth
 */
function checkContainer(value, depth) {
  if (depth > MAX_DEPTH) throw new Refusal("codec", "TooDeep", "nested too deeply", { expected: `at most ${MAX_DEPTH}` });
  if (Array.isArray(value)) {
    for (const item of value) check(item, depth + 1);
    return;
  }
  for (const [key, item] of value) {
    if (!KEY.test(key)) throw new Refusal("codec", "ForbiddenKey", "a key is not of the form [a-z][a-z0-9_-]*", { computed: key });
    check(item, depth + 1);
  }
}

/** @param {number} value */
function checkInteger(value) {
  if (!Number.isSafeInteger(value)) throw new Refusal("codec", "ForbiddenNumber", "an integer is beyond 2^53 − 1");
}

/** @param {string} text */
function checkText(text) {
  const found = forbiddenIn(text);
  if (found) {
    const code = found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
    throw new Refusal("codec", "ForbiddenText", `a string holds the forbidden character U+${code}`);
  }
  if (!ASCII.test(text) && text.normalize("NFC") !== text) {
    throw new Refusal("codec", "ForbiddenText", "a string is not in Unicode normal form C");
  }
}

/**
 * @param {Value} value
 * @returns {string}
 */
function spell(value) {
  if (typeof value === "string") return `"${value.replace(/["\\]/g, "\\$&")}"`;
  if (Array.isArray(value)) return `[${value.map(spell).join(",")}]`;
  if (!(value instanceof Map)) return String(value);
  // Keys are ASCII: the order of code units is that of RFC 8785, section 3.2.3.
  return `{${[...value.keys()].sort().map((key) => `"${key}":${spell(/** @type {Value} */ (value.get(key)))}`).join(",")}}`;
}
