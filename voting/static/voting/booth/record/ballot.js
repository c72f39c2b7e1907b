// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A ballot as it stands on the board (docs/spec/record.md, "Ballot"): written, and read back.
 *
 * Reading makes checks 1 and 2 of the protocol; the proof is compact.js's business, roll and order the server's.
 */
import { CiphertextOutOfRange, CommitmentsLength, Refusal, RepeatedCiphertext } from "../errors.js";
import { toBase64url } from "../codec/base64.js";
import { parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";
import { KEY_OCTETS } from "../credentials/public_keys.js";
import { SIGNATURE_OCTETS } from "../credentials/signatures.js";
import { concat, fromInteger, toHex, utf8 } from "../octets.js";
import { packProof, unpackProof } from "./responses.js";
import { CHALLENGE_OCTETS } from "./shape.js";

/** @import { BallotProof, StatementProof } from "../crypto/prover.js" */
/** @import { Octets } from "../octets.js" */
/** @import { BallotShape, ContestShape } from "./shape.js" */
/** @import { Unsigned } from "./signed.js" */

export const BALLOT_FORMAT = "veritally/ballot/1";

/**
 * @typedef {object} Ballot
 * @property {string} election the fingerprint
 * @property {Octets} credential
 * @property {string} supersedes the tracker of this credential's last ballot, or ""
 * @property {readonly bigint[]} ciphertexts in manifest order
 * @property {BallotProof} proof
 */

/**
 * @param {Ballot} ballot
 * @param {BallotShape} shape
 * @returns {Unsigned}
 */
export function ballotValue({ election, credential, supersedes, ciphertexts, proof }, shape) {
  let [variable, statement] = [0, 0];
  const contests = shape.contests.map((contest) => {
    const numbers = ciphertexts.slice(variable, (variable += contest.variables));
    const proofs = proof.statements.slice(statement, (statement += contest.statements.length));
    return {
      ciphertexts: numbers.map((number) => toBase64url(fromInteger(number, shape.ciphertextWidth))),
      responses: proofs.map((part, index) => toBase64url(packProof(part, contest.statements[index]))),
    };
  });
  return {
    format: BALLOT_FORMAT,
    election,
    credential: toBase64url(credential),
    supersedes,
    challenge: toBase64url(fromInteger(proof.challenge, CHALLENGE_OCTETS)),
    contests,
  };
}

/**
 * @param {Octets} octets a ballot of this program's own, kept over a reload, perhaps: nothing else of it is looked at
 * @returns {{credential: string, supersedes: string}} in hexadecimal, what it names; "" if it names none
 */
export function headOf(octets) {
  try {
    const fields = new Fields(parse(octets, octets.length), "ballot");
    const supersedes = fields.text("supersedes", { empty: true });
    return { credential: toHex(fields.octets("credential", KEY_OCTETS)), supersedes };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { credential: "", supersedes: "" };
  }
}

/**
 * What is sent to cast a ballot (docs/spec/intake.md, "Requests"): canonical, since the ballot is.
 * @param {Octets} ballot signed
 * @param {Octets} [commitments] which save the server time, and no more
 * @returns {Octets}
 */
export function submissionOf(ballot, commitments = new Uint8Array()) {
  return concat(utf8('{"ballot":'), ballot, utf8(`,"commitments":"${toBase64url(commitments)}"}`));
}

/**
 * @param {Octets} octets
 * @param {BallotShape} shape
 * @returns {{ballot: Ballot, signature: Octets}} throws a codec's refusal, CiphertextOutOfRange (0),
 *   RepeatedCiphertext or ResponseOutOfRange; nothing is verified yet
 */
export function readBallot(octets, shape) {
  const fields = new Fields(parse(octets, shape.sizeLimit), "ballot");
  fields.constant("format", BALLOT_FORMAT);
  const count = shape.contests.length;
  const contests = fields.objects("contests", { low: count, high: count });
  const parts = contests.map((part, index) => readContest(part, shape.contests[index], shape.ciphertextWidth));
  const ballot = {
    election: fields.digest("election"),
    credential: fields.octets("credential", KEY_OCTETS),
    supersedes: fields.text("supersedes", { empty: true }) && fields.digest("supersedes"),
    ciphertexts: parts.flatMap(({ ciphertexts }) => ciphertexts),
    proof: {
      challenge: fields.number("challenge", CHALLENGE_OCTETS),
      statements: parts.flatMap(({ proofs }) => proofs),
    },
  };
  const signature = fields.octets("signature", SIGNATURE_OCTETS);
  fields.done();
  checkCopies(ballot.ciphertexts);
  return { ballot, signature };
}

/**
 * What reading could not know without n.
 * @param {Ballot} ballot
 * @param {bigint} modulus N; throws CiphertextOutOfRange unless 0 < c < N for every ciphertext
 */
export function checkCiphertexts({ ciphertexts }, modulus) {
  if (!ciphertexts.every((c) => 0n < c && c < modulus)) {
    throw new CiphertextOutOfRange("a ciphertext lies outside (0, N)");
  }
}

/**
 * @param {readonly bigint[]} commitments |a_ij|, statement by statement
 * @param {BallotShape} shape
 * @returns {Octets} the file that is served beside the log, a cache; throws CommitmentsLength
 */
export function commitmentsOctets(commitments, shape) {
  if (commitments.length !== shape.branches) {
    throw new CommitmentsLength("commitments", { expected: shape.branches, computed: commitments.length });
  }
  return concat(...commitments.map((number) => fromInteger(number, shape.ciphertextWidth)));
}

/**
 * @param {Fields} fields
 * @param {ContestShape} shape
 * @param {number} width
 * @returns {{ciphertexts: bigint[], proofs: StatementProof[]}}
 */
function readContest(fields, shape, width) {
  const ciphertexts = fields.numbers("ciphertexts", shape.variables, width);
  const strings = fields.octetRows("responses", shape.statements.map((statement) => statement.width));
  fields.done();
  return { ciphertexts, proofs: strings.map((octets, index) => unpackProof(octets, shape.statements[index])) };
}

/** @param {readonly bigint[]} ciphertexts */
function checkCopies(ciphertexts) {
  if (ciphertexts.includes(0n)) throw new CiphertextOutOfRange("a ciphertext is 0");
  // Fresh randomness never repeats: a repetition is a copy.
  if (new Set(ciphertexts).size !== ciphertexts.length) throw new RepeatedCiphertext("the same ciphertext twice");
}
