// SPDX-License-Identifier: AGPL-3.0-or-later
/** Give every option a score of 0 to `highest` (docs/spec/contests.md, "score"). */
import { amountsOf, checkLimit } from "./base.js";
import { MAX_BRANCHES } from "./program.js";

/** @import { Common, Kind } from "./base.js" */

/** @typedef {Common & {highest: number}} Score */

/** @type {Kind<Score>} */
export const score = Object.freeze({
  kind: "score",

  read(common, fields) {
    const contest = { ...common, highest: fields.integer("highest", 0) };
    checkLimit("highest", contest.highest, 1, MAX_BRANCHES);
    return contest;
  },

  largest: ({ highest }) => highest,

  compile({ options, highest }) {
    const domain = Array.from({ length: highest + 1 }, (_, points) => BigInt(points));
    return { variables: options.map(() => ({ domain, counters: 1 })), constraints: [] };
  },

  answer: (contest, selection) => amountsOf(contest, selection, contest.highest),
  encode: (_, amounts) => amounts.map(BigInt),
});
