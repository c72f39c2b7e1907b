// SPDX-License-Identifier: AGPL-3.0-or-later
/** A program as JSON, read and written (docs/spec/contests.md, "Programs"). */
import { checkProgram, MAX_BRANCHES, MAX_COUNTERS } from "./program.js";
import { Fields } from "../codec/fields.js";

/** @import { Value } from "../codec/canonical.js" */
/** @import { Term } from "../crypto/statements.js" */
/** @import { Constraint, Program, Variable } from "./program.js" */

/**
 * @param {Program} program
 * @returns {Value}
 */
export function programValue({ variables, constraints }) {
  return {
    variables: variables.map(({ domain, counters }) => ({ domain: domain.map(hex), counters })),
    constraints: constraints.map(({ terms, allowed }) => ({
      terms: terms.map(([index, a]) => [index, hex(a)]),
      allowed: allowed.map(hex),
    })),
  };
}

/**
 * @param {Value} value
 * @param {string} name
 * @returns {Program} checked; throws also a codec's refusal
 */
export function readProgram(value, name) {
  const fields = new Fields(value, name);
  const variables = fields.objects("variables", { high: MAX_BRANCHES }).map(readVariable);
  const constraints = fields.objects("constraints", { high: MAX_BRANCHES }).map(readConstraint);
  fields.done();
  return checkProgram({ variables, constraints });
}

/**
 * @param {Fields} fields
 * @returns {Variable}
 */
function readVariable(fields) {
  const variable = { domain: readSet(fields, "domain"), counters: fields.integer("counters", 0, MAX_COUNTERS) };
  fields.done();
  return variable;
}

/**
 * @param {Fields} fields
 * @returns {Constraint}
 */
function readConstraint(fields) {
  const terms = fields.rows("terms", { high: MAX_BRANCHES }).map(readTerm);
  const constraint = { terms, allowed: readSet(fields, "allowed") };
  fields.done();
  return constraint;
}

/**
 * @param {Fields} row
 * @returns {Term}
 */
function readTerm(row) {
  const [variable, coefficient] = row.items("item", { low: 2, high: 2 });
  const fields = new Fields({ variable, coefficient }, row.name);
  return [fields.integer("variable", 0, MAX_BRANCHES), fields.hexInteger("coefficient")];
}

/**
 * @param {Fields} fields
 * @param {string} key
 */
function readSet(fields, key) {
  return fields.rows(key, { high: MAX_BRANCHES }).map((row) => row.hexInteger("item"));
}

/** @param {bigint} number */
function hex(number) {
  return number.toString(16);
}
