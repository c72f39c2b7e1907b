// SPDX-License-Identifier: AGPL-3.0-or-later
/** The kinds of question: what is compiled, and what counters may be (docs/spec/contests.md, "Kinds", "Results"). */
import { Fields } from "../codec/fields.js";
import { bitLength, doesNotFit, fitting } from "./counters.js";
import { MARGIN, MOST_BRANCHES, checkedProgram } from "./program.js";
import { checkLimit, checkQuestion, checkSum, decide, readQuestion, refuse, sum } from "./question.js";

/** @typedef {import("./counters.js").Sizes} Sizes */
/** @typedef {import("./outcome.js").Outcome} Outcome */
/** @typedef {import("./program.js").Program} Program */
/** @typedef {import("./program.js").Constraint} Constraint */
/** @typedef {import("./question.js").Question} Question */
/** @typedef {import("../codec/json.js").Value} Value */

/**
 * `largest` is what one ballot can add to one counter; `outcome` gives what counters of ballots of a weight amount to.
 * @typedef {Question & { kind: string, largest: number, compile: (sizes: Sizes) => Program,
 *   outcome: (counters: number[][], weight: number) => Outcome }} Contest
 */
/** @typedef {Pick<Contest, "largest" | "compile" | "outcome"> & { check: () => void }} Kind */

/** @type {ReadonlyMap<string, (question: Question, fields: Fields) => Kind>} */
const KINDS = new Map([
  ["choose-one", chooseOne],
  ["approval", approval],
  ["score", score],
  ["cumulative", cumulative],
  ["knapsack", knapsack],
]);

/**
 * @param {Value} value
 * @param {string} name
 * @returns {Contest}
 */
export function readContest(value, name) {
  const fields = new Fields(value, name);
  const kind = fields.text("kind");
  const make = KINDS.get(kind);
  if (!make) refuse("UnknownKind", `${name}: no such kind of question`, [...KINDS.keys()].join(", "), kind);
  const question = readQuestion(fields, kind);
  const { check, ...rest } = make(question, fields);
  checkQuestion(question);
  check();
  fields.done();
  return { ...question, kind, ...rest };
}

/**
 * @param {number} from
 * @param {number} to including
 */
function integers(from, to) {
  return Array.from({ length: to - from + 1 }, (_, index) => BigInt(from + index));
}

/**
 * A variable for each option, each with this domain and one counter.
 * @param {Question} question
 * @param {bigint[]} domain
 */
function perOption({ options }, domain) {
  return options.map(() => ({ domain, counters: 1 }));
}

/**
 * Σ x over the options ∈ {minimum, …, maximum}, unless that says nothing.
 * @param {Question} question
 * @param {number} minimum
 * @param {number} maximum
 * @returns {Constraint[]}
 */
function countOf({ options }, minimum, maximum) {
  if (minimum === 0 && maximum === options.length) return [];
  return [{ terms: options.map((_, index) => [index, 1n]), allowed: integers(minimum, maximum) }];
}

/**
 * @param {readonly number[]} counters
 * @param {bigint} high
 */
function checkEach(counters, high) {
  for (const counter of counters) checkSum("a counter", BigInt(counter), 0n, high);
}

/**
 * Checks and outcome of the kinds with one counter for each option.
 * @param {Question} question
 * @param {number} each the most of one counter, for a weight of 1
 * @param {readonly [number, number]} all the least and the most of all together
 * @param {number[][]} rows
 * @param {number} weight
 */
function counted(question, each, [low, high], rows, weight) {
  const counters = rows.map(([counter]) => counter);
  const voters = BigInt(weight);
  checkEach(counters, BigInt(each) * voters);
  checkSum("the sum of all counters", sum(counters), BigInt(low) * voters, BigInt(high) * voters);
  return decide(question, counters, []);
}

/**
 * @param {Question} question
 * @param {Fields} fields
 * @returns {Kind}
 */
function chooseOne(question, fields) {
  const isBlankAllowed = fields.boolean("blank");
  const slots = question.options.length + (isBlankAllowed ? 1 : 0);
  return {
    largest: 1,
    check: () => {
      if (slots < 2) refuse("WrongNumberOfOptions", "one answer is no question", "at least 2", slots);
    },
    compile: (sizes) => fitting(checkedProgram(oneOf(slots, sizes)), sizes),
    outcome: (rows, weight) => {
      const counters = rows.flat();
      checkEach(counters, BigInt(weight));
      checkSum("the sum of all counters", sum(counters), BigInt(weight), BigInt(weight));
      return decide(question, counters, isBlankAllowed ? [["blank", counters[slots - 1]]] : []);
    },
  };
}

/**
 * One variable in {B^0, …}; or, where that does not fit, parts of which exactly one is not 0.
 * @param {number} slots
 * @param {Sizes} sizes
 * @returns {Program}
 */
