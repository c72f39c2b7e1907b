// SPDX-License-Identifier: AGPL-3.0-or-later
/** The shape that every ballot of an election has: it follows from programs and |n| alone (docs/spec/record.md, "Ballot"). */
import { statementsOf } from "../contests/program.js";
import { CHALLENGE_BITS, responseBits } from "../proofs/form.js";

/** @typedef {import("../contests/program.js").Program} Program */
/** @typedef {import("../contests/program.js").Statement} Statement */
/** `bits` is the most that a response may have, `width` its octets, `octets` those of the whole string. */
/** @typedef {{ branches: number, bits: number, width: number, octets: number }} ProofShape */
/** @typedef {{ variables: number, proofs: ProofShape[] }} ContestShape */

/**
 * `statements` are over all ciphertexts of the ballot in a row; `width` is the octets of a ciphertext.
 * @typedef {{ contests: ContestShape[], statements: Statement[], width: number, branches: number, limit: number }} BallotShape
 */

export const CHALLENGE = CHALLENGE_BITS / 8; // octets
const FRAME = 600; // octets of everything but the contests
const CONTEST_FRAME = 40;

/**
 * @param {readonly Program[]} programs
 * @param {number} modulusBits
 * @returns {BallotShape}
 */
export function ballotShape(programs, modulusBits) {
  const width = modulusBits / 4;
  const contests = programs.map((program) => contestShape(program, modulusBits));
  const statements = inARow(programs);
  return {
    contests,
    statements,
    width,
    branches: statements.reduce((sum, { values }) => sum + values.length, 0),
    limit: FRAME + contests.reduce((sum, contest) => sum + limitOf(contest, width), 0),
  };
}

/**
 * @param {Program} program
 * @param {number} modulusBits
 * @returns {ContestShape}
 */
function contestShape(program, modulusBits) {
  const proofs = statementsOf(program).map(({ terms, values }) => {
    const bits = responseBits(modulusBits, terms);
    const width = Math.ceil(bits / 8);
    return { branches: values.length, bits, width, octets: values.length * (CHALLENGE + width) };
  });
  return { variables: program.variables.length, proofs };
}

/**
 * @param {ContestShape} contest
 * @param {number} width
 */
function limitOf({ variables, proofs }, width) {
  const strings = [...new Array(variables).fill(width), ...proofs.map(({ octets }) => octets)];
  return strings.reduce((sum, octets) => sum + Math.ceil((octets * 4) / 3) + 3, CONTEST_FRAME);
}

/**
 * @param {readonly Program[]} programs
 * @returns {Statement[]}
 */
function inARow(programs) {
  let first = 0;
  return programs.flatMap((program) => {
    const from = first;
    first += program.variables.length;
    return statementsOf(program).map(({ terms, values }) => ({
      terms: terms.map(([index, coefficient]) => /** @type {[number, bigint]} */ ([from + index, coefficient])),
      values,
    }));
  });
}
