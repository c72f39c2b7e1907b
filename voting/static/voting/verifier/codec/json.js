// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * JSON text into values, with duplicate keys and large integers in view (docs/spec/board.md, "Canonical bytes").
 *
 * The language's own reader would drop both. Which values are allowed is the business of canonical.js.
 */
import { Refusal } from "../errors.js";

/** @typedef {JsonObject | any[] | string | number | boolean | null} Value */

/**
 * An object as a map: no key can mean anything to the language.
 * @extends {Map<string, any>}
 */
export class JsonObject extends Map {}

const MOST_NESTED = 900; // far above what is allowed, below what any stack holds
const LONGEST_INTEGER = 17; // characters of −(2^53 − 1)
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const OTHER_NUMBER = /-?Infinity|NaN/y;
// eslint-disable-next-line no-control-regex
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
/** @type {Record<string, string>} */
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * @param {string} text
 * @returns {Value}
 */
export function readJson(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.place = 0;
  }

  end() {
    this.space();
    if (this.place < this.text.length) this.refuse();
  }

  /**
   * @param {number} depth
   * @returns {Value}
   */
  value(depth) {
    if (depth > MOST_NESTED) throw new Refusal("codec", "TooDeep", "nested too deeply");
    this.space();
    switch (this.text[this.place]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  /**
   * @param {number} depth
   * @returns {JsonObject}
   */
  object(depth) {
    const found = new JsonObject();
    let isRepeated = false;
    this.place += 1;
    if (this.isNext("}")) return found;
    do {
      this.space();
      if (this.text[this.place] !== '"') this.refuse();
      const key = this.string();
      if (!this.isNext(":")) this.refuse();
      isRepeated ||= found.has(key);
      found.set(key, this.value(depth + 1));
    } while (this.isNext(","));
    if (!this.isNext("}")) this.refuse();
    if (isRepeated) throw new Refusal("codec", "DuplicateKey", "an object has one key twice");
    return found;
  }

  /**
   * @param {number} depth
   * @returns {Value[]}
   */
  array(depth) {
    /** @type {Value[]} */
    const found = [];
    this.place += 1;
    if (this.isNext("]")) return found;
    do found.push(this.value(depth + 1));
    while (this.isNext(","));
    if (!this.isNext("]")) this.refuse();
    return found;
  }

  string() {
    this.place += 1;
    let found = this.match(PLAIN);
    while (this.text[this.place] === "\\") {
      found += this.escape() + this.match(PLAIN);
    }
    if (this.text[this.place] !== '"') this.refuse();
    this.place += 1;
    return found;
  }

  escape() {
    const letter = this.text[this.place + 1] ?? "";
    if (letter === "u") {
      const digits = this.text.slice(this.place + 2, this.place + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.refuse();
      this.place += 6;
      return String.fromCharCode(parseInt(digits, 16));
    }
    if (!Object.hasOwn(ESCAPES, letter)) this.refuse();
    this.place += 2;
    return ESCAPES[letter];
  }

  number() {
    const digits = this.match(NUMBER) || this.match(OTHER_NUMBER);
    if (!digits) this.refuse();
    if (/[.eEIN]/.test(digits)) throw new Refusal("codec", "ForbiddenNumber", "only integers are numbers here", { computed: digits });
    if (digits.length > LONGEST_INTEGER) throw new Refusal("codec", "ForbiddenNumber", "an integer is beyond 2^53 − 1");
    return digits === "-0" ? 0 : Number(digits);
  }

  /**
   * @template {boolean | null} T
   * @param {string} letters
   * @param {T} value
   */
  word(letters, value) {
    if (!this.text.startsWith(letters, this.place)) this.refuse();
    this.place += letters.length;
    return value;
  }

  /** @param {string} mark */
  isNext(mark) {
    this.space();
    if (this.text[this.place] !== mark) return false;
    this.place += 1;
    return true;
  }

  space() {
    this.match(SPACE);
  }

  /** @param {RegExp} pattern */
  match(pattern) {
    pattern.lastIndex = this.place;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.place += found.length;
    return found;
  }

  /** @returns {never} */
  refuse() {
    throw new Refusal("codec", "NotJson", `not JSON at character ${this.place}`);
  }
}
