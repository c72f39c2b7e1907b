// SPDX-License-Identifier: AGPL-3.0-or-later
/** The proof of one statement as one string of octets: e_1 ‥ e_V, then z_1 ‥ z_V (docs/spec/record.md, "Ballot"). */
import { ResponseOutOfRange } from "../errors.js";
import { bitLength } from "../crypto/numbers.js";
import { concat, fromInteger, toInteger } from "../octets.js";
import { CHALLENGE_OCTETS } from "./shape.js";

/** @import { StatementProof } from "../crypto/prover.js" */
/** @import { Octets } from "../octets.js" */
/** @import { StatementShape } from "./shape.js" */

/**
 * @param {StatementProof} proof
 * @param {StatementShape} shape
 * @returns {Octets} throws ResponseOutOfRange
 */
export function packProof({ challenges, responses }, shape) {
  checkBits(responses, shape);
  return concat(
    ...challenges.map((e) => fromInteger(e, CHALLENGE_OCTETS)),
    ...responses.map((z) => fromInteger(z, shape.responseWidth)),
  );
}

/**
 * @param {Octets} octets `shape.width` of them
 * @param {StatementShape} shape
 * @returns {StatementProof} throws ResponseOutOfRange
 */
export function unpackProof(octets, shape) {
  const middle = shape.branches * CHALLENGE_OCTETS;
  const responses = numbers(octets.slice(middle), shape.responseWidth);
  checkBits(responses, shape);
  return { challenges: numbers(octets.slice(0, middle), CHALLENGE_OCTETS), responses };
}

/**
 * @param {Octets} octets
 * @param {number} width
 */
function numbers(octets, width) {
  return Array.from({ length: octets.length / width }, (_, index) =>
    toInteger(octets.slice(index * width, (index + 1) * width)),
  );
}

/**
 * 0 ≤ z < 2^(L+1).
 * @param {readonly bigint[]} responses
 * @param {StatementShape} shape
 */
function checkBits(responses, shape) {
  if (responses.some((z) => z < 0n || bitLength(z) > shape.responseBits + 1)) {
    throw new ResponseOutOfRange("a response lies outside its range");
  }
}
