// SPDX-License-Identifier: AGPL-3.0-or-later
/** One question a page, with a way on and a way back. */
import { InvalidSelection } from "../../errors.js";
import { answer } from "../../contests/contest.js";
import { say, sayMany } from "../../texts.js";
import { button, el, errorSummary } from "../dom.js";
import { FIRST_FIELD, questionView } from "../questions/question.js";
import { standingOf } from "../questions/state.js";

/** @import { Selection } from "../../contests/base.js" */
/** @import { Contest } from "../questions/state.js" */

/**
 * @param {{contest: Contest, leadsToReview: boolean, selection: Selection | undefined, order: readonly string[],
 *   onchange: (selection: Selection) => void, onproblem: (summary: HTMLElement) => void, onnext: () => void, onback: () => void}} given
 *   `onproblem`: in place of `onnext`, once, when something was typed that could not stand
 */
export function chooseView({ contest, leadsToReview, selection, order, onchange, onproblem, onnext, onback }) {
  /** @type {Map<string, string>} fields and what was wrong with them: Enter leaves no time to read it beside the field */
  const problems = new Map();
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const untold = [...problems].map(([field, text]) => ({ text, field }));
    problems.clear();
    if (untold.length) onproblem(errorSummary(say("There is a problem"), untold));
    else onnext();
  };
  const note = (/** @type {string} */ field, /** @type {string} */ problem) => {
    problems.delete(field);
    if (problem) problems.set(field, problem);
  };
  return el("form", { class: "sheet", novalidate: true, onsubmit: submit },
    questionView(contest, selection, order, { onchange, onamount: note }),
    el("div", { class: "actions" },
      el("button", { type: "submit", class: "btn btn-primary" }, leadsToReview ? say("Review your choices") : say("Next question")),
      button(say("Back"), onback)));
}

/**
 * @param {readonly Contest[]} contests
 * @param {number} index
 */
export function progressView(contests, index) {
  if (contests.length === 1) return null;
  return el("p", { class: "kicker" }, say("Question %(number)s of %(all)s", { number: index + 1, all: contests.length }));
}

/**
 * @param {Contest} contest
 * @param {Selection} selection
 * @returns {HTMLElement | undefined} what is wrong with the answer
 */
export function answerErrors(contest, selection) {
  try {
    answer(contest, selection);
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidSelection)) throw error;
    return errorSummary(say("There is a problem"), [{ text: reason(contest, selection, error), field: FIRST_FIELD }]);
  }
}

/**
 * @param {Contest} contest
 * @param {Selection} selection
 * @param {InvalidSelection} error
 */
function reason(contest, selection, error) {
  if (error.code === "too-few" && contest.kind === "choose-one") return say("Choose one option. This question cannot be left blank.");
  if (error.code === "too-few") {
    const least = Number(error.expected);
    return sayMany("Choose at least %(count)s.", "Choose at least %(count)s.", least);
  }
  if (error.code === "too-few-points") return say("Share out all %(points)s points.", { points: contest.points });
  return standingOf(contest, selection);
}
