// SPDX-License-Identifier: AGPL-3.0-or-later
/** Who wins, from totals alone (docs/spec/contests.md, "Results", "Outcome"). */
import { Fields, pair } from "../codec/fields.js";

/** @typedef {[string, number][]} Rows option or name, and a number */
/** @typedef {{ totals: Rows, extras: Rows, winners: string[], tied: string[] }} Outcome */
/** @typedef {import("../codec/json.js").Value} Value */

const MOST_ROWS = 65_536;

/**
 * The highest totals fill the seats; the first group that does not fit is tied if a seat is left.
 * @param {Rows} totals
 * @param {number} seats
 */
export function fillSeats(totals, seats) {
  /** @type {string[]} */
  const winners = [];
  for (const group of groups(totals)) {
    if (winners.length + group.length > seats) return { winners, tied: winners.length < seats ? group : [] };
    winners.push(...group);
  }
  return { winners, tied: [] };
}

/**
 * From the highest total down, what is left of the budget buys a group, or part of it is tied.
 * @param {Rows} totals
 * @param {ReadonlyMap<string, number>} costs
 * @param {number} budget
 */
export function spend(totals, costs, budget) {
  /** @type {string[]} */
  const winners = [];
  const cost = (/** @type {string} */ option) => BigInt(costs.get(option) ?? 0);
  let left = BigInt(budget);
  for (const group of groups(totals)) {
    const payable = group.filter((option) => cost(option) <= left);
    const price = payable.reduce((sum, option) => sum + cost(option), 0n);
    if (price > left) return { winners, tied: payable };
    winners.push(...payable);
    left -= price;
  }
  return { winners, tied: [] };
}

/**
 * Groups of options with equal totals above 0, the highest first, the order of options kept within.
 * @param {Rows} totals
 */
function groups(totals) {
  const heights = [...new Set(totals.map(([, total]) => total))].filter((total) => total > 0).sort((a, b) => b - a);
  return heights.map((height) => totals.filter(([, total]) => total === height).map(([option]) => option));
}

/**
 * @param {Value} value
 * @param {string} name
 * @returns {Outcome}
 */
export function readOutcome(value, name) {
  const fields = new Fields(value, name);
  const outcome = {
    totals: readRows(fields, "totals"),
    extras: readRows(fields, "extras"),
    winners: fields.strings("winners", { high: MOST_ROWS }),
    tied: fields.strings("tied", { high: MOST_ROWS }),
  };
  fields.done();
  return outcome;
}

/**
 * @param {Fields} fields
 * @param {string} key
 * @returns {Rows}
 */
function readRows(fields, key) {
  return fields.items(key, { high: MOST_ROWS }).map((item, index) => {
    const row = pair(item, `${fields.path(key)}[${index}]`);
    return [row.text("first"), row.integer("second", 0)];
  });
}
