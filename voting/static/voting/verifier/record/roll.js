// SPDX-License-Identifier: AGPL-3.0-or-later
/** Who may vote, as credentials with weights (docs/spec/record.md, "Roll"). */
import { decodeUrl } from "../codec/base64.js";
import { toHex } from "../codec/octets.js";
import { KEY, checkPublicKey } from "../curve/ed25519.js";
import { Refusal } from "../errors.js";
import { openRecord, readSignature } from "./signed.js";

/** @typedef {import("../codec/json.js").Value} Value */
/** @typedef {{ credential: Uint8Array, hex: string, weight: number }} Voter */
/** @typedef {{ electionId: string, voters: Voter[], weight: bigint, signed: import("./signed.js").Signed }} Roll */

const LIMIT = 64 * 1024 * 1024; // octets

/**
 * @param {Uint8Array} octets
 * @returns {Roll}
 */
export function readRoll(octets) {
  const fields = openRecord(octets, LIMIT, "roll");
  const electionId = fields.hex("election_id", 32);
  const voters = fields.items("voters", { low: 1 }).map(readVoter);
  const signed = readSignature(fields);
  const [count, stated] = [fields.integer("count", 1), fields.integer("weight", 1)];
  fields.done();
  checkOrder(voters);
  const weight = voters.reduce((sum, voter) => sum + BigInt(voter.weight), 0n);
  if (count !== voters.length) refuse("VoterCountMismatch", "number of voters", voters.length, count);
  if (BigInt(stated) !== weight) refuse("WeightMismatch", "total weight", weight, stated);
  return { electionId, voters, weight, signed };
}

/**
 * @param {Value} item
 * @param {number} index
 * @returns {Voter}
 */
function readVoter(item, index) {
  const [key, weight] = Array.isArray(item) && item.length === 2 ? item : [];
  if (typeof key !== "string" || typeof weight !== "number" || weight < 1) {
    throw new Refusal("codec", "WrongType", `roll.voters[${index}]: another type`, { expected: "[key, weight of at least 1]" });
  }
  const credential = decodeUrl(key, KEY);
  return { credential, hex: toHex(credential), weight };
}

/** @param {readonly Voter[]} voters */
function checkOrder(voters) {
  for (let index = 1; index < voters.length; index += 1) {
    const [left, right] = [voters[index - 1].hex, voters[index].hex];
    if (left === right) refuse("RepeatedVoter", "one credential twice", undefined, left);
    if (left > right) refuse("VotersNotSorted", "credentials are not in increasing order", undefined, right);
  }
}

/**
 * E.2 for some of the voters, which take about a millisecond each.
 * @param {readonly Uint8Array[]} credentials
 * @param {number} first the index of the first of them on the roll
 */
export function checkCredentials(credentials, first) {
  credentials.forEach((credential, index) => {
    try {
      checkPublicKey(credential);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse("InvalidCredential", `voter ${first + index}: ${error.message}`, undefined, toHex(credential));
    }
  });
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
