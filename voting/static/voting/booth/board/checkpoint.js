// SPDX-License-Identifier: AGPL-3.0-or-later
/** Checkpoints: size and root of a log at one moment, signed (docs/spec/board.md, "Checkpoints", "Cosignatures"). */
import { MalformedCheckpoint, Refusal, WrongOrigin } from "../errors.js";
import { fromBase64 } from "../codec/base64.js";
import { openNote } from "./note.js";
import { checkQuorum, signingLog } from "./policy.js";
import { checkName } from "./verifier_keys.js";

/** @import { Octets } from "../octets.js" */
/** @import { Policy } from "./policy.js" */

/** @typedef {{origin: string, size: number, root: Octets}} Checkpoint */

const ROOT_OCTETS = 32;
const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * @param {Octets} octets a signed note
 * @param {Policy} policy who must have signed
 * @returns {Promise<Checkpoint>} throws MalformedNote, BadSignature, NotSigned, MalformedCheckpoint, WrongOrigin unless the
 *   origin is the name of the log's key, or QuorumNotMet
 */
export async function openCheckpoint(octets, policy) {
  const { text, signers } = await openNote(octets, [...policy.logs, ...policy.witnesses.map(({ key }) => key)]);
  const log = signingLog(policy, signers);
  const checkpoint = readCheckpoint(text);
  if (checkpoint.origin !== log.name) {
    throw new WrongOrigin("checkpoint of another log", { expected: log.name, computed: checkpoint.origin });
  }
  checkQuorum(policy, signers);
  return checkpoint;
}

/**
 * @param {string} text
 * @returns {Checkpoint} throws MalformedCheckpoint
 */
export function readCheckpoint(text) {
  const lines = text.split("\n");
  if (lines.length !== 4 || lines[3] !== "") {
    throw new MalformedCheckpoint("a checkpoint is three lines: origin, size, root");
  }
  const [origin, size, root] = lines;
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size))) {
    throw new MalformedCheckpoint("a checkpoint's size is a plain decimal number below 2^53");
  }
  return { origin: readOrigin(origin), size: Number(size), root: readRoot(root) };
}

/** @param {string} text */
function readOrigin(text) {
  try {
    checkName(text);
  } catch (error) {
    if (error instanceof Refusal) throw new MalformedCheckpoint(`origin: ${error.message}`);
    throw error;
  }
  return text;
}

/** @param {string} text */
function readRoot(text) {
  let root;
  try {
    root = fromBase64(text);
  } catch (error) {
    if (error instanceof Refusal) throw new MalformedCheckpoint(`root: ${error.message}`);
    throw error;
  }
  if (root.length !== ROOT_OCTETS) throw new MalformedCheckpoint("root of another length", { computed: root.length });
  return root;
}
