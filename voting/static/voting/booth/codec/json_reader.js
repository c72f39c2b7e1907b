// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * JSON text to values, keeping in sight what JSON.parse hides: duplicate keys, large integers, depth (RFC 8259).
 *
 * It also takes what is not canonical; canonical.js refuses that afterwards, by name.
 */
import { DuplicateKey, ForbiddenNumber, NotJson, TooDeep } from "../errors.js";

/** @import { Loose } from "./values.js" */

export const MAX_DEPTH = 32;

const SPACE = /[ \t\n\r]*/y;
// eslint-disable-next-line no-control-regex
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)((?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)/y;
const HEX4 = /[0-9a-fA-F]{4}/y;
const INTEGER_CHARACTERS = String(Number.MIN_SAFE_INTEGER).length;

/** @type {Readonly<Record<string, string>>} */
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

class Reader {
  #text;
  #at = 0;

  /** @param {string} text */
  constructor(text) {
    this.#text = text;
  }

  /** @returns {Loose} */
  document() {
    const value = this.#value(1);
    this.#match(SPACE);
    if (this.#at !== this.#text.length) throw this.#error();
    return value;
  }

  #error() {
    return new NotJson(`not JSON at character ${this.#at}`);
  }

  /** @param {RegExp} pattern sticky, not empty unless it may be */
  #match(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }

  /** @param {string} text */
  #take(text) {
    const there = this.#text.startsWith(text, this.#at);
    if (there) this.#at += text.length;
    return there;
  }

  /**
   * @param {number} depth
   * @returns {Loose}
   */
  #value(depth) {
    this.#match(SPACE);
    if (this.#take('"')) return this.#string();
    if (this.#take("{")) return this.#object(depth);
    if (this.#take("[")) return this.#array(depth);
    if (this.#take("true")) return true;
    if (this.#take("false")) return false;
    if (this.#take("null")) return null;
    return this.#number();
  }

  #number() {
    if (this.#take("NaN") || this.#take("Infinity") || this.#take("-Infinity")) {
      throw new ForbiddenNumber("only integers are numbers here");
    }
    const found = this.#match(NUMBER);
    if (!found) throw this.#error();
    if (found[1]) throw new ForbiddenNumber("only integers are numbers here");
    if (found[0].length > INTEGER_CHARACTERS) throw new ForbiddenNumber("an integer is beyond 2^53 − 1");
    return Number(found[0]) + 0; // −0 becomes 0, whose spelling is another
  }

  #string() {
    let text = "";
    for (;;) {
      text += this.#match(PLAIN)?.[0] ?? "";
      if (this.#take('"')) return text;
      if (!this.#take("\\")) throw this.#error();
      text += this.#escape();
    }
  }

  #escape() {
    const character = this.#text[this.#at] ?? "";
    this.#at += 1;
    if (character !== "u") {
      if (!Object.hasOwn(ESCAPES, character)) throw this.#error();
      return ESCAPES[character];
    }
    const digits = this.#match(HEX4);
    if (!digits) throw this.#error();
    return String.fromCharCode(Number.parseInt(digits[0], 16));
  }

  /** @param {number} depth */
  #array(depth) {
    checkDepth(depth);
    /** @type {Loose[]} */
    const found = [];
    this.#match(SPACE);
    if (this.#take("]")) return found;
    for (;;) {
      found.push(this.#value(depth + 1));
      this.#match(SPACE);
      if (this.#take("]")) return found;
      if (!this.#take(",")) throw this.#error();
    }
  }

  /** @param {number} depth */
  #object(depth) {
    checkDepth(depth);
    /** @type {{[key: string]: Loose}} */
    const found = Object.create(null); // "constructor" and "__proto__" are keys like any other
    let isTwice = false;
    this.#match(SPACE);
    if (this.#take("}")) return found;
    for (;;) {
      this.#match(SPACE);
      if (!this.#take('"')) throw this.#error();
      const key = this.#string();
      this.#match(SPACE);
      if (!this.#take(":")) throw this.#error();
      const value = this.#value(depth + 1);
      isTwice ||= Object.hasOwn(found, key);
      found[key] = value;
      this.#match(SPACE);
      if (this.#take("}")) break;
      if (!this.#take(",")) throw this.#error();
    }
    if (isTwice) throw new DuplicateKey("an object has one key twice");
    return found;
  }
}

/** @param {number} depth */
function checkDepth(depth) {
  if (depth > MAX_DEPTH) throw new TooDeep("nested too deeply", { expected: `at most ${MAX_DEPTH}` });
}

/**
 * @param {string} text
 * @returns {Loose} throws NotJson, DuplicateKey, ForbiddenNumber or TooDeep
 */
export function readJson(text) {
  return new Reader(text).document();
}
