// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A strict reader of one JSON object, field by field (docs/spec/board.md, "Fields").
 *
 * A record asks for each of its fields by name and kind and ends with `done()`, which refuses whatever is left.
 * Every refusal names the path of the field. What a field means is the record's business.
 */
import { MissingField, OutOfRange, Refusal, UnknownField, WrongForm, WrongLength, WrongType } from "../errors.js";
import { toInteger } from "../octets.js";
import { fromBase64url } from "./base64.js";
import { HEX_INTEGER_DIGITS, hexInteger } from "./hex_integers.js";
import { readTime } from "./times.js";

/** @import { Octets } from "../octets.js" */
/** @import { Value } from "./canonical.js" */

export const TEXT_LIMIT = 4096;
export const MAX_ITEMS = 1_000_000;

const IDENTIFIER = /^[a-z0-9][a-z0-9-]{0,63}$/;
const HEX = /^[0-9a-f]*$/;

export class Fields {
  #value;
  #left;

  /**
   * @param {Value} value
   * @param {string} name the object's path, for refusals
   */
  constructor(value, name) {
    if (typeof value !== "object" || Array.isArray(value)) throw wrongType(name, "object", value);
    this.name = name;
    this.#value = /** @type {{readonly [key: string]: Value}} */ (value);
    this.#left = new Set(Object.keys(value));
  }

  /** Throws UnknownField unless every field was read. */
  done() {
    const [left] = this.#left;
    if (left !== undefined) throw new UnknownField(`${this.path(left)}: unknown field`);
  }

  /** @returns {string[]} the names of all fields, in the order of the octets */
  keys() {
    return Object.keys(this.#value);
  }

  /** @param {string} key */
  path(key) {
    return `${this.name}.${key}`;
  }

  /**
   * @param {string} key
   * @param {{limit?: number, empty?: boolean}} [bounds] limit in code points
   */
  text(key, { limit = TEXT_LIMIT, empty = false } = {}) {
    const value = this.#string(key);
    if (value.length > limit && [...value].length > limit) {
      throw new WrongLength(`${this.path(key)}: too long`, { expected: `at most ${limit}` });
    }
    if (!value && !empty) throw new WrongLength(`${this.path(key)}: empty`, { expected: "at least 1", computed: 0 });
    return value;
  }

  /**
   * @param {string} key
   * @param {number} low
   * @param {number} [high]
   */
  integer(key, low, high = Number.MAX_SAFE_INTEGER) {
    const value = this.#take(key);
    if (typeof value !== "number") throw wrongType(this.path(key), "integer", value);
    if (!(low <= value && value <= high)) {
      throw new OutOfRange(`${this.path(key)}: out of range`, { expected: `${low}..${high}`, computed: value });
    }
    return value;
  }

  /** @param {string} key */
  boolean(key) {
    const value = this.#take(key);
    if (typeof value !== "boolean") throw wrongType(this.path(key), "boolean", value);
    return value;
  }

  /**
   * @param {string} key
   * @param {number} length
   */
  hex(key, length) {
    const value = this.#string(key);
    if (value.length !== length) {
      throw new WrongLength(`${this.path(key)}: another length`, { expected: length, computed: value.length });
    }
    if (!HEX.test(value)) throw new WrongForm(`${this.path(key)}: not lower-case hexadecimal`);
    return value;
  }

  /** @param {string} key */
  digest(key) {
    return this.hex(key, 64);
  }

  /** @param {string} key */
  identifier(key) {
    const value = this.#string(key);
    if (!IDENTIFIER.test(value)) throw new WrongForm(`${this.path(key)}: not an identifier`);
    return value;
  }

  /**
   * @param {string} key
   * @param {number} length
   * @returns {Octets}
   */
  octets(key, length) {
    const value = this.#string(key);
    return this.#at(key, () => fromBase64url(value, length));
  }

  /**
   * @param {string} key
   * @param {number} width
   */
  number(key, width) {
    return toInteger(this.octets(key, width));
  }

  /** @param {string} key */
  hexInteger(key) {
    const value = this.text(key, { limit: HEX_INTEGER_DIGITS });
    return this.#at(key, () => hexInteger(value));
  }

  /**
   * @param {string} key
   * @returns {number} milliseconds since 1970
   */
  time(key) {
    const value = this.#string(key);
    return this.#at(key, () => readTime(value));
  }

  /**
   * @param {string} key
   * @param {string | number | boolean} expected
   */
  constant(key, expected) {
    const value = this.#take(key);
    if (typeof value !== typeof expected) throw wrongType(this.path(key), typeof expected, value);
    if (value !== expected) throw new WrongForm(`${this.path(key)}: another value`, { expected, computed: value });
  }

  /**
   * @param {string} key
   * @returns {Fields} the caller calls its `done()`
   */
  object(key) {
    return new Fields(this.#take(key), this.path(key));
  }

  /**
   * @param {string} key
   * @param {{low?: number, high?: number}} [bounds]
   * @returns {readonly Value[]}
   */
  items(key, { low = 0, high = MAX_ITEMS } = {}) {
    const value = this.#take(key);
    if (!Array.isArray(value)) throw wrongType(this.path(key), "array", value);
    if (!(low <= value.length && value.length <= high)) {
      const expected = `${low}..${high}`;
      throw new OutOfRange(`${this.path(key)}: number of items`, { expected, computed: value.length });
    }
    return value;
  }

  /**
   * Readers of one field each, named "item", for the items of an array.
   * @param {string} key
   * @param {{low?: number, high?: number}} [bounds]
   */
  rows(key, bounds) {
    return this.items(key, bounds).map((item, index) => new Fields({ item }, `${this.path(key)}[${index}]`));
  }

  /**
   * @param {string} key
   * @param {{low?: number, high?: number}} [bounds]
   */
  objects(key, bounds) {
    return this.items(key, bounds).map((item, index) => new Fields(item, `${this.path(key)}[${index}]`));
  }

  /**
   * @param {string} key
   * @param {{low?: number, high?: number, limit?: number}} [bounds]
   */
  strings(key, { low, high, limit } = {}) {
    return this.rows(key, { low, high }).map((row) => row.text("item", { limit }));
  }

  /**
   * @param {string} key
   * @param {readonly number[]} widths exactly these many strings, of these many octets
   */
  octetRows(key, widths) {
    const rows = this.rows(key, { low: widths.length, high: widths.length });
    return rows.map((row, index) => row.octets("item", widths[index]));
  }

  /**
   * @param {string} key
   * @param {number} count
   * @param {number} width
   */
  numbers(key, count, width) {
    return this.octetRows(key, Array(count).fill(width)).map(toInteger);
  }

  /**
   * @param {string} key
   * @returns {Value}
   */
  #take(key) {
    if (!Object.hasOwn(this.#value, key)) throw new MissingField(`${this.path(key)}: missing field`);
    this.#left.delete(key);
    return this.#value[key];
  }

  /** @param {string} key */
  #string(key) {
    const value = this.#take(key);
    if (typeof value !== "string") throw wrongType(this.path(key), "string", value);
    return value;
  }

  /**
   * @template T
   * @param {string} key
   * @param {() => T} read
   * @returns {T}
   */
  #at(key, read) {
    try {
      return read();
    } catch (error) {
      if (error instanceof Refusal) error.message = `${this.path(key)}: ${error.message}`;
      throw error;
    }
  }
}

/**
 * @param {string} path
 * @param {string} expected
 * @param {unknown} value
 */
function wrongType(path, expected, value) {
  return new WrongType(`${path}: another type`, { expected, computed: typeof value });
}
