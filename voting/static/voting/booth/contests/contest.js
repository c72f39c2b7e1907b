// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One question of any kind: read, compile, encode (docs/spec/contests.md, "Kinds"). A new kind is a file and a line.
 */
import { UnknownKind, WrongForm } from "../errors.js";
import { Fields } from "../codec/fields.js";
import { approval } from "./approval.js";
import { readCommon } from "./base.js";
import { chooseOne } from "./choose_one.js";
import { checkFit } from "./counters.js";
import { cumulative } from "./cumulative.js";
import { knapsack } from "./knapsack.js";
import { checkProgram, checkSatisfied } from "./program.js";
import { score } from "./score.js";

/** @import { Value } from "../codec/canonical.js" */
/** @import { Common, Kind, Selection } from "./base.js" */
/** @import { Program, Sizes } from "./program.js" */

/** @type {ReadonlyMap<string, Kind<any>>} */
const KINDS = new Map([chooseOne, approval, score, cumulative, knapsack].map((kind) => [kind.kind, kind]));

/**
 * @param {Value} value
 * @param {string} name
 * @returns {Common} with the kind's own fields; throws UnknownKind, a codec's refusal or that of a limit
 */
export function readContest(value, name) {
  const fields = new Fields(value, name);
  const kind = KINDS.get(fields.text("kind"));
  if (!kind) throw new UnknownKind(`${name}: no such kind of question`, { expected: [...KINDS.keys()] });
  const contest = kind.read(readCommon(fields), fields);
  fields.done();
  return Object.freeze(contest);
}

/** @param {Common} contest */
export function largestCounter(contest) {
  return kindOf(contest).largest(contest);
}

/**
 * @param {Common} contest
 * @param {Sizes} sizes
 * @returns {Program} the same for the same arguments, for ever; throws where it does not fit
 */
export function compile(contest, sizes) {
  return checkFit(checkProgram(kindOf(contest).compile(contest, sizes)), sizes);
}

/**
 * @param {Common} contest
 * @param {Selection} selection
 * @returns {number[]} what each option gets, in order; throws InvalidSelection
 */
export function answer(contest, selection) {
  return kindOf(contest).answer(contest, selection);
}

/**
 * @param {Common} contest
 * @param {Selection} selection
 * @param {Sizes} sizes
 * @returns {bigint[]} the values of all variables for the selection; throws InvalidSelection
 */
export function encodeSelection(contest, selection, sizes) {
  const values = kindOf(contest).encode(contest, answer(contest, selection), sizes);
  checkSatisfied(compile(contest, sizes), values);
  return values;
}

/** @param {Common} contest */
function kindOf(contest) {
  const kind = KINDS.get(contest.kind);
  if (!kind) throw new WrongForm("a contest that was not read", { computed: contest.kind });
  return kind;
}
