// SPDX-License-Identifier: AGPL-3.0-or-later
/** An answer in words, for the review and for an opened test: what was chosen, and what was not used, by name. */
import { say, sayMany } from "../../texts.js";
import { el } from "../dom.js";
import { shown } from "../election_text.js";
import { standingOf } from "./state.js";

/** @import { Option, Selection } from "../../contests/base.js" */
/** @import { Child } from "../dom.js" */
/** @import { Contest } from "./state.js" */

/**
 * @param {readonly Contest[]} contests
 * @param {Readonly<Record<string, Selection>>} selections
 * @param {(index: number) => Child} [action] what stands beside each question
 * @returns {HTMLElement}
 */
export function answersView(contests, selections, action = () => null) {
  const parts = contests.map((contest, index) => el("section", { class: "answer", "aria-labelledby": `answer-${index}` },
    el("div", { class: "answer-head" }, el("h2", { id: `answer-${index}` }, shown(contest.question)), action(index)),
    ...answerOf(contest, selections[contest.id] ?? {})));
  return el("div", { class: "answers" }, ...parts);
}

/**
 * @param {Contest} contest
 * @param {Selection} selection
 */
function answerOf(contest, selection) {
  const chosen = contest.options.filter((/** @type {Option} */ { id }) => selection[id] > 0);
  if (chosen.length === 0) return [el("p", { class: "answer-blank" }, say("Nothing chosen: this question stays blank."))];
  const isAmount = contest.kind === "score" || contest.kind === "cumulative";
  const rows = chosen.map((/** @type {Option} */ option) => el("li", {}, shown(option.label),
    isAmount && el("span", { class: "answer-amount" }, sayMany("%(count)s point", "%(count)s points", selection[option.id]))));
  const more = contest.kind === "choose-one" ? null : el("p", { class: "soft" }, standingOf(contest, selection));
  return [el("ul", { class: "answer-list" }, ...rows), more];
}
