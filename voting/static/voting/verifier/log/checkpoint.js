// SPDX-License-Identifier: AGPL-3.0-or-later
/** The head of a log, and who has signed it (docs/spec/board.md, "Checkpoints", "Cosignatures"). */
import { decodeStandard } from "../codec/base64.js";
import { Refusal } from "../errors.js";
import { checkName } from "./keys.js";
import { signersOf } from "./note.js";

/** @typedef {import("./keys.js").VerifierKey} VerifierKey */
/** @typedef {import("./note.js").Note} Note */
/** @typedef {{ origin: string, size: number, root: Uint8Array }} Checkpoint */

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * @param {string} text
 * @returns {Checkpoint}
 */
export function readCheckpoint(text) {
  const lines = text.split("\n");
  if (lines.length !== 4 || lines[3]) malformed("a checkpoint is three lines: origin, size, root");
  const [origin, size, root] = lines;
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size))) malformed("a checkpoint's size is a plain decimal number below 2^53");
  try {
    checkName(origin);
    const octets = decodeStandard(root);
    if (octets.length === 32) return { origin, size: Number(size), root: octets };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    malformed(`checkpoint: ${error.message}`);
  }
  return malformed("a root has 32 octets");
}

/**
 * B.1: signed by the log's key, and of the log with that name.
 * @param {Note} note
 * @param {VerifierKey} log
 */
export function checkLogSigned(note, log) {
  checkSigners(note, signersOf(note, [log]), log);
}

/**
 * B.6: `quorum` or more different witnesses have cosigned, and no known signature fails.
 * @param {Note} note
 * @param {{ log: VerifierKey, witnesses: readonly VerifierKey[], quorum: number }} keys
 * @returns {import("../checks/age.js").Quorum}
 */
export function checkCosigned(note, { log, witnesses, quorum }) {
  const signers = signersOf(note, [log, ...witnesses]);
  checkSigners(note, signers, log);
  signers.delete(log);
  const found = witnesses.filter((witness) => signers.has(witness)).length;
  if (found < quorum) {
    throw new Refusal("log", "TooFewCosignatures", "too few witnesses", { expected: `at least ${quorum}`, computed: found });
  }
  return { isMet: (has) => witnesses.filter(has).length >= quorum, times: signers };
}

/**
 * @param {Note} note
 * @param {ReadonlyMap<VerifierKey, bigint>} signers
 * @param {VerifierKey} log
 */
function checkSigners({ text }, signers, log) {
  if (!signers.has(log)) throw new Refusal("log", "NotSigned", "no signature by the log's key", { expected: log.text });
  const { origin } = readCheckpoint(text);
  if (origin !== log.name) throw new Refusal("log", "WrongOrigin", "checkpoint of another log", { expected: log.name, computed: origin });
}

/**
 * @param {string} message
 * @returns {never}
 */
function malformed(message) {
  throw new Refusal("log", "MalformedCheckpoint", message);
}
