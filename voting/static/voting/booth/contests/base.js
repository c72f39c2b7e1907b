// SPDX-License-Identifier: AGPL-3.0-or-later
/** What all kinds of question have in common (docs/spec/contests.md, "Contests"). What may be answered they say. */
import {
  DuplicateOption, InvalidCost, InvalidLimit, InvalidSeats, InvalidSelection, UnknownOrder, WrongNumberOfOptions,
} from "../errors.js";
import { readTexts } from "./texts.js";

/** @import { Fields } from "../codec/fields.js" */
/** @import { Program, Sizes } from "./program.js" */
/** @import { Texts } from "./texts.js" */

/** @typedef {{id: string, label: Texts, cost: number}} Option */

/**
 * @typedef {object} Common
 * @property {string} kind
 * @property {string} id
 * @property {Texts} question
 * @property {readonly Option[]} options
 * @property {string} order "fixed" or "random": how a booth shows the options
 * @property {number} seats
 * @property {number} budget 0 for none
 */

/** @typedef {Readonly<Record<string, number>>} Selection option id → amount; what is left out is 0 */

/**
 * @template {Common} C
 * @typedef {object} Kind
 * @property {string} kind
 * @property {(common: Common, fields: Fields) => C} read the kind's own fields, with all limits checked
 * @property {(contest: C) => number} largest the greatest value that one ballot of weight 1 adds to one counter
 * @property {(contest: C, sizes: Sizes) => Program} compile
 * @property {(contest: C, selection: Selection) => number[]} answer amounts in order; throws InvalidSelection
 * @property {(contest: C, amounts: readonly number[], sizes: Sizes) => bigint[]} encode values of all variables
 */

const MAX_OPTIONS = 1000;
const ORDERS = ["fixed", "random"];
const MAX_MONEY = Number.MAX_SAFE_INTEGER;

/**
 * @param {Fields} fields
 * @returns {Common}
 */
export function readCommon(fields) {
  const common = {
    kind: fields.text("kind"),
    id: fields.identifier("id"),
    question: readTexts(fields, "question"),
    options: fields.objects("options", { high: MAX_OPTIONS }).map(readOption),
    order: fields.text("order"),
    seats: fields.integer("seats", 0),
    budget: fields.integer("budget", 0),
  };
  checkCommon(common);
  return common;
}

/**
 * @param {Fields} fields
 * @returns {Option}
 */
function readOption(fields) {
  const option = { id: fields.identifier("id"), label: readTexts(fields, "label"), cost: fields.integer("cost", 0) };
  fields.done();
  return option;
}

/** @param {Common} contest */
function checkCommon({ options, order, seats, budget }) {
  if (options.length === 0) throw new WrongNumberOfOptions("number of options", { expected: `1..${MAX_OPTIONS}` });
  if (new Set(options.map(({ id }) => id)).size !== options.length) {
    throw new DuplicateOption("two options with one id");
  }
  if (!ORDERS.includes(order)) throw new UnknownOrder("no such order", { expected: ORDERS, computed: order });
  const [low, high] = budget ? [1, MAX_MONEY] : [0, 0];
  const wrong = options.find(({ cost }) => cost < low || cost > high);
  if (wrong) throw new InvalidCost(`cost of ${wrong.id} with budget ${budget}`, { computed: wrong.cost });
  const [least, most] = budget ? [0, 0] : [1, options.length];
  if (seats < least || seats > most) {
    throw new InvalidSeats("number of seats", { expected: `${least}..${most}`, computed: seats });
  }
}

/**
 * @param {string} name
 * @param {number | bigint} value
 * @param {number} low
 * @param {number} high throws InvalidLimit unless low ≤ value ≤ high
 */
export function checkLimit(name, value, low, high) {
  if (!(low <= value && value <= high)) {
    throw new InvalidLimit(`${name} out of range`, { expected: `${low}..${high}`, computed: value });
  }
}

/**
 * What a selection gives to each option, in order.
 * @param {Common} contest
 * @param {Selection} selection
 * @param {number} highest
 * @returns {number[]} throws InvalidSelection
 */
export function amountsOf({ options }, selection, highest) {
  const ids = new Set(options.map(({ id }) => id));
  const unknown = Object.keys(selection).find((id) => !ids.has(id));
  if (unknown !== undefined) {
    throw new InvalidSelection("One of your choices is not on this ballot.", "unknown-option", { given: unknown });
  }
  const amounts = options.map(({ id }) => (Object.hasOwn(selection, id) ? selection[id] : 0));
  const wrong = amounts.find((amount) => !(Number.isInteger(amount) && 0 <= amount && amount <= highest));
  if (wrong !== undefined) {
    throw new InvalidSelection(`The most that one option can get is ${highest}.`, "amount", {
      limit: highest, given: wrong,
    });
  }
  return amounts;
}

/**
 * @param {number} count how many options were chosen
 * @param {number} low
 * @param {number} high throws InvalidSelection
 */
export function checkChoices(count, low, high) {
  const numbers = { limit: count > high ? high : low, given: count };
  if (count > high) {
    throw new InvalidSelection(`You chose ${count}. You can choose at most ${high}.`, "too-many", numbers);
  }
  if (count < low) throw new InvalidSelection(`You chose ${count}. Choose at least ${low}.`, "too-few", numbers);
}

/** @param {readonly number[]} amounts */
export function total(amounts) {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
