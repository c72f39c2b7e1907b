// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The board that everybody is shown (docs/spec/board.md, "Checkpoints"): what one voter was shown has to be a part of it.
 *
 * A log can sign two boards, one of them for a single voter. Each is good by itself.
 */
import { AfterClosing, AnotherEntry, BoardForked, NotPublished, Refusal } from "../errors.js";
import { toHex, utf8 } from "../octets.js";
import { openCheckpoint } from "./checkpoint.js";
import { readEnvelope } from "./envelope.js";
import { checkConsistency, checkInclusion, leafHash } from "./merkle.js";
import { readReceipt } from "./receipt.js";

/** @import { Octets } from "../octets.js" */
/** @import { Checkpoint } from "./checkpoint.js" */
/** @import { Policy } from "./policy.js" */

/** @typedef {{entry: Octets, proof: readonly Octets[]}} Placed an entry, and the proof that the published tree has it */
/** @typedef {{receipt: string, proof: readonly Octets[]}} Earlier a receipt, and the proof that the published tree continues its own */
/** @typedef {{published: Octets, ballot: Placed, earlier?: Earlier, closing?: Placed}} Shown */
/** @typedef {{size: number, root: string, isClosed: boolean}} Head `root` in hexadecimal */

const CLOSING = "close";

/**
 * @param {Shown} shown
 * @param {Policy} policy the manifest's
 * @returns {Promise<Head>} of the published board; `isClosed`: its closing entry stands after the ballot. Throws BoardForked,
 *   NotPublished, AfterClosing or another Refusal
 */
export async function checkPublished({ published, ballot, earlier, closing }, policy) {
  const head = await openCheckpoint(published, policy);
  const seq = await placeOf(ballot, head);
  if (earlier) await checkContinued(earlier, head, policy);
  if (closing) await checkClosing(closing, head, seq);
  return { size: head.size, root: toHex(head.root), isClosed: closing !== undefined };
}

/**
 * @param {Placed} placed
 * @param {Checkpoint} head
 * @returns {Promise<number>} its number
 */
async function placeOf({ entry, proof }, { size, root }) {
  const { seq: index } = readEnvelope(entry);
  if (index >= size) throw new NotPublished("the published board does not have this entry yet", { expected: index, computed: size });
  const leaf = await leafHash(entry);
  await asOneBoard(() => checkInclusion({ index, size, leaf, proof, root }));
  return index;
}

/**
 * @param {Earlier} earlier
 * @param {Checkpoint} head
 * @param {Policy} policy
 */
async function checkContinued({ receipt, proof }, { size, root }, policy) {
  const before = await openCheckpoint(readReceipt(utf8(receipt)).checkpoint, policy);
  if (before.size > size) {
    throw new NotPublished("the published board is older than the receipt's", { expected: before.size, computed: size });
  }
  await asOneBoard(() => checkConsistency({ old: before.size, size, oldRoot: before.root, root, proof }));
}

/** @param {() => Promise<void>} check */
async function asOneBoard(check) {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new BoardForked("not the published board", { expected: error.expected, computed: error.computed });
  }
}

/**
 * @param {Placed} closing
 * @param {Checkpoint} head
 * @param {number} seq
 */
async function checkClosing(closing, head, seq) {
  const { type } = readEnvelope(closing.entry);
  if (type !== CLOSING) throw new AnotherEntry("not a closing entry", { expected: CLOSING, computed: type });
  const end = await placeOf(closing, head);
  if (seq >= end) throw new AfterClosing("the ballot stands after the closing entry", { expected: end, computed: seq });
}
