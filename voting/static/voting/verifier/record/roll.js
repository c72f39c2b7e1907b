// SPDX-License-Identifier: AGPL-3.0-or-later
/** Who may vote when the election opens (docs/spec/record.md, "Roll"). */
import { Refusal } from "../errors.js";
import { openRecord, readSignature } from "./signed.js";
import { readVoters, weightOf } from "./voters.js";

/** @typedef {{ electionId: string, voters: import("./voters.js").Voter[], weight: bigint, signed: import("./signed.js").Signed }} Roll */

const LIMIT = 64 * 1024 * 1024; // octets

/**
 * @param {Uint8Array} octets
 * @returns {Roll}
 */
export function readRoll(octets) {
  const fields = openRecord(octets, LIMIT, "roll");
  const electionId = fields.hex("election_id", 32);
  const voters = readVoters(fields, "voters", 1);
  const signed = readSignature(fields);
  const [count, stated] = [fields.integer("count", 1), fields.integer("weight", 1)];
  fields.done();
  const weight = weightOf(voters);
  if (count !== voters.length) refuse("VoterCountMismatch", "number of voters", voters.length, count);
  if (BigInt(stated) !== weight) refuse("WeightMismatch", "total weight", weight, stated);
  return { electionId, voters, weight, signed };
}

/**
 * @param {string} name
 * @param {string} message
 * @param {unknown} expected
 * @param {unknown} computed
 * @returns {never}
 */
function refuse(name, message, expected, computed) {
  throw new Refusal("record", name, message, { expected, computed });
}
