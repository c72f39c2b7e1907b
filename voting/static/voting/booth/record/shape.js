// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The shape of every ballot of an election (docs/spec/record.md, "Ballot"): it follows from program and |n| alone.
 */
import { statementsOf } from "../contests/program.js";
import { CHALLENGE_BITS, responseBits } from "../crypto/parameters.js";
import { coefficientSum } from "../crypto/statements.js";

/** @import { Program } from "../contests/program.js" */
/** @import { Statement, Term } from "../crypto/statements.js" */

export const CHALLENGE_OCTETS = CHALLENGE_BITS / 8;
export const MAX_BALLOT_OCTETS = 4 * 1024 * 1024;

const FRAME_OCTETS = 600;
const CONTEST_OCTETS = 40; // {"ciphertexts":[],"responses":[]},

/**
 * @typedef {object} StatementShape
 * @property {number} branches V
 * @property {number} responseBits L
 * @property {number} responseWidth octets of one response, ⌈(L+1)/8⌉
 * @property {number} width octets of all sub-challenges and responses
 */

/** @typedef {{variables: number, statements: readonly StatementShape[]}} ContestShape */

/**
 * @typedef {object} BallotShape
 * @property {readonly ContestShape[]} contests
 * @property {readonly Statement[]} statements over all ciphertexts in a row
 * @property {number} ciphertextWidth
 * @property {number} branches of all statements
 * @property {number} sizeLimit a bound on the octets of a ballot
 */

/**
 * @param {readonly Program[]} program one part for each contest
 * @param {number} modulusBits
 * @returns {BallotShape}
 */
export function ballotShape(program, modulusBits) {
  const contests = program.map((part) => contestShape(part, modulusBits));
  const statements = flat(program);
  const ciphertextWidth = modulusBits / 4;
  return Object.freeze({
    contests, statements, ciphertextWidth,
    branches: statements.reduce((sum, { values }) => sum + values.length, 0),
    sizeLimit: FRAME_OCTETS + contests.reduce((sum, contest) => sum + contestOctets(contest, ciphertextWidth), 0),
  });
}

/**
 * @param {Program} program
 * @param {number} modulusBits
 * @returns {ContestShape}
 */
function contestShape(program, modulusBits) {
  const statements = statementsOf(program).map((statement) => {
    const bits = responseBits(modulusBits, coefficientSum(statement));
    const [branches, responseWidth] = [statement.values.length, Math.floor(bits / 8) + 1];
    return { branches, responseBits: bits, responseWidth, width: branches * (CHALLENGE_OCTETS + responseWidth) };
  });
  return { variables: program.variables.length, statements };
}

/**
 * @param {ContestShape} contest
 * @param {number} ciphertextWidth
 */
function contestOctets({ variables, statements }, ciphertextWidth) {
  const widths = [...Array(variables).fill(ciphertextWidth), ...statements.map(({ width }) => width)];
  return widths.reduce((sum, width) => sum + Math.ceil((width * 4) / 3) + '"",'.length, CONTEST_OCTETS);
}

/**
 * @param {readonly Program[]} program
 * @returns {Statement[]}
 */
function flat(program) {
  let first = 0;
  return program.flatMap((part) => {
    const start = first;
    first += part.variables.length;
    return statementsOf(part).map(({ terms, values }) => ({
      terms: terms.map(([index, a]) => /** @type {Term} */ ([start + index, a])), values,
    }));
  });
}
