// SPDX-License-Identifier: AGPL-3.0-or-later
/** B.5: which entry may follow which (docs/spec/record.md, "Order"). */
import { Refusal } from "../errors.js";

const NOTHING = "";
const VOTING = ["ballot", "challenged", "roll-change"];
const BEFORE = [NOTHING, "manifest", "roll", "key"];

/** @type {ReadonlyMap<string, readonly string[]>} the types that each may follow */
const FOLLOWS = new Map([
  ["manifest", [NOTHING]],
  ["roll", ["manifest"]],
  ["key", ["roll"]],
  ["open", ["key"]],
  ["ballot", ["open", ...VOTING]],
  ["challenged", ["open", ...VOTING]],
  ["roll-change", ["open", ...VOTING]],
  ["close", ["open", ...VOTING]],
  ["share", ["close", "share"]],
  ["result", ["close", "share"]],
  ["final", ["result"]],
]);

/**
 * @param {string} previous "" at the beginning
 * @param {string} type
 */
export function checkFollows(previous, type) {
  for (const name of [type, previous]) {
    if (name !== NOTHING && !FOLLOWS.has(name)) refuse("UnknownEntryType", "no such type of entry", [...FOLLOWS.keys()].join(", "), name);
  }
  const allowed = FOLLOWS.get(type) ?? [];
  if (allowed.includes(previous)) return;
  const expected = `after ${allowed.map((name) => name || "nothing").sort().join(", ")}`;
  const found = `after ${previous || "nothing"}`;
  if (previous === "final") refuse("AfterFinal", `${type} after the final entry`, expected, found);
  if (!VOTING.includes(type)) refuse("OutOfOrder", `${type} may not stand here`, expected, found);
  if (BEFORE.includes(previous)) refuse("BeforeOpening", `${type} before the opening entry`, expected, found);
  refuse("AfterClosing", `${type} after the closing entry`, expected, found);
}

/**
 * @param {string} name
 * @param {string} message
 * @param {string} expected
 * @param {string} computed
 * @returns {never}
 */
function refuse(name, message, expected, computed) {
  throw new Refusal("record", name, message, { expected, computed });
}
