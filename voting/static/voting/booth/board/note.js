// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Signed notes (docs/spec/board.md, "Signed notes"; C2SP signed-note).
 *
 * A key that the reader does not know is no reason to refuse a note; a signature by a known key that fails is.
 */
import { MalformedNote, Refusal } from "../errors.js";
import { fromBase64 } from "../codec/base64.js";
import { toHex } from "../octets.js";
import { KEY_ID_OCTETS, verifyText } from "./verifier_keys.js";

/** @import { Octets } from "../octets.js" */
/** @import { VerifierKey } from "./verifier_keys.js" */

export const NOTE_LIMIT = 65_536;

const MAX_SIGNATURES = 64;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x09\x0b-\x1f]/;
// Whoever has signed: no spaces and no plus sign. A stranger may have any other name, whatever Unicode makes of it.
// eslint-disable-next-line no-control-regex
const SIGNER = /^[^+\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;

/** @typedef {{name: string, keyId: string, signature: Octets}} SignatureLine */

/**
 * @param {Octets} octets
 * @returns {{text: string, lines: SignatureLine[]}} nothing is verified yet; throws MalformedNote
 */
export function readNote(octets) {
  const decoded = decode(octets);
  const end = decoded.lastIndexOf("\n\n"); // the last empty line: the text may hold others
  if (end < 0 || !decoded.endsWith("\n")) {
    throw new MalformedNote("a note is a text, an empty line and signature lines");
  }
  const lines = decoded.slice(end + 2).split("\n").slice(0, -1);
  if (lines.length < 1 || lines.length > MAX_SIGNATURES) {
    throw new MalformedNote("signature lines", { expected: `1..${MAX_SIGNATURES}`, computed: lines.length });
  }
  return { text: decoded.slice(0, end + 1), lines: lines.map(readLine) };
}

/**
 * @param {Octets} octets
 * @param {readonly VerifierKey[]} known
 * @returns {Promise<{text: string, signers: VerifierKey[]}>} throws MalformedNote, or BadSignature if any signature by
 *   a known key fails; who must have signed is for the caller to say
 */
export async function openNote(octets, known) {
  const { text, lines } = readNote(octets);
  const signers = [];
  for (const { name, keyId, signature } of lines) {
    const key = known.find((candidate) => candidate.name === name && candidate.keyId === keyId);
    if (!key) continue;
    await verifyText(key, text, signature);
    signers.push(key);
  }
  return { text, signers };
}

/** @param {Octets} octets */
function decode(octets) {
  if (octets.length > NOTE_LIMIT) throw new MalformedNote("note too long", { expected: `at most ${NOTE_LIMIT}` });
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new MalformedNote("not UTF-8");
  }
  if (CONTROL.test(text)) throw new MalformedNote("a note holds no control character but newlines");
  return text;
}

/**
 * @param {string} line
 * @returns {SignatureLine}
 */
function readLine(line) {
  const [, dash, name, encoded] = /^([^ ]*) ([^ ]*) (.*)$/.exec(line) ?? [];
  if (dash !== "—") throw new MalformedNote("a signature line begins with an em dash and a space");
  if (!SIGNER.test(name)) {
    throw new MalformedNote("the name in a signature line is empty, or holds white space or a plus sign");
  }
  try {
    const octets = fromBase64(encoded);
    if (octets.length <= KEY_ID_OCTETS) throw new MalformedNote("a signature line holds a key id and a signature");
    return { name, keyId: toHex(octets.slice(0, KEY_ID_OCTETS)), signature: octets.slice(KEY_ID_OCTETS) };
  } catch (error) {
    if (error instanceof Refusal) throw new MalformedNote(`signature line: ${error.message}`);
    throw error;
  }
}
