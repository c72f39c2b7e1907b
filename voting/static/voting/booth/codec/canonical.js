// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one spelling of a value as octets: RFC 8785, restricted (docs/spec/board.md, "Canonical bytes").
 *
 * Objects that were parsed have no prototype.
 */
import {
  ByteOrderMark, ForbiddenKey, ForbiddenNumber, ForbiddenText, ForbiddenValue, InputTooLarge, NotCanonical, NotUtf8,
  TooDeep,
} from "../errors.js";
import { areEqual, utf8 } from "../octets.js";
import { isTextFit } from "./characters.js";
import { MAX_DEPTH, readJson } from "./json_reader.js";

/** @import { Octets } from "../octets.js" */
/** @typedef {import("./values.js").Value} Value */

const KEY = /^[a-z][a-z0-9_-]*$/;

/**
 * @param {Value} value
 * @returns {Octets} throws a Refusal if it has no canonical octets
 */
export function encode(value) {
  checkValue(value, 1);
  return utf8(dump(value));
}

/**
 * @param {Uint8Array} octets
 * @param {number} limit
 * @returns {Value} the value whose canonical octets these are, at most `limit` of them; throws for all others
 */
export function parse(octets, limit) {
  if (octets.length > limit) {
    throw new InputTooLarge("too many octets", { expected: `at most ${limit}`, computed: octets.length });
  }
  const value = readJson(decode(octets));
  checkValue(value, 1);
  if (!areEqual(utf8(dump(value)), octets)) throw new NotCanonical("not the canonical spelling of its value");
  return value;
}

/** @param {Uint8Array} octets */
function decode(octets) {
  if (octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf) {
    throw new ByteOrderMark("starts with a byte order mark");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new NotUtf8("not UTF-8");
  }
}

/**
 * @param {unknown} value
 * @param {number} depth
 * @returns {asserts value is Value}
 */
function checkValue(value, depth) {
  if (typeof value === "boolean") return;
  if (typeof value === "string") checkText(value);
  else if (typeof value === "number") checkInteger(value);
  else if (typeof value === "object" && value !== null) checkContainer(value, depth);
  else throw new ForbiddenValue("no value of this encoding", { computed: typeof value });
}

/**
 * @param {object} value
 * @param {number} depth
 */
function checkContainer(value, depth) {
  if (depth > MAX_DEPTH) throw new TooDeep("nested too deeply", { expected: `at most ${MAX_DEPTH}` });
  if (Array.isArray(value)) {
    for (const item of value) checkValue(item, depth + 1); // not forEach, which passes over holes
    return;
  }
  checkPrototype(value);
  for (const [key, item] of Object.entries(value)) {
    if (!KEY.test(key)) throw new ForbiddenKey("a key is not of the form [a-z][a-z0-9_-]*");
    checkValue(item, depth + 1);
  }
}

/** @param {object} value */
function checkPrototype(value) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new ForbiddenValue("an object of some class has no canonical octets");
  }
}

/** @param {number} value */
function checkInteger(value) {
  if (!Number.isSafeInteger(value)) throw new ForbiddenNumber("only integers within ±(2^53 − 1) are numbers here");
}

/** @param {string} value */
function checkText(value) {
  if (!isTextFit(value)) throw new ForbiddenText("a string holds a forbidden character");
  if (value.normalize("NFC") !== value) throw new ForbiddenText("a string is not in Unicode normal form C");
}

/**
 * @param {Value} value
 * @returns {string}
 */
function dump(value) {
  if (typeof value === "string") return '"' + value.replaceAll(/["\\]/g, "\\$&") + '"';
  if (typeof value !== "object") return String(value); // −0 is "0"
  if (isArray(value)) return "[" + value.map(dump).join(",") + "]";
  // Keys are ASCII, so the order of UTF-16 units is that of code points.
  const rows = Object.keys(value).sort().map((key) => `"${key}":${dump(value[key])}`);
  return "{" + rows.join(",") + "}";
}

/**
 * @param {Value} value
 * @returns {value is readonly Value[]}
 */
function isArray(value) {
  return Array.isArray(value);
}
