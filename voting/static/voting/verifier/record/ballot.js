// SPDX-License-Identifier: AGPL-3.0-or-later
/** A ballot as it stands on the board (docs/spec/record.md, "Ballot", "Tracker", "Commitments"). */
import { fromHex, toHex, toInteger } from "../codec/octets.js";
import { KEY } from "../curve/ed25519.js";
import { Refusal } from "../errors.js";
import { bitLength } from "../numbers/integers.js";
import { CHALLENGE } from "./shape.js";
import { openRecord, readSignature } from "./signed.js";

/** @typedef {import("../codec/fields.js").Fields} Fields */
/** @typedef {import("../proofs/ballot.js").Claim} Claim */
/** @typedef {import("../proofs/ballot.js").StatementProof} StatementProof */
/** @typedef {import("./shape.js").BallotShape} BallotShape */
/** @typedef {import("./shape.js").ContestShape} ContestShape */
/** @typedef {import("./shape.js").ProofShape} ProofShape */

/**
 * @typedef {object} Ballot
 * @property {string} election
 * @property {Uint8Array} credential
 * @property {string} supersedes
 * @property {bigint} challenge
 * @property {{ ciphertexts: bigint[], proofs: StatementProof[] }[]} contests
 * @property {import("./signed.js").Signed} signed
 * @property {string} tracker
 */

/**
 * @param {Uint8Array} octets
 * @param {BallotShape} shape
 * @returns {Ballot}
 */
export function readBallot(octets, shape) {
  const fields = openRecord(octets, shape.limit, "ballot");
  const contests = fields.objects("contests", { low: shape.contests.length, high: shape.contests.length });
  const election = fields.digest("election");
  const credential = fields.octets("credential", KEY);
  const supersedes = fields.text("supersedes", { isEmptyAllowed: true }) && fields.digest("supersedes");
  const challenge = fields.number("challenge", CHALLENGE);
  const parts = contests.map((contest, index) => readContest(contest, shape.contests[index], shape.width));
  const signed = readSignature(fields);
  fields.done();
  checkCiphertexts(parts.flatMap(({ ciphertexts }) => ciphertexts));
  return { election, credential, supersedes, challenge, contests: parts, signed, tracker: toHex(signed.digest) };
}

/**
 * @param {Fields} fields
 * @param {ContestShape} shape
 * @param {number} width
 */
function readContest(fields, { variables, proofs }, width) {
  const ciphertexts = fields.numbers("ciphertexts", variables, width);
  const strings = fields.octetRows("responses", proofs.map(({ octets }) => octets));
  fields.done();
  return { ciphertexts, proofs: strings.map((octets, index) => readProof(octets, proofs[index])) };
}

/**
 * e_1 ‖ … ‖ e_V ‖ z_1 ‖ … ‖ z_V.
 * @param {Uint8Array} octets
 * @param {ProofShape} shape
 * @returns {StatementProof}
 */
function readProof(octets, { branches, bits, width }) {
  const challenges = slices(octets.subarray(0, branches * CHALLENGE), CHALLENGE);
  const responses = slices(octets.subarray(branches * CHALLENGE), width);
  if (responses.some((response) => bitLength(response) > bits)) refuse("ResponseOutOfRange", "a response lies outside its range", `below 2^${bits}`);
  return { challenges, responses };
}

/**
 * @param {Uint8Array} octets
 * @param {number} width
 */
function slices(octets, width) {
  return Array.from({ length: octets.length / width }, (_, index) => toInteger(octets.subarray(index * width, (index + 1) * width)));
}

/** @param {readonly bigint[]} ciphertexts */
function checkCiphertexts(ciphertexts) {
  if (ciphertexts.includes(0n)) refuse("CiphertextOutOfRange", "a ciphertext is 0");
  if (new Set(ciphertexts).size !== ciphertexts.length) refuse("RepeatedCiphertext", "the same ciphertext twice");
}

/**
 * 0 < c < N; that n is known shows only after the shape.
 * @param {Ballot} ballot
 * @param {bigint} modulus N
 */
export function checkRanges({ contests }, modulus) {
  if (contests.some(({ ciphertexts }) => ciphertexts.some((c) => c >= modulus))) refuse("CiphertextOutOfRange", "a ciphertext lies outside (0, N)");
}

/**
 * What the ballot's proof is about.
 * @param {Ballot} ballot
 * @param {BallotShape} shape
 * @returns {Claim}
 */
export function claimOf({ election, credential, supersedes, challenge, contests }, { statements }) {
  return {
    context: [fromHex(election), credential, fromHex(supersedes)],
    ciphertexts: contests.flatMap(({ ciphertexts }) => ciphertexts),
    statements,
    challenge,
    proofs: contests.flatMap(({ proofs }) => proofs),
  };
}

/**
 * The commitments of a ballot from its file beside the log; null if the file has another length.
 * @param {Uint8Array | null} octets
 * @param {BallotShape} shape
 */
export function readCommitments(octets, { branches, width }) {
  return octets?.length === branches * width ? slices(octets, width) : null;
}

/**
 * @param {string} name
 * @param {string} message
 * @param {unknown} [expected]
 * @returns {never}
 */
function refuse(name, message, expected) {
  throw new Refusal("record", name, message, { expected });
}