function oneOf(slots, { counterBits, modulusBits }) {
  const room = Math.floor((modulusBits - MARGIN) / counterBits);
  if (room < 1) doesNotFit("one counter", modulusBits - MARGIN, counterBits);
  const parts = Math.ceil(slots / room);
  if (parts >= 2 ** counterBits) refuse("TooManyParts", "parts of one choice", `below ${2 ** counterBits}`, parts);
  const size = Math.ceil(slots / parts);
  const powers = integers(0, size - 1).map((place) => 1n << (BigInt(counterBits) * place));
  if (parts === 1) return { variables: [{ domain: powers, counters: slots }], constraints: [] };
  const variables = [];
  for (let first = 0; first < slots; first += size) {
    const own = Math.min(size, slots - first);
    variables.push({ domain: [0n, ...powers.slice(0, own)], counters: own });
  }
  return { variables, constraints: [{ terms: variables.map((_, part) => [part, 1n]), allowed: powers }] };
}

/**
 * @param {Question} question
 * @param {Fields} fields
 * @returns {Kind}
 */
function approval(question, fields) {
  const [minimum, maximum] = [fields.integer("minimum", 0), fields.integer("maximum", 0)];
  return {
    largest: 1,
    check: () => checkNumbers(question, minimum, maximum),
    compile: (sizes) => {
      const program = { variables: perOption(question, [0n, 1n]), constraints: countOf(question, minimum, maximum) };
      return fitting(checkedProgram(program), sizes);
    },
    outcome: (rows, weight) => counted(question, 1, [minimum, maximum], rows, weight),
  };
}

/**
 * @param {Question} question
 * @param {number} minimum
 * @param {number} maximum
 */
function checkNumbers({ options }, minimum, maximum) {
  checkLimit("maximum", maximum, 1, options.length);
  checkLimit("minimum", minimum, 0, maximum);
}

/**
 * @param {Question} question
 * @param {Fields} fields
 * @returns {Kind}
 */
function score(question, fields) {
  const highest = fields.integer("highest", 0);
  return {
    largest: highest,
    check: () => checkLimit("highest", highest, 1, MOST_BRANCHES),
    compile: (sizes) => fitting(checkedProgram({ variables: perOption(question, integers(0, highest)), constraints: [] }), sizes),
    outcome: (rows, weight) => counted(question, highest, [0, highest * question.options.length], rows, weight),
  };
}

/**
 * @param {Question} question
 * @param {Fields} fields
 * @returns {Kind}
 */
function cumulative(question, fields) {
  const [points, most, isExact] = [fields.integer("points", 0), fields.integer("per_option", 0), fields.boolean("exact")];
  const least = isExact ? points : 0;
  return {
    largest: most,
    check: () => {
      checkLimit("per_option", most, 1, MOST_BRANCHES);
      checkLimit("points", points, most, most * question.options.length);
      checkLimit("points to give or keep", points - least, 0, MOST_BRANCHES - 1);
    },
    compile: (sizes) => {
      const terms = question.options.map((_, index) => /** @type {[number, bigint]} */ ([index, 1n]));
      const program = { variables: perOption(question, integers(0, most)), constraints: [{ terms, allowed: integers(least, points) }] };
      return fitting(checkedProgram(program), sizes);
    },
    outcome: (rows, weight) => counted(question, most, [least, points], rows, weight),
  };
}

/**
 * @param {Question} question
 * @param {Fields} fields
 * @returns {Kind}
 */
function knapsack(question, fields) {
  const { options, budget } = question;
  const [minimum, maximum] = [fields.integer("minimum", 0), fields.integer("maximum", 0)];
  const costs = options.map(({ cost }) => cost);
  return {
    largest: 1,
    check: () => {
      checkLimit("budget", budget, 1, Number.MAX_SAFE_INTEGER);
      checkNumbers(question, minimum, maximum);
      const cheapest = [...costs].sort((a, b) => a - b).slice(0, Math.max(1, minimum));
      checkLimit("cost of the cheapest choice", sum(cheapest), 1, budget);
    },
    compile: (sizes) => fitting(checkedProgram(spending(question, costs, minimum, maximum)), sizes),
    outcome: (rows, weight) => {
      const outcome = counted(question, 1, [minimum, maximum], rows, weight);
      const spent = rows.reduce((total, [counter], index) => total + BigInt(costs[index]) * BigInt(counter), 0n);
      checkSum("the money spent on all ballots", spent, 0n, BigInt(budget) * BigInt(weight));
      return outcome;
    },
  };
}

/**
 * Σ cost·x + Σ 2^j·slack_j = budget: one encoding for each answer.
 * @param {Question} question
 * @param {readonly number[]} costs
 * @param {number} minimum
 * @param {number} maximum
 * @returns {Program}
 */
function spending(question, costs, minimum, maximum) {
  const slack = bitLength(BigInt(question.budget));
  const bits = Array.from({ length: slack }, (_, bit) => 1n << BigInt(bit));
  const terms = [...costs.map(BigInt), ...bits].map((coefficient, index) => /** @type {[number, bigint]} */ ([index, coefficient]));
  return {
    variables: [...perOption(question, [0n, 1n]), ...bits.map(() => ({ domain: [0n, 1n], counters: 0 }))],
    constraints: [{ terms, allowed: [BigInt(question.budget)] }, ...countOf(question, minimum, maximum)],
  };
}
