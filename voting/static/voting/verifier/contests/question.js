// SPDX-License-Identifier: AGPL-3.0-or-later
/** What all kinds of question have in common (docs/spec/contests.md, "Contests"). */
import { Refusal } from "../errors.js";
import { fillSeats, spend } from "./outcome.js";
import { readTexts } from "./texts.js";

/** @typedef {import("../codec/fields.js").Fields} Fields */
/** @typedef {import("./outcome.js").Outcome} Outcome */
/** @typedef {import("./outcome.js").Rows} Rows */
/** @typedef {import("./texts.js").Texts} Texts */
/** @typedef {{ id: string, label: Texts, cost: number }} Option */

/**
 * @typedef {object} Question
 * @property {string} id
 * @property {Texts} question
 * @property {Option[]} options
 * @property {string} order
 * @property {number} seats
 * @property {number} budget
 */

const MOST_OPTIONS = 1000;

/**
 * @param {Fields} fields
 * @param {string} kind
 * @returns {Question}
 */
export function readQuestion(fields, kind) {
  fields.constant("kind", kind);
  const items = fields.objects("options", { high: MOST_OPTIONS });
  return {
    id: fields.identifier("id"),
    question: readTexts(fields, "question"),
    options: items.map(readOption),
    order: fields.text("order"),
    seats: fields.integer("seats", 0),
    budget: fields.integer("budget", 0),
  };
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

/** @param {Question} question */
export function checkQuestion({ options, order, seats, budget }) {
  if (!options.length) refuse("WrongNumberOfOptions", "number of options", `1..${MOST_OPTIONS}`, 0);
  if (new Set(options.map(({ id }) => id)).size !== options.length) refuse("DuplicateOption", "two options with one id");
  if (order !== "fixed" && order !== "random") refuse("UnknownOrder", "no such order", "fixed or random", order);
  for (const { id, cost } of options) {
    if ((cost > 0) !== (budget > 0)) refuse("InvalidCost", `cost of ${id} with budget ${budget}`, budget ? "at least 1" : 0, cost);
  }
  const [low, high] = budget ? [0, 0] : [1, options.length];
  if (seats < low || seats > high) refuse("InvalidSeats", "number of seats", `${low}..${high}`, seats);
}

/**
 * @param {string} name
 * @param {number | bigint} value
 * @param {number} low
 * @param {number} high
 */
export function checkLimit(name, value, low, high) {
  if (value < low || value > high) refuse("InvalidLimit", `${name} out of range`, `${low}..${high}`, value);
}

/**
 * @param {string} name
 * @param {bigint} total
 * @param {bigint} low
 * @param {bigint} high
 */
export function checkSum(name, total, low, high) {
  if (total < low || total > high) refuse("SumMismatch", `${name} cannot be`, `${low}..${high}`, total);
}

/** @param {readonly number[]} numbers */
export function sum(numbers) {
  return numbers.reduce((total, number) => total + BigInt(number), 0n);
}

/**
 * The outcome in which the options have these amounts.
 * @param {Question} question
 * @param {readonly number[]} amounts
 * @param {Rows} extras
 * @returns {Outcome}
 */
export function decide({ options, seats, budget }, amounts, extras) {
  const totals = options.map(({ id }, index) => /** @type {[string, number]} */ ([id, amounts[index]]));
  const costs = new Map(options.map(({ id, cost }) => [id, cost]));
  return { totals, extras, ...(budget ? spend(totals, costs, budget) : fillSeats(totals, seats)) };
}

/**
 * @param {string} name
 * @param {string} message
 * @param {unknown} [expected]
 * @param {unknown} [computed]
 * @returns {never}
 */
export function refuse(name, message, expected, computed) {
  throw new Refusal("contest", name, message, { expected, computed });
}
