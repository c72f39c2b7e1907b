// SPDX-License-Identifier: AGPL-3.0-or-later
/** The one challenge of a ballot (docs/spec/protocol.md, "Transcript"): strong Fiat–Shamir. */
import { fromInteger, items, toInteger, utf8 } from "../octets.js";
import { sha256 } from "../sha256.js";
import { CHALLENGE_BITS } from "./parameters.js";

/** @import { Octets } from "../octets.js" */

const TAG = utf8("veritally/ballot-proof/1");

/**
 * @typedef {object} Context what a ballot is for
 * @property {Octets} fingerprint 32 octets
 * @property {Octets} credential 32 octets
 * @property {Octets} supersedes the 32 octets of a tracker, or none
 */

/**
 * @param {Context} context
 * @param {readonly bigint[]} numbers the ciphertexts, then the commitments
 * @param {number} width octets of each
 * @returns {Octets}
 */
export function transcript(context, numbers, width) {
  const head = [TAG, context.fingerprint, context.credential, context.supersedes];
  return items([...head, ...numbers.map((number) => fromInteger(number, width))]);
}

/**
 * @param {Context} context
 * @param {readonly bigint[]} numbers
 * @param {number} width
 * @returns {Promise<bigint>} e in [0, 2^128)
 */
export async function challenge(context, numbers, width) {
  const digest = await sha256(transcript(context, numbers, width));
  return toInteger(digest.slice(0, CHALLENGE_BITS / 8));
}
