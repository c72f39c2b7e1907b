// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A contest as the proofs see it: variables and constraints (docs/spec/contests.md, "Programs", "Bounds").
 *
 * Nothing here knows a kind of question, an option or a key.
 */
import {
  EmptySet, NegativeNumber, NotIncreasing, TooManyBranches, UnknownVariable, Unsatisfied, WrapAround, WrongCount,
  ZeroCoefficient,
} from "../errors.js";
import { bitLength } from "../crypto/numbers.js";
import { sumOf } from "../crypto/statements.js";

/** @import { Statement, Term } from "../crypto/statements.js" */

/**
 * @typedef {object} Variable
 * @property {readonly bigint[]} domain not negative, strictly increasing
 * @property {number} counters slots that its tally fills; 0: never tallied
 */

/**
 * @typedef {object} Constraint Σ a·x over the terms lies in `allowed`
 * @property {readonly Term[]} terms
 * @property {readonly bigint[]} allowed
 */

/**
 * @typedef {object} Program
 * @property {readonly Variable[]} variables
 * @property {readonly Constraint[]} constraints
 */

/** @typedef {{counterBits: number, modulusBits: number}} Sizes */

export const MARGIN = 130; // bits below |n| that every statement and every packed plaintext leaves free
export const MAX_BRANCHES = 8192;
export const MAX_COUNTERS = 1024;

/**
 * @param {Program} program
 * @returns {Statement[]} what a ballot proves, in order
 */
export function statementsOf({ variables, constraints }) {
  const singles = variables.map(({ domain }, index) => {
    return { terms: [/** @type {Term} */ ([index, 1n])], values: domain };
  });
  return [...singles, ...constraints.map(({ terms, allowed }) => ({ terms, values: allowed }))];
}

/**
 * @param {Program} program throws EmptySet, NotIncreasing, NegativeNumber, ZeroCoefficient, UnknownVariable,
 *   TooManyBranches
 * @returns {Program} the same
 */
export function checkProgram(program) {
  program.variables.forEach(checkVariable);
  program.constraints.forEach(checkConstraint);
  if (program.variables.length === 0) throw new EmptySet("a program without variables");
  for (const { terms } of program.constraints) {
    if (terms[0][0] < 0 || terms[terms.length - 1][0] >= program.variables.length) {
      throw new UnknownVariable("a term about no variable");
    }
  }
  const branches = statementsOf(program).reduce((sum, { values }) => sum + values.length, 0);
  if (branches > MAX_BRANCHES) {
    throw new TooManyBranches("too many branches", { expected: `at most ${MAX_BRANCHES}`, computed: branches });
  }
  return program;
}

/** @param {Variable} variable */
function checkVariable({ domain, counters }) {
  checkSet(domain, "a domain");
  if (domain[0] < 0n || counters < 0) throw new NegativeNumber("a negative value or number of counters");
}

/** @param {Constraint} constraint */
function checkConstraint({ terms, allowed }) {
  checkSet(terms.map(([index]) => index), "the variables of a sum");
  checkSet(allowed, "a set of allowed sums");
  if (terms.some(([, a]) => a === 0n)) throw new ZeroCoefficient("a term with coefficient 0");
}

/**
 * @param {readonly (bigint | number)[]} members
 * @param {string} name
 */
function checkSet(members, name) {
  if (members.length === 0) throw new EmptySet(`${name} is empty`);
  if (members.some((member, index) => index > 0 && members[index - 1] >= member)) {
    throw new NotIncreasing(`${name} is not strictly increasing`);
  }
}

/**
 * Throws WrapAround unless every |Σ a·x − v|, and every |Σ a·x|, is below 2^(|n| − 130).
 * @param {Program} program
 * @param {number} modulusBits
 */
export function checkBounds(program, modulusBits) {
  const room = Math.max(0, modulusBits - MARGIN);
  for (const { terms, values } of statementsOf(program)) {
    const [low, high] = rangeOf(program, terms);
    const distances = [high - values[0], values[values.length - 1] - low, high, -low];
    if (distances.some((distance) => distance > 0n && bitLength(distance) > room)) {
      throw new WrapAround("a statement could wrap around", { expected: modulusBits - MARGIN });
    }
  }
}

/**
 * @param {Program} program
 * @param {readonly Term[]} terms
 * @returns {[low: bigint, high: bigint]} the least and the greatest sum over the domains
 */
function rangeOf({ variables }, terms) {
  let [low, high] = [0n, 0n];
  for (const [index, a] of terms) {
    const { domain } = variables[index];
    const [first, last] = [a * domain[0], a * domain[domain.length - 1]];
    low += first < last ? first : last;
    high += first < last ? last : first;
  }
  return [low, high];
}

/**
 * @param {Program} program
 * @param {readonly bigint[]} values throws WrongCount or Unsatisfied unless they satisfy every statement
 */
export function checkSatisfied(program, values) {
  const expected = program.variables.length;
  if (values.length !== expected) throw new WrongCount("number of values", { expected, computed: values.length });
  statementsOf(program).forEach((statement, index) => {
    if (!statement.values.includes(sumOf(statement.terms, values))) {
      throw new Unsatisfied(`statement ${index} does not hold`);
    }
  });
}
