// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Receipts: the proof that an entry is on the board (docs/spec/board.md, "Receipts"; C2SP tlog-proof).
 *
 * Only after `checkReceipt` may a page say that a ballot is on the board.
 */
import { AnotherEntry, MalformedProof, Refusal } from "../errors.js";
import { fromBase64 } from "../codec/base64.js";
import { sha256Hex } from "../sha256.js";
import { openCheckpoint } from "./checkpoint.js";
import { readEnvelope } from "./envelope.js";
import { checkInclusion, HASH_OCTETS, leafHash } from "./merkle.js";
import { NOTE_LIMIT, readNote } from "./note.js";

/** @import { Octets } from "../octets.js" */
/** @import { Checkpoint } from "./checkpoint.js" */
/** @import { Policy } from "./policy.js" */

/** @typedef {{index: number, hashes: Octets[], checkpoint: Octets}} Receipt */

const HEADER = "c2sp.org/tlog-proof@v1";
const MAX_HASHES = 63;
const LIMIT = 8192 + NOTE_LIMIT;
const EXTRA = "extra "; // what somebody added, which proves nothing
const INDEX = /^index (0|[1-9][0-9]{0,15})$/;

/**
 * @param {Octets} octets
 * @returns {Receipt} unverified; throws MalformedProof or MalformedNote
 */
export function readReceipt(octets) {
  if (octets.length > LIMIT) throw new MalformedProof("proof too long", { expected: `at most ${LIMIT}` });
  const end = octets.findIndex((octet, at) => octet === 0x0a && octets[at + 1] === 0x0a);
  const [header, ...lines] = ascii(octets.slice(0, Math.max(end, 0))).split("\n");
  const [index, ...hashes] = lines[0]?.startsWith(EXTRA) ? withoutExtra(lines) : lines;
  if (end < 0 || header !== HEADER || index === undefined) throw new MalformedProof("not a tlog-proof");
  const checkpoint = octets.slice(end + 2);
  readNote(checkpoint); // its form only
  return { index: readIndex(index), hashes: readHashes(hashes), checkpoint };
}

/**
 * @param {Receipt} receipt
 * @param {Octets} entry the octets of an envelope
 * @param {Policy} policy
 * @returns {Promise<Checkpoint>} the signed checkpoint that the entry is under; throws a Refusal
 */
export async function checkInclusionUnder(receipt, entry, policy) {
  const { size, root, ...rest } = await openCheckpoint(receipt.checkpoint, policy);
  const leaf = await leafHash(entry);
  await checkInclusion({ index: receipt.index, size, leaf, proof: receipt.hashes, root });
  return { size, root, ...rest };
}

/**
 * Check that the octets that were sent are on the board.
 * @param {{receipt: Octets, entry: Octets, type: string, payload: Octets}} answer what the server gave, the type of
 *   entry that was asked for, and the octets that were sent
 * @param {Policy} policy the manifest's
 * @returns {Promise<Checkpoint>} throws AnotherEntry or another Refusal
 */
export async function checkReceipt({ receipt, entry, type, payload }, policy) {
  const read = readReceipt(receipt);
  const envelope = readEnvelope(entry);
  const same = envelope.type === type && envelope.seq === read.index && envelope.payloadLength === payload.length;
  if (!same || envelope.payloadSha256 !== (await sha256Hex(payload))) {
    throw new AnotherEntry("the receipt is for another entry");
  }
  return checkInclusionUnder(read, entry, policy);
}

/** @param {Octets} octets */
function ascii(octets) {
  if (octets.some((octet) => octet > 0x7f)) throw new MalformedProof("not a tlog-proof");
  return new TextDecoder().decode(octets);
}

/** @param {string[]} lines */
function withoutExtra([extra, ...lines]) {
  try {
    fromBase64(extra.slice(EXTRA.length));
  } catch (error) {
    if (error instanceof Refusal) throw new MalformedProof(`extra line: ${error.message}`);
    throw error;
  }
  return lines;
}

/** @param {string} line */
function readIndex(line) {
  const found = INDEX.exec(line);
  if (!found || !Number.isSafeInteger(Number(found[1]))) {
    throw new MalformedProof("a proof's line before the hashes is its index");
  }
  return Number(found[1]);
}

/** @param {string[]} lines */
function readHashes(lines) {
  if (lines.length > MAX_HASHES) throw new MalformedProof("too many hashes", { computed: lines.length });
  return lines.map((line) => {
    try {
      const hash = fromBase64(line);
      if (hash.length === HASH_OCTETS) return hash;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    throw new MalformedProof("a proof hash is 32 octets in base64");
  });
}
