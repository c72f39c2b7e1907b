// SPDX-License-Identifier: AGPL-3.0-or-later
/** Share out points, all of them or at most so many (docs/spec/contests.md, "cumulative"). */
import { InvalidSelection } from "../errors.js";
import { amountsOf, checkLimit, total } from "./base.js";
import { MAX_BRANCHES } from "./program.js";

/** @import { Common, Kind } from "./base.js" */
/** @import { Constraint } from "./program.js" */

/** @typedef {Common & {points: number, per_option: number, exact: boolean}} Cumulative */

/** @type {Kind<Cumulative>} */
export const cumulative = Object.freeze({
  kind: "cumulative",

  read(common, fields) {
    const contest = {
      ...common,
      points: fields.integer("points", 0),
      per_option: fields.integer("per_option", 0),
      exact: fields.boolean("exact"),
    };
    checkLimit("per_option", contest.per_option, 1, MAX_BRANCHES);
    checkLimit("points", contest.points, contest.per_option, contest.per_option * contest.options.length);
    return contest;
  },

  largest: ({ per_option: most }) => most,

  compile({ options, points, per_option: most, exact }) {
    const variables = options.map(() => ({ domain: upTo(0, most), counters: 1 }));
    /** @type {Constraint} */
    const sum = { terms: options.map((_, index) => [index, 1n]), allowed: upTo(exact ? points : 0, points) };
    return { variables, constraints: [sum] };
  },

  answer(contest, selection) {
    const amounts = amountsOf(contest, selection, contest.per_option);
    const [given, limit] = [total(amounts), contest.points];
    if (given > limit) {
      const message = `You gave ${given} points. You can give at most ${limit}.`;
      throw new InvalidSelection(message, "too-many-points", { limit, given });
    }
    if (contest.exact && given < limit) {
      throw new InvalidSelection(`You gave ${given} points. Give all ${limit}.`, "too-few-points", { limit, given });
    }
    return amounts;
  },

  encode: (_, amounts) => amounts.map(BigInt),
});

/**
 * @param {number} low
 * @param {number} high
 */
function upTo(low, high) {
  return Array.from({ length: Math.min(high - low, MAX_BRANCHES) + 1 }, (_, more) => BigInt(low + more));
}
