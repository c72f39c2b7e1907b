// SPDX-License-Identifier: AGPL-3.0-or-later
/** What was found, and the verdict that follows (docs/spec/verification.md, "Outcome"). */
import { FORBIDDEN } from "../codec/characters.js";
import { encode } from "../codec/canonical.js";
import { JsonObject } from "../codec/json.js";
import { STATEMENTS } from "./list.js";

/** @typedef {import("../errors.js").Refusal} Refusal */
/** @typedef {"PASS" | "FAIL" | "NOT-RUN"} Status */
/** @typedef {"verified" | "refuted" | "could not be checked"} Verdict */
/** @typedef {{ error: string, where: string, message: string, expected: string, computed: string }} Failure */
/** @typedef {{ id: string, statement: string, status: Status, note: string, failed: number, failures: Failure[] }} Finding */
/** Evidence as it stands, such as a signed checkpoint. */
/** @typedef {{ name: string, lines: string[] }} Exhibit */
/** @typedef {{ format: string, verdict: Verdict, facts: Record<string, string>, checks: Finding[], exhibits?: Exhibit[] }} Report */

const SPELT_OUT = 20; // failures of one check; all are counted
const LONGEST = 200; // characters of one piece of evidence
const LONGEST_MESSAGE = 400; // a path in it may hold a key of any length
const BASIC = 0xffff; // the last code point with an escape of four digits

/**
 * Text from a record as it may be shown: normal form C, what no record may hold as `\uXXXX` or `\u{XXXXX}`.
 * @param {string} text
 */
export function plain(text) {
  return text.replace(FORBIDDEN, escape).normalize("NFC");
}

/** @param {string} character */
function escape(character) {
  const code = character.codePointAt(0) ?? 0;
  return code > BASIC ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** @param {string} message of an error */
export function said(message) {
  return cut(plain(message), LONGEST_MESSAGE);
}

/** @param {unknown} value */
function evidence(value) {
  if (value === undefined) return "";
  const text = plain(typeof value === "bigint" && value > 1n << 64n ? value.toString(16) : String(value));
  return cut(text, LONGEST);
}

/**
 * @param {string} text
 * @param {number} limit characters
 */
function cut(text, limit) {
  const first = [...text.slice(0, 2 * limit + 2)].slice(0, limit).join(""); // whole characters, of two units perhaps
  return first.length < text.length ? `${first}…` : text;
}

/** A check passes when it was made and never failed; whatever was neither made nor failed is NOT-RUN. */
export class Ledger {
  /** @param {ReadonlySet<string>} [unasked] checks that are not made */
  constructor(unasked = new Set()) {
    this.unasked = unasked;
    /** @type {Set<string>} */
    this.made = new Set();
    /** @type {Map<string, { count: number, failures: Failure[] }>} */
    this.failed = new Map();
    /** @type {Map<string, string>} */
    this.notes = new Map();
  }

  /** @param {string[]} ids */
  mark(...ids) {
    for (const id of ids) this.made.add(id);
  }

  /**
   * @param {string} id
   * @param {string} text
   */
  note(id, text) {
    this.notes.set(id, plain(text));
  }

  /**
   * @param {string} id
   * @param {Refusal} error
   * @param {string} [where]
   */
  fail(id, error, where = "") {
    const found = this.failed.get(id) ?? { count: 0, failures: [] };
    found.count += 1;
    if (found.failures.length < SPELT_OUT) {
      const { name, message, expected, computed } = error;
      found.failures.push({ error: name, where, message: said(message), expected: evidence(expected), computed: evidence(computed) });
    }
    this.failed.set(id, found);
  }

  /** @param {string} [id] of a check; any at all without one */
  hasFailed(id) {
    return id === undefined ? this.failed.size > 0 : this.failed.has(id);
  }

  /**
   * @param {readonly (readonly [string, string])[]} facts
   * @param {readonly (readonly [string, string])[]} [exhibits] names and texts
   * @returns {Report}
   */
  report(facts, exhibits = []) {
    const asked = [...STATEMENTS].filter(([id]) => !this.unasked.has(id));
    const checks = asked.map(([id, statement]) => this.finding(id, statement));
    const shown = Object.fromEntries(facts.map(([name, text]) => [name, plain(text)]));
    const report = { format: "veritally/verification/1", verdict: verdictOf(checks), facts: shown, checks };
    if (!exhibits.length) return report;
    return { ...report, exhibits: exhibits.map(([name, text]) => ({ name, lines: text.split("\n").map(plain) })) };
  }

  /**
   * @param {string} id
   * @param {string} statement
   * @returns {Finding}
   */
  finding(id, statement) {
    const { count, failures } = this.failed.get(id) ?? { count: 0, failures: [] };
    const status = count ? "FAIL" : this.made.has(id) ? "PASS" : "NOT-RUN";
    return { id, statement, status, note: this.notes.get(id) ?? "", failed: count, failures };
  }
}

/**
 * @param {readonly Finding[]} checks
 * @returns {Verdict}
 */
function verdictOf(checks) {
  if (checks.some(({ status }) => status === "FAIL")) return "refuted";
  return checks.every(({ status }) => status === "PASS") ? "verified" : "could not be checked";
}

/**
 * The report as canonical JSON.
 * @param {Report} report
 */
export function reportOctets(report) {
  return encode(valueOf(report));
}

/**
 * @param {any} value
 * @returns {import("../codec/json.js").Value}
 */
function valueOf(value) {
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value !== "object") return value;
  return new JsonObject(Object.entries(value).map(([key, item]) => [key, valueOf(item)]));
}
