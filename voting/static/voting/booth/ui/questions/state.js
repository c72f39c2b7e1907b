// SPDX-License-Identifier: AGPL-3.0-or-later
/** How far an answer has come: what is chosen, and what more may be, in a sentence and in a line. */
import { total } from "../../contests/base.js";
import { say, sayMany } from "../../texts.js";

/** @import { Selection } from "../../contests/base.js" */

/** @typedef {any} Contest one of the five kinds, as record/manifest.js reads them */

/**
 * @param {Contest} contest
 * @returns {string} what may be answered
 */
export function ruleOf(contest) {
  switch (contest.kind) {
    case "choose-one": return contest.blank ? say("Choose one, or leave it blank.") : say("Choose one.");
    case "approval": return choices(contest);
    case "score": return say("Give each option from 0 to %(most)s points.", { most: contest.highest });
    case "cumulative": return contest.exact
      ? say("Share out exactly %(points)s points, at most %(most)s for one option.", pointsOf(contest))
      : say("Share out up to %(points)s points, at most %(most)s for one option.", pointsOf(contest));
    case "knapsack": return say("Choose what the money shall be spent on: %(budget)s in all.", { budget: contest.budget });
    default: return "";
  }
}

/**
 * @param {Contest} contest
 * @param {Selection} selection
 * @returns {string} "You chose 2. You can choose 1 more."
 */
export function standingOf(contest, selection) {
  const amounts = Object.values(selection);
  const count = amounts.filter((amount) => amount > 0).length;
  if (contest.kind === "choose-one") return count ? say("You chose 1.") : say("You have not chosen yet.");
  if (contest.kind === "score") return sayMany("You gave points to %(count)s option.", "You gave points to %(count)s options.", count);
  if (contest.kind === "cumulative") return points(contest, total(amounts));
  if (contest.kind === "knapsack") return `${chosen(count, contest)} ${spent(contest, spentOn(contest, selection))}`;
  return chosen(count, contest);
}

/**
 * The same for a phone's narrow line, while the answer is being given.
 * @param {Contest} contest
 * @param {Selection} selection
 * @returns {readonly string[]} what stands at either end: what is chosen, then what is left; none where the options show it
 */
export function countsOf(contest, selection) {
  const amounts = Object.values(selection);
  const count = amounts.filter((amount) => amount > 0).length;
  switch (contest.kind) {
    case "score": return [say("%(count)s of %(all)s options have points", { count, all: contest.options.length })];
    case "cumulative": return [say("%(given)s of %(points)s points given", { given: total(amounts), points: contest.points })];
    case "knapsack": return [chosenOf(contest, count), say("%(left)s left", { left: contest.budget - spentOn(contest, selection) })];
    case "approval": return [chosenOf(contest, count)];
    default: return [];
  }
}

/**
 * @param {Contest} contest
 * @param {number} count
 */
function chosenOf({ minimum, maximum }, count) {
  return count < minimum
    ? say("%(count)s chosen, at least %(least)s needed", { count, least: minimum })
    : say("%(count)s of %(most)s chosen", { count, most: maximum });
}

/**
 * @param {Contest} contest
 * @param {Selection} selection
 */
export function spentOn({ options }, selection) {
  return options.reduce((/** @type {number} */ sum, /** @type {any} */ { id, cost }) => sum + (selection[id] ? cost : 0), 0);
}

/** @param {Contest} contest */
function choices({ minimum, maximum, options }) {
  if (minimum === maximum) return sayMany("Choose exactly %(count)s.", "Choose exactly %(count)s.", maximum);
  if (minimum === 0 && maximum >= options.length) return say("Choose as many as you like.");
  if (minimum === 0) return sayMany("Choose up to %(count)s.", "Choose up to %(count)s.", maximum);
  return say("Choose from %(least)s to %(most)s.", { least: minimum, most: maximum });
}

/** @param {Contest} contest */
function pointsOf({ points: all, per_option: most }) {
  return { points: all, most };
}

/**
 * @param {number} count
 * @param {Contest} contest
 */
function chosen(count, { minimum, maximum }) {
  const so = sayMany("You chose %(count)s.", "You chose %(count)s.", count);
  if (count < minimum) return `${so} ${sayMany("Choose at least %(count)s more.", "Choose at least %(count)s more.", minimum - count)}`;
  const left = maximum - count;
  return `${so} ${left > 0
    ? sayMany("You can choose %(count)s more.", "You can choose %(count)s more.", left)
    : say("You cannot choose more.")}`;
}

/**
 * @param {Contest} contest
 * @param {number} given
 */
function points(contest, given) {
  const so = say("You gave %(given)s of %(points)s points.", { given, points: contest.points });
  const left = contest.points - given;
  return left > 0 ? `${so} ${sayMany("%(count)s point is left.", "%(count)s points are left.", left)}` : `${so} ${say("None is left.")}`;
}

/**
 * @param {Contest} contest
 * @param {number} cost
 */
function spent({ budget }, cost) {
  return say("That costs %(cost)s of %(budget)s; %(left)s is left.", { cost, budget, left: budget - cost });
}
