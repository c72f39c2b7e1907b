// SPDX-License-Identifier: AGPL-3.0-or-later
/** The keys of the log and of its witnesses, a part of the manifest (docs/spec/record.md, "Manifest"). */
import { ForbiddenBoardKey, QuorumOutOfRange } from "../errors.js";
import { COSIGNATURE, ED25519, readVerifierKey } from "../board/verifier_keys.js";
import { checkPublicKey } from "../credentials/public_keys.js";
import { checkDistinctKeys, checkDistinctNames } from "./distinct.js";

/** @import { VerifierKey } from "../board/verifier_keys.js" */
/** @import { Fields } from "../codec/fields.js" */

const MAX_WITNESSES = 15;

/** @typedef {{log: VerifierKey, witnesses: readonly VerifierKey[], quorum: number}} BoardKeys */

/**
 * @param {Fields} fields
 * @returns {Promise<BoardKeys>}
 */
export async function readBoardKeys(fields) {
  const board = {
    log: await readVerifierKey(fields.text("log")),
    witnesses: await Promise.all(fields.strings("witnesses", { high: MAX_WITNESSES }).map(readVerifierKey)),
    quorum: fields.integer("quorum", 0, MAX_WITNESSES),
  };
  fields.done();
  return board;
}

/** @param {BoardKeys} board throws ForbiddenBoardKey, RepeatedName, RepeatedKey, QuorumOutOfRange, or that of a key */
export function checkBoardKeys({ log, witnesses, quorum }) {
  if (log.type !== ED25519 || witnesses.some(({ type }) => type !== COSIGNATURE)) {
    throw new ForbiddenBoardKey("type of a key of the board");
  }
  for (const { key } of [log, ...witnesses]) checkPublicKey(key);
  checkDistinctNames([log, ...witnesses].map(({ name }) => name));
  checkDistinctKeys([log, ...witnesses].map(({ key }) => key));
  if (quorum > witnesses.length) {
    throw new QuorumOutOfRange("quorum", { expected: `at most ${witnesses.length}`, computed: quorum });
  }
}
