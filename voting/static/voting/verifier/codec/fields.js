// SPDX-License-Identifier: AGPL-3.0-or-later
/** A strict reader of one JSON object, field by field (docs/spec/board.md, "Fields"). Every refusal names the path. */
import { Refusal, placed } from "../errors.js";
import { decodeUrl } from "./base64.js";
import { MAX_INTEGER } from "./canonical.js";
import { toInteger } from "./octets.js";
import { readTime } from "./times.js";

/** @typedef {import("./json.js").Value} Value */
/** @typedef {import("./json.js").JsonObject} JsonObject */

export const TEXT_LIMIT = 4096;
const MAX_ITEMS = 1_000_000;
const HEX_DIGITS = 4096;
const IDENTIFIER = /^[a-z0-9][a-z0-9-]{0,63}$/;
const HEX_INTEGER = /^(?:0|-?[1-9a-f][0-9a-f]*)$/;

export class Fields {
  /**
   * @param {Value} value
   * @param {string} name the path in messages
   */
  constructor(value, name) {
    if (!(value instanceof Map)) wrongType(name, "object", value);
    this.name = name;
    /** @type {JsonObject} */
    this.value = value;
    this.left = new Set(value.keys());
  }

  /** Refuses whatever has not been asked for. */
  done() {
    const [unknown] = [...this.left].sort();
    if (unknown !== undefined) throw new Refusal("codec", "UnknownField", `${this.path(unknown)}: unknown field`);
  }

  /** @param {string} key */
  path(key) {
    return `${this.name}.${key}`;
  }

  /**
   * @param {string} key
   * @returns {Value}
   */
  take(key) {
    const value = this.value.get(key);
    if (value === undefined) throw new Refusal("codec", "MissingField", `${this.path(key)}: missing field`);
    this.left.delete(key);
    return value;
  }

  /** @param {string} key */
  string(key) {
    const value = this.take(key);
    if (typeof value !== "string") wrongType(this.path(key), "string", value);
    return value;
  }

  /**
   * @param {string} key
   * @param {{ limit?: number, isEmptyAllowed?: boolean }} [rules]
   */
  text(key, { limit = TEXT_LIMIT, isEmptyAllowed = false } = {}) {
    const value = this.string(key);
    const length = value.length > limit ? [...value].length : value.length; // code points only where it matters
    if (length > limit) throw new Refusal("codec", "WrongLength", `${this.path(key)}: too long`, { expected: `at most ${limit}`, computed: length });
    if (!value && !isEmptyAllowed) throw new Refusal("codec", "WrongLength", `${this.path(key)}: empty`, { expected: "at least 1", computed: 0 });
    return value;
  }

  /**
   * @param {string} key
   * @param {number} low
   * @param {number} [high]
   */
  integer(key, low, high = MAX_INTEGER) {
    const value = this.take(key);
    if (typeof value !== "number") wrongType(this.path(key), "integer", value);
    if (value < low || value > high) outOfRange(`${this.path(key)}: out of range`, low, high, value);
    return value;
  }

  /** @param {string} key */
  boolean(key) {
    const value = this.take(key);
    if (typeof value !== "boolean") wrongType(this.path(key), "boolean", value);
    return value;
  }

  /**
   * @param {string} key
   * @param {number} length
   */
  hex(key, length) {
    const value = this.string(key);
    if (value.length !== length) throw new Refusal("codec", "WrongLength", `${this.path(key)}: another length`, { expected: length, computed: value.length });
    if (!/^[0-9a-f]*$/.test(value)) throw new Refusal("codec", "WrongForm", `${this.path(key)}: not lower-case hexadecimal`);
    return value;
  }

  /** @param {string} key */
  digest(key) {
    return this.hex(key, 64);
  }

  /** @param {string} key */
  identifier(key) {
    const value = this.string(key);
    if (!IDENTIFIER.test(value)) throw new Refusal("codec", "WrongForm", `${this.path(key)}: not an identifier`);
    return value;
  }

