// SPDX-License-Identifier: AGPL-3.0-or-later
/** Signed notes: a text, an empty line, and the signatures of those who vouch for it (docs/spec/board.md, "Signed notes"). */
import { decodeStandard } from "../codec/base64.js";
import { toHex } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { checkVouched, timeOf } from "./keys.js";

/** @typedef {import("./keys.js").VerifierKey} VerifierKey */
/** @typedef {{ name: string, id: string, signature: Uint8Array }} SignatureLine */
/** @typedef {{ text: string, lines: SignatureLine[] }} Note */

export const NOTE_LIMIT = 65_536; // octets
const MOST_SIGNATURES = 64;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
// Strangers may sign under names that no key of ours could have.
// eslint-disable-next-line no-control-regex
const SIGNER = /^[^+\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;

/**
 * @param {Uint8Array} octets
 * @returns {Note}
 */
export function readNote(octets) {
  const whole = decode(octets);
  const end = whole.lastIndexOf("\n\n"); // the last empty line: the text may hold others
  if (end < 0 || !whole.endsWith("\n")) malformed("a note is a text, an empty line and signature lines");
  const lines = whole.slice(end + 2).split("\n").slice(0, -1);
  if (lines.length < 1 || lines.length > MOST_SIGNATURES) malformed(`1 to ${MOST_SIGNATURES} signature lines`);
  return { text: whole.slice(0, end + 1), lines: lines.map(readLine) };
}

/**
 * Every known key that signed, with the time of its latest signature; any signature by a known key that fails refuses the note.
 * @param {Note} note
 * @param {readonly VerifierKey[]} known
 */
export function signersOf({ text, lines }, known) {
  /** @type {Map<VerifierKey, bigint>} */
  const signers = new Map();
  for (const { name, id, signature } of lines) {
    const key = known.find((candidate) => candidate.name === name && candidate.id === id);
    if (!key) continue;
    checkVouched(key, text, signature);
    const [time, before] = [timeOf(key, signature), signers.get(key) ?? 0n];
    signers.set(key, time > before ? time : before);
  }
  return signers;
}

/** @param {Uint8Array} octets */
function decode(octets) {
  if (octets.length > NOTE_LIMIT) malformed("note too long");
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return malformed("not UTF-8");
  }
  if (CONTROL.test(text)) malformed("a note holds no control character but newlines");
  return text;
}

/**
 * @param {string} line
 * @returns {SignatureLine}
 */
function readLine(line) {
  const found = /^— ([^ ]*) (.*)$/.exec(line);
  if (!found) malformed("a signature line is a dash, a name and base64");
  const [, name, encoded] = found;
  if (!SIGNER.test(name)) malformed("the name in a signature line is empty, or holds white space or a plus sign");
  try {
    const data = decodeStandard(encoded);
    if (data.length <= 4) malformed("a signature line holds a key id and a signature");
    return { name, id: toHex(data.subarray(0, 4)), signature: data.subarray(4) };
  } catch (error) {
    return malformed(`signature line: ${error instanceof Refusal ? error.message : ""}`);
  }
}

/**
 * @param {string} message
 * @returns {never}
 */
function malformed(message) {
  throw new Refusal("log", "MalformedNote", message);
}
