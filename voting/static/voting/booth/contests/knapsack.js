// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Choose any options that the budget pays for (docs/spec/contests.md, "knapsack"; Goel et al. 2019).
 *
 * Slack bits, never tallied, turn "at most the budget" into one equation.
 */
import { InvalidSelection } from "../errors.js";
import { bitLength } from "../crypto/numbers.js";
import { countConstraint, readCounts } from "./approval.js";
import { amountsOf, checkChoices, checkLimit, total } from "./base.js";

/** @import { Approval } from "./approval.js" */
/** @import { Common, Kind } from "./base.js" */
/** @import { Constraint } from "./program.js" */

/** @type {Kind<Approval>} */
export const knapsack = Object.freeze({
  kind: "knapsack",

  read(common, fields) {
    const contest = readCounts(common, fields);
    checkLimit("budget", contest.budget, 1, Number.MAX_SAFE_INTEGER);
    const cheapest = costsOf(contest).sort((left, right) => Number(left - right));
    const least = sumOf(cheapest.slice(0, Math.max(1, contest.minimum)));
    checkLimit("cost of the cheapest choice", least, 1, contest.budget);
    return contest;
  },

  largest: () => 1,

  compile(contest) {
    const { options, minimum, maximum } = contest;
    const slack = slackOf(contest);
    const coefficients = [...costsOf(contest), ...slack.map((bit) => 1n << bit)];
    /** @type {Constraint} */
    const spending = { terms: coefficients.map((a, index) => [index, a]), allowed: [BigInt(contest.budget)] };
    const variables = [
      ...options.map(() => ({ domain: [0n, 1n], counters: 1 })),
      ...slack.map(() => ({ domain: [0n, 1n], counters: 0 })),
    ];
    return { variables, constraints: [spending, ...countConstraint(options.length, minimum, maximum)] };
  },

  answer(contest, selection) {
    const amounts = amountsOf(contest, selection, 1);
    checkChoices(total(amounts), contest.minimum, contest.maximum);
    const [spent, limit] = [spentOn(contest, amounts), contest.budget];
    if (spent > BigInt(limit)) {
      const message = `Your choices cost ${spent}. You can spend at most ${limit}.`;
      throw new InvalidSelection(message, "too-dear", { limit, given: spent });
    }
    return amounts;
  },

  encode(contest, amounts) {
    const left = BigInt(contest.budget) - spentOn(contest, amounts);
    return [...amounts.map(BigInt), ...slackOf(contest).map((bit) => (left >> bit) & 1n)];
  },
});

/** @param {Common} contest */
function costsOf({ options }) {
  return options.map(({ cost }) => BigInt(cost));
}

/**
 * @param {Common} contest
 * @returns {bigint[]} the places of the slack bits, lowest first
 */
function slackOf({ budget }) {
  return Array.from({ length: bitLength(BigInt(budget)) }, (_, bit) => BigInt(bit));
}

/**
 * @param {Common} contest
 * @param {readonly number[]} amounts
 */
function spentOn(contest, amounts) {
  return sumOf(costsOf(contest).map((cost, index) => cost * BigInt(amounts[index])));
}

/** @param {readonly bigint[]} numbers */
function sumOf(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0n);
}
