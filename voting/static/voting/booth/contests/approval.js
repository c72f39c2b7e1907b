// SPDX-License-Identifier: AGPL-3.0-or-later
/** Approve of `minimum` to `maximum` options (docs/spec/contests.md, "approval"). */
import { amountsOf, checkChoices, checkLimit, total } from "./base.js";

/** @import { Fields } from "../codec/fields.js" */
/** @import { Common, Kind } from "./base.js" */
/** @import { Constraint } from "./program.js" */

/** @typedef {Common & {minimum: number, maximum: number}} Approval */

/** @type {Kind<Approval>} */
export const approval = Object.freeze({
  kind: "approval",
  read: readCounts,
  largest: () => 1,

  compile({ options, minimum, maximum }) {
    const variables = options.map(() => ({ domain: [0n, 1n], counters: 1 }));
    return { variables, constraints: countConstraint(options.length, minimum, maximum) };
  },

  answer(contest, selection) {
    const amounts = amountsOf(contest, selection, 1);
    checkChoices(total(amounts), contest.minimum, contest.maximum);
    return amounts;
  },

  encode: (_, amounts) => amounts.map(BigInt),
});

/**
 * @param {Common} common
 * @param {Fields} fields
 * @returns {Approval} throws InvalidLimit
 */
export function readCounts(common, fields) {
  const contest = { ...common, minimum: fields.integer("minimum", 0), maximum: fields.integer("maximum", 0) };
  checkLimit("maximum", contest.maximum, 1, contest.options.length);
  checkLimit("minimum", contest.minimum, 0, contest.maximum);
  return contest;
}

/**
 * Σ x ∈ {minimum..maximum} over the first `options` variables, or nothing where that says nothing.
 * @param {number} options
 * @param {number} minimum
 * @param {number} maximum
 * @returns {Constraint[]}
 */
export function countConstraint(options, minimum, maximum) {
  if (minimum === 0 && maximum === options) return [];
  const allowed = Array.from({ length: maximum - minimum + 1 }, (_, more) => BigInt(minimum + more));
  return [{ terms: Array.from({ length: options }, (_, index) => [index, 1n]), allowed }];
}
