// SPDX-License-Identifier: AGPL-3.0-or-later
/** In which order a voter sees the options: as the manifest lists them, or drawn for this voter, who then keeps it. */

/** @import { Common } from "../../contests/base.js" */

/** @typedef {Readonly<Record<string, readonly string[]>>} Orders contest id → option ids */

/**
 * @param {readonly Common[]} contests
 * @param {Orders} kept what an earlier load of the page drew
 * @returns {Orders}
 */
export function optionOrders(contests, kept) {
  return Object.fromEntries(contests.map(({ id, order, options }) => {
    const ids = options.map((option) => option.id);
    if (order !== "random") return [id, ids];
    return [id, isOrderOf(ids, kept[id] ?? []) ? kept[id] : shuffle(ids)];
  }));
}

/**
 * @param {readonly string[]} ids
 * @param {readonly string[]} order
 */
function isOrderOf(ids, order) {
  return order.length === ids.length && new Set(order).size === ids.length && ids.every((id) => order.includes(id));
}

/** Sorted by random keys of 64 bits: all orders are equally likely but for 2^-50. @param {readonly string[]} ids */
function shuffle(ids) {
  const keys = crypto.getRandomValues(new BigUint64Array(ids.length));
  return ids.map((id, index) => ({ id, key: keys[index] })).sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ id }) => id);
}
