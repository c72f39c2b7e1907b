// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the registrar changes on the roll while ballots are taken (docs/spec/record.md, "Roll change"). */
import { Refusal } from "../errors.js";
import { openRecord, readSignature } from "./signed.js";
import { readCredentials, readVoters } from "./voters.js";

/** `revoke` in hexadecimal. */
/** @typedef {{ election: string, number: number, revoke: string[], admit: import("./voters.js").Voter[], signed: import("./signed.js").Signed }} RollChange */

const LIMIT = 1024 * 1024; // octets
const REASON_LIMIT = 500; // characters

/**
 * @param {Uint8Array} octets
 * @returns {RollChange}
 */
export function readRollChange(octets) {
  const fields = openRecord(octets, LIMIT, "roll-change");
  const [election, number] = [fields.digest("election"), fields.integer("number", 1)];
  const [revoke, admit] = [readCredentials(fields, "revoke"), readVoters(fields, "admit", 0)];
  fields.text("reason", { limit: REASON_LIMIT });
  const signed = readSignature(fields);
  fields.done();
  if (!revoke.length && !admit.length) throw new Refusal("record", "EmptyRollChange", "nobody is revoked and nobody is admitted");
  return { election, number, revoke, admit, signed };
}
