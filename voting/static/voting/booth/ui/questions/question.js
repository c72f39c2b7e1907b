// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One question: what may be answered, its options, and how far the answer has come. More than is allowed cannot be
 * given: that is explained, and nothing is taken away for the voter.
 */
import { total } from "../../contests/base.js";
import { say, sayMany } from "../../texts.js";
import { el, replace } from "../dom.js";
import { shown } from "../election_text.js";
import { whenSteady } from "../steady.js";
import { amountRow, tickRow } from "./rows.js";
import { countsOf, ruleOf, spentOn } from "./state.js";

/** @import { Option, Selection } from "../../contests/base.js" */
/** @import { Contest } from "./state.js" */

/**
 * @typedef {object} Heard
 * @property {(selection: Selection) => void} onchange
 * @property {(field: string, problem: string) => void} onamount an amount was given: why it cannot stand, "" if it stands
 */

export const FIRST_FIELD = "option-0";

/**
 * @param {Contest} contest
 * @param {Selection | undefined} selection undefined until the question was answered; {} is a blank answer
 * @param {readonly string[]} order ids of the options, as this voter sees them
 * @param {Heard} heard
 * @returns {HTMLElement}
 */
export function questionView(contest, selection, order, heard) {
  const answer = new Answer(contest, selection ?? {}, heard);
  if (selection) answer.tell(); // a question that is new has the room for its options
  const isBlank = selection !== undefined && total(Object.values(selection)) === 0;
  const options = order.map((id) => contest.options.find((/** @type {Option} */ option) => option.id === id));
  const rows = options.map((option, index) => answer.row(option, `option-${index}`));
  return el("div", { class: "question" },
    el("fieldset", { class: "choices" },
      el("legend", { class: "visually-hidden" }, shown(contest.question)),
      el("p", { class: "rule", id: "rule" }, ruleOf(contest)),
      el("div", { class: "choice-rows" }, ...rows, answer.blankRow(isBlank))),
    answer.status);
}

/** The answer to one question as it is being given. */
class Answer {
  /** @type {Contest} */
  #contest;
  /** @type {Selection} */
  #selection;
  #heard;
  #said = el("p", { class: "standing" });
  #warned = el("p", { class: "standing-warning" });

  /**
   * @param {Contest} contest
   * @param {Selection} selection
   * @param {Heard} heard
   */
  constructor(contest, selection, heard) {
    this.#contest = contest;
    this.#selection = selection;
    this.#heard = heard;
    this.status = el("div", { class: "standing-box", role: "status" }, this.#said, this.#warned);
  }

  /**
   * @param {Option} option
   * @param {string} id
   */
  row(option, id) {
    const amount = this.#amount(option.id);
    if (this.#contest.kind === "score" || this.#contest.kind === "cumulative") {
      const most = this.#contest.highest ?? this.#contest.per_option;
      return amountRow(option, { id, amount, most, onchange: (wanted) => this.#give(option, wanted, most, id) });
    }
    const isOne = this.#contest.kind === "choose-one";
    return tickRow(option, {
      id, name: "option", type: isOne ? "radio" : "checkbox", checked: amount > 0,
      onchange: isOne ? () => this.#take({ [option.id]: 1 }) : (input) => this.#tick(option, input),
    });
  }

  /** "None of these", where a blank vote is a choice of its own. @param {boolean} checked */
  blankRow(checked) {
    if (this.#contest.kind !== "choose-one" || !this.#contest.blank) return null;
    const input = el("input", {
      type: "radio", id: "option-blank", name: "option", autocomplete: "off", checked, onchange: () => this.#take({}),
    });
    return el("label", { class: "choice choice-blank", for: "option-blank" }, input, el("span", { class: "choice-label" }, say("Leave this question blank")));
  }

  /** @param {string} id */
  #amount(id) {
    return Object.hasOwn(this.#selection, id) ? this.#selection[id] : 0;
  }

  /**
   * @param {Option} option
   * @param {HTMLInputElement} input
   */
  #tick(option, input) {
    const { [option.id]: _, ...rest } = this.#selection;
    const problem = input.checked ? this.#problemWith(option) : "";
    if (problem) {
      input.checked = false;
      this.#warn(problem);
    } else {
      this.#take(input.checked ? { ...rest, [option.id]: 1 } : rest);
    }
  }

  /**
   * @param {Option} option
   * @returns {string} why it cannot be chosen on top of the others
   */
  #problemWith(option) {
    const { maximum, budget, kind } = this.#contest;
    if (total(Object.values(this.#selection)) >= maximum) {
      return sayMany("You can choose at most %(count)s. To choose another, take one away first.",
        "You can choose at most %(count)s. To choose another, take one away first.", maximum);
    }
    const left = kind === "knapsack" ? budget - spentOn(this.#contest, this.#selection) : Infinity;
    if (option.cost <= left) return "";
    return say("This costs %(cost)s, and %(left)s is left. To choose it, take something else away first.", { cost: option.cost, left });
  }

  /**
   * @param {Option} option
   * @param {number} wanted NaN for what is no number
   * @param {number} most
   * @param {string} field
   * @returns {number} the amount that stands
   */
  #give(option, wanted, most, field) {
    const { [option.id]: before = 0, ...rest } = this.#selection;
    const problem = this.#problemWithAmount(wanted, most, before, rest);
    this.#heard.onamount(field, problem);
    if (problem) {
      this.#warn(problem);
      return before;
    }
    this.#take(wanted > 0 ? { ...rest, [option.id]: wanted } : rest);
    return wanted;
  }

  /**
   * @param {number} wanted
   * @param {number} most
   * @param {number} before the amount that stood
   * @param {Selection} rest the other options
   * @returns {string} why it cannot stand
   */
  #problemWithAmount(wanted, most, before, rest) {
    if (!(wanted >= 0 && wanted <= most)) return say("Only a whole number from 0 to %(most)s can stand here: %(before)s was kept.", { most, before });
    const left = this.#contest.kind === "cumulative" ? this.#contest.points - total(Object.values(rest)) : wanted;
    if (wanted <= left) return "";
    return sayMany("Only %(count)s point is left for this option.", "Only %(count)s points are left for this option.", left);
  }

  /** @param {Selection} selection */
  #take(selection) {
    this.#selection = selection;
    whenSteady(() => this.#warned.replaceChildren());
    whenSteady(() => this.tell());
    this.#heard.onchange(selection);
  }

  /** How far the answer has come. */
  tell() {
    replace(this.#said, ...countsOf(this.#contest, this.#selection).map((text) => el("span", {}, text)));
  }

  /** @param {string} problem */
  #warn(problem) {
    whenSteady(() => this.#warned.replaceChildren(problem));
  }
}