  /**
   * @param {string} key
   * @param {readonly string[]} choices
   */
  choice(key, choices) {
    const value = this.identifier(key);
    if (!choices.includes(value)) {
      throw new Refusal("codec", "WrongForm", `${this.path(key)}: no such choice`, { expected: choices.join(", "), computed: value });
    }
    return value;
  }

  /**
   * @param {string} key
   * @param {number} length
   */
  octets(key, length) {
    const value = this.string(key);
    return placed(this.path(key), () => decodeUrl(value, length));
  }

  /**
   * @param {string} key
   * @param {number} width octets
   */
  number(key, width) {
    return toInteger(this.octets(key, width));
  }

  /** @param {string} key */
  time(key) {
    const value = this.string(key);
    return placed(this.path(key), () => readTime(value));
  }

  /**
   * @param {string} key
   * @param {string | number} expected
   */
  constant(key, expected) {
    const value = this.take(key);
    if (typeof value !== typeof expected) wrongType(this.path(key), typeof expected, value);
    if (value !== expected) throw new Refusal("codec", "WrongForm", `${this.path(key)}: another value`, { expected, computed: value });
  }

  /** @param {string} key */
  object(key) {
    return new Fields(this.take(key), this.path(key));
  }

  /**
   * @param {string} key
   * @param {{ low?: number, high?: number }} [bounds]
   * @returns {Value[]}
   */
  items(key, { low = 0, high = MAX_ITEMS } = {}) {
    const value = this.take(key);
    if (!Array.isArray(value)) wrongType(this.path(key), "array", value);
    if (value.length < low || value.length > high) outOfRange(`${this.path(key)}: number of items`, low, high, value.length);
    return value;
  }

  /**
   * @param {string} key
   * @param {{ low?: number, high?: number }} [bounds]
   */
  objects(key, bounds) {
    return this.items(key, bounds).map((item, index) => new Fields(item, `${this.path(key)}[${index}]`));
  }

  /**
   * @param {string} key
   * @param {{ low?: number, high?: number, limit?: number }} [rules]
   */
  strings(key, { low, high, limit } = {}) {
    return this.items(key, { low, high }).map((item, index) => single(item, `${this.path(key)}[${index}]`).text("item", { limit }));
  }

  /**
   * Exactly as many base64url strings as there are widths.
   * @param {string} key
   * @param {readonly number[]} widths
   */
  octetRows(key, widths) {
    const items = this.items(key, { low: widths.length, high: widths.length });
    return items.map((item, index) => single(item, `${this.path(key)}[${index}]`).octets("item", widths[index]));
  }

  /**
   * @param {string} key
   * @param {number} count
   * @param {number} width octets
   */
  numbers(key, count, width) {
    return this.octetRows(key, new Array(count).fill(width)).map(toInteger);
  }
}

/**
 * A reader of one value that stands in no object.
 * @param {Value} value
 * @param {string} name
 */
export function single(value, name) {
  return new Fields(new Map([["item", value]]), name);
}

/**
 * A reader of a pair, as "first" and "second".
 * @param {Value} value
 * @param {string} name
 */
export function pair(value, name) {
  const [first, second] = single(value, name).items("item", { low: 2, high: 2 });
  return new Fields(new Map([["first", first], ["second", second]]), name);
}

/**
 * A programme constant: minimal hexadecimal of any size (docs/spec/board.md, "Fields").
 * @param {string} text
 * @param {string} name
 */
export function hexInteger(text, name) {
  if (text.length > HEX_DIGITS || !HEX_INTEGER.test(text)) {
    throw new Refusal("codec", "NotHexInteger", `${name}: not a minimal lower-case hexadecimal integer`);
  }
  return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

/**
 * @param {string} path
 * @param {string} expected
 * @param {Value} value
 * @returns {never}
 */
function wrongType(path, expected, value) {
  const computed = Array.isArray(value) ? "array" : value instanceof Map ? "object" : typeof value;
  throw new Refusal("codec", "WrongType", `${path}: another type`, { expected, computed });
}

/**
 * @param {string} message
 * @param {number} low
 * @param {number} high
 * @param {number} computed
 * @returns {never}
 */
function outOfRange(message, low, high, computed) {
  throw new Refusal("codec", "OutOfRange", message, { expected: `${low}..${high}`, computed });
}
