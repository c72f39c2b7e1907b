// SPDX-License-Identifier: AGPL-3.0-or-later
/** What follows from the questions, and must stand in the manifest as it follows (docs/spec/record.md, "Derived parts"). */
import { Refusal } from "../errors.js";
import { counterBits, pack } from "../contests/counters.js";
import { isSameProgram } from "../contests/program.js";
import { ballotShape } from "./shape.js";

/** @typedef {import("./manifest.js").Manifest} Manifest */

const LARGEST_BALLOT = 4 * 1024 * 1024; // octets

/** @param {Manifest} manifest */
export function checkDerived({ contests, programs, aggregates, parameters }) {
  const least = counterBits(parameters.capacity, contests.reduce((most, { largest }) => Math.max(most, largest), 1));
  const stated = parameters.counterBits;
  if (stated < least) refuse("CounterBaseTooSmall", "bits of a counter", least, stated);
  if (stated > least) refuse("CounterBaseTooLarge", "bits of a counter", least, stated);
  const compiled = contests.map((contest) => contest.compile(parameters));
  if (!isSameProgram(compiled, programs)) refuse("ProgramMismatch", "the program is not what the questions compile to");
  const packed = contests.flatMap(({ id }, index) => pack(compiled[index], parameters).map((terms) => ({ contest: id, terms })));
  if (spelt(packed) !== spelt(aggregates)) refuse("AggregatesMismatch", "the aggregates are not what the program packs to");
  const { limit } = ballotShape(compiled, parameters.modulusBits);
  if (limit > LARGEST_BALLOT) refuse("BallotTooLarge", "octets of a ballot", `at most ${LARGEST_BALLOT}`, limit);
}

/** @param {readonly { contest: string, terms: readonly (readonly [number, number])[] }[]} aggregates */
function spelt(aggregates) {
  return JSON.stringify(aggregates.map(({ contest, terms }) => [contest, terms]));
}

/**
 * @param {string} name
 * @param {string} message
 * @param {unknown} [expected]
 * @param {unknown} [computed]
 * @returns {never}
 */
function refuse(name, message, expected, computed) {
  throw new Refusal("derived", name, message, { expected, computed });
}
