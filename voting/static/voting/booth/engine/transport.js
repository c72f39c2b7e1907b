// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Talking to the server (docs/spec/intake.md): it is believed nothing, and asked again with the identical ballot.
 *
 * No cookie is sent, no redirect followed, no answer read beyond its cap. What an answer is worth, the worker says.
 */
import { BadAnswer } from "../errors.js";
import { concat } from "../octets.js";

/** @import { Octets } from "../octets.js" */

/** @typedef {{tracker: string, seq: number, entry: string, receipt: string}} Accepted */
/** @typedef {{code: string, message: string, refusal: string}} Refused */
/** @typedef {{kind: "accepted", answer: Accepted} | {kind: "refused", answer: Refused} | {kind: "unknown", why: string}} Found */
/** @typedef {Found & {isRepeat: boolean}} Outcome `isRepeat`: an attempt before the one that was answered may have arrived, too */
/** @typedef {{fetch: typeof fetch, wait: (ms: number) => Promise<void>}} Net */

const JSON_LIMIT = 256 * 1024; // octets
const BLOB_LIMIT = 64 * 1024 * 1024; // octets
const PATIENCE = 60_000; // ms, for an answer
const SLOWEST_LINE = 8; // octets per ms: what is sent gets as much time as it takes on this line, besides
const PAUSES = [500, 1500, 4000]; // ms, between attempts
const LONGEST_PAUSE = 10_000; // ms
const UNAVAILABLE = 503;
const ABSENT = 404;
/** Codes of a 503 by which the ballot may have been taken. */
const UNDECIDED = new Map([["intake-unwitnessed", "unwitnessed"], ["intake-failed", "failed"], ["intake-undecided", "undecided"]]);

/** @type {Net} */
export const net = {
  fetch: (...asked) => fetch(...asked),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/**
 * Send the same until there is an answer, four times at most.
 * @param {string} address
 * @param {Octets} body
 * @param {Net} [through]
 * @param {Octets} [lean] the same without what can be spared: what is sent once the line has lost an attempt
 * @returns {Promise<Outcome>} "unknown": it may have arrived
 */
export async function send(address, body, through = net, lean = body) {
  /** @type {Outcome} */
  let outcome = { kind: "unknown", why: "no-answer", isRepeat: false };
  let next = body;
  for (const [index, pause] of [...PAUSES, 0].entries()) {
    const { found, after } = await attempt(address, next, through);
    outcome = { ...found, isRepeat: index > 0 };
    if (after === undefined) return outcome;
    if (found.kind === "unknown" && found.why === "no-answer") next = lean;
    if (pause) await through.wait(Math.min(Math.max(pause, after), LONGEST_PAUSE));
  }
  return outcome;
}

/**
 * @param {string} address
 * @param {Octets} body
 * @param {Net} through
 * @returns {Promise<{found: Found, after?: number}>} `after`: try again, not before so many ms
 */
async function attempt(address, body, through) {
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await ask(address, { method: "POST", body, headers }, through);
    const value = JSON.parse(new TextDecoder().decode(await read(response, JSON_LIMIT)));
    if (response.status === 200 || response.status === 201) return { found: { kind: "accepted", answer: accepted(value) } };
    const answer = refused(value);
    if (response.status !== UNAVAILABLE) return { found: { kind: "refused", answer } };
    const seconds = Number(response.headers.get("Retry-After") ?? 0);
    return { found: { kind: "unknown", why: UNDECIDED.get(answer.code) ?? "busy" }, after: Number.isFinite(seconds) ? seconds * 1000 : 0 };
  } catch (error) {
    const why = error instanceof BadAnswer || error instanceof SyntaxError ? "bad-answer" : "no-answer";
    return { found: { kind: "unknown", why }, after: 0 };
  }
}

/**
 * @param {string} address of JSON
 * @param {Net} [through]
 * @returns {Promise<{status: number, value: any}>} throws BadAnswer, or TypeError if there is no connection
 */
export async function getJson(address, through = net) {
  const response = await ask(address, {}, through);
  const octets = await read(response, JSON_LIMIT);
  try {
    return { status: response.status, value: JSON.parse(new TextDecoder().decode(octets)) };
  } catch {
    throw new BadAnswer("the answer is not JSON", { computed: response.status });
  }
}

/**
 * @param {string} address
 * @param {Net} [through]
 * @returns {Promise<Octets>} throws BadAnswer, or TypeError if there is no connection
 */
export async function getOctets(address, through = net) {
  const octets = await getOctetsIfThere(address, through);
  if (!octets) throw new BadAnswer("no such file on the board", { computed: ABSENT });
  return octets;
}

/**
 * @param {string} address
 * @param {Net} [through]
 * @returns {Promise<Octets | undefined>} undefined if nothing is there; throws as `getOctets`
 */
export async function getOctetsIfThere(address, through = net) {
  const response = await ask(address, {}, through);
  if (response.status === ABSENT) return undefined;
  if (response.status !== 200) throw new BadAnswer("no such file on the board", { computed: response.status });
  return read(response, BLOB_LIMIT);
}

/**
 * @param {string} address
 * @param {RequestInit} options
 * @param {Net} through
 */
function ask(address, options, through) {
  const length = /** @type {Octets | undefined} */ (options.body)?.length ?? 0;
  const signal = AbortSignal.timeout(PATIENCE + Math.ceil(length / SLOWEST_LINE));
  return through.fetch(address, { ...options, credentials: "omit", redirect: "error", signal });
}

/**
 * @param {Response} response
 * @param {number} limit
 * @returns {Promise<Octets>}
 */
async function read(response, limit) {
  if (Number(response.headers.get("Content-Length") ?? 0) > limit) throw new BadAnswer("the answer is too long");
  const reader = response.body?.getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let length = 0;
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    length += part.value.length;
    if (length > limit) throw new BadAnswer("the answer is too long", { expected: limit });
    parts.push(part.value);
  }
  return concat(...parts);
}

/**
 * @param {any} value
 * @returns {Accepted}
 */
function accepted(value) {
  const { tracker, seq, entry, receipt } = Object(value);
  if (!areTexts(tracker, entry, receipt) || !Number.isSafeInteger(seq)) throw new BadAnswer("not a receipt");
  return { tracker, seq, entry, receipt };
}

/**
 * @param {any} value
 * @returns {Refused}
 */
function refused(value) {
  const { code, message, refusal } = Object(value);
  if (!areTexts(code, message, refusal)) throw new BadAnswer("not a refusal");
  return { code, message, refusal };
}

/** @param {unknown[]} values */
function areTexts(...values) {
  return values.every((value) => typeof value === "string");
}
