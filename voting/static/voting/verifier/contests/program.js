// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a contest is to the proofs: variables and constraints (docs/spec/contests.md, "Programs", "Bounds"). */
import { Fields, hexInteger, pair } from "../codec/fields.js";
import { Refusal } from "../errors.js";

/** @typedef {{ domain: bigint[], counters: number }} Variable */
/** @typedef {readonly (readonly [number, bigint])[]} Terms variable and coefficient */
/** @typedef {{ terms: Terms, allowed: bigint[] }} Constraint */
/** @typedef {{ variables: Variable[], constraints: Constraint[] }} Program */
/** @typedef {{ terms: Terms, values: bigint[] }} Statement */
/** @typedef {import("../codec/json.js").Value} Value */

export const MARGIN = 130; // bits below |n|
export const MOST_BRANCHES = 8192;
const MOST_COUNTERS = 1024;

/**
 * @param {Value} value
 * @param {string} name
 * @returns {Program}
 */
export function readProgram(value, name) {
  const fields = new Fields(value, name);
  const variables = fields.objects("variables", { high: MOST_BRANCHES }).map(readVariable);
  const constraints = fields.objects("constraints", { high: MOST_BRANCHES }).map(readConstraint);
  fields.done();
  return checkedProgram({ variables, constraints });
}

/**
 * @param {Fields} fields
 * @returns {Variable}
 */
function readVariable(fields) {
  const domain = readIntegers(fields, "domain");
  const counters = fields.integer("counters", 0, MOST_COUNTERS);
  fields.done();
  return { domain, counters };
}

/**
 * @param {Fields} fields
 * @returns {Constraint}
 */
function readConstraint(fields) {
  const items = fields.items("terms", { high: MOST_BRANCHES });
  const terms = items.map((item, index) => readTerm(item, `${fields.path("terms")}[${index}]`));
  const allowed = readIntegers(fields, "allowed");
  fields.done();
  return { terms, allowed };
}

/**
 * @param {Value} value
 * @param {string} name
 * @returns {[number, bigint]}
 */
function readTerm(value, name) {
  const fields = pair(value, name);
  return [fields.integer("first", 0, MOST_BRANCHES), hexInteger(fields.text("second"), name)];
}

/**
 * @param {Fields} fields
 * @param {string} key
 */
function readIntegers(fields, key) {
  return fields.strings(key, { high: MOST_BRANCHES }).map((text, index) => hexInteger(text, `${fields.path(key)}[${index}]`));
}

/**
 * @param {Program} program
 * @returns {Program} the same
 */
export function checkedProgram(program) {
  for (const { domain } of program.variables) checkSet(domain, "a domain");
  if (program.variables.some(({ domain }) => domain[0] < 0n)) refuse("NegativeNumber", "a negative value");
  for (const { terms, allowed } of program.constraints) {
    checkSet(terms.map(([index]) => BigInt(index)), "the variables of a sum");
    checkSet(allowed, "a set of allowed sums");
    if (terms.some(([, coefficient]) => coefficient === 0n)) refuse("ZeroCoefficient", "a term with coefficient 0");
  }
  if (!program.variables.length) refuse("EmptySet", "a program without variables");
  if (program.constraints.some(({ terms }) => terms[terms.length - 1][0] >= program.variables.length)) {
    refuse("UnknownVariable", "a term about no variable");
  }
  const branches = statementsOf(program).reduce((sum, { values }) => sum + values.length, 0);
  if (branches > MOST_BRANCHES) refuse("TooManyBranches", "too many branches", `at most ${MOST_BRANCHES}`, branches);
  return program;
}

/**
 * What a ballot proves, in order: first of each variable, then of each constraint.
 * @param {Program} program
 * @returns {Statement[]}
 */
export function statementsOf({ variables, constraints }) {
  return [
    ...variables.map(({ domain }, index) => ({ terms: /** @type {Terms} */ ([[index, 1n]]), values: domain })),
    ...constraints.map(({ terms, allowed }) => ({ terms, values: allowed })),
  ];
}

/**
 * Below the bound a congruence modulo n is an equality of integers.
 * @param {Program} program
 * @param {number} modulusBits
 */
export function checkBounds(program, modulusBits) {
  const limit = 1n << BigInt(Math.max(0, modulusBits - MARGIN));
  for (const { terms, values } of statementsOf(program)) {
    const [low, high] = rangeOf(program, terms);
    const reached = [high - values[0], values[values.length - 1] - low, high, -low];
    if (reached.some((distance) => distance >= limit)) {
      refuse("WrapAround", "a statement could wrap around", `below 2^${modulusBits - MARGIN}`);
    }
  }
}

/**
 * The least and the greatest sum over the domains.
 * @param {Program} program
 * @param {Terms} terms
 */
function rangeOf({ variables }, terms) {
  let [low, high] = [0n, 0n];
  for (const [index, coefficient] of terms) {
    const { domain } = variables[index];
    const ends = [coefficient * domain[0], coefficient * domain[domain.length - 1]];
    low += ends[0] < ends[1] ? ends[0] : ends[1];
    high += ends[0] < ends[1] ? ends[1] : ends[0];
  }
  return [low, high];
}

/**
 * Whether two programs are the same.
 * @param {readonly Program[]} left
 * @param {readonly Program[]} right
 */
export function isSameProgram(left, right) {
  return spelt(left) === spelt(right);
}

/** @param {readonly Program[]} programs */
function spelt(programs) {
  return JSON.stringify(programs, (_, value) => (typeof value === "bigint" ? value.toString(16) : value));
}

/**
 * @param {readonly bigint[]} members
 * @param {string} name
 */
function checkSet(members, name) {
  if (!members.length) refuse("EmptySet", `${name} is empty`);
  for (let index = 1; index < members.length; index += 1) {
    if (members[index - 1] >= members[index]) refuse("NotIncreasing", `${name} is not strictly increasing`);
  }
}

/**
 * @param {string} name
 * @param {string} message
 * @param {unknown} [expected]
 * @param {unknown} [computed]
 * @returns {never}
 */
function refuse(name, message, expected, computed) {
  throw new Refusal("contest", name, message, { expected, computed });
}
