// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What follows from the questions of a manifest, computed again (docs/spec/record.md, "Derived parts").
 *
 * A booth that believed the manifest's program would encrypt and prove whatever a lying server asked for.
 */
import { AggregatesMismatch, CounterBaseTooLarge, CounterBaseTooSmall, ProgramMismatch } from "../errors.js";
import { areEqual } from "../octets.js";
import { encode } from "../codec/canonical.js";
import { compile, largestCounter } from "../contests/contest.js";
import { counterBits, pack } from "../contests/counters.js";
import { programValue } from "../contests/program_value.js";

/** @import { Value } from "../codec/canonical.js" */
/** @import { Common } from "../contests/base.js" */
/** @import { Program } from "../contests/program.js" */
/** @import { Parameters } from "./terms.js" */

/**
 * @param {readonly Common[]} contests
 * @param {Parameters} parameters
 * @param {{program: Value, aggregates: Value}} claimed as the manifest has them, already read
 * @returns {Program[]} throws CounterBaseTooSmall, CounterBaseTooLarge, ProgramMismatch, AggregatesMismatch
 */
export function deriveProgram(contests, parameters, claimed) {
  checkCounterBits(contests, parameters);
  const program = contests.map((contest) => compile(contest, parameters));
  if (!areEqual(encode(claimed.program), encode(program.map(programValue)))) {
    throw new ProgramMismatch("the program is not what the questions compile to");
  }
  const aggregates = program.flatMap((part, index) =>
    pack(part, parameters).map((terms) => ({ contest: contests[index].id, terms })),
  );
  if (!areEqual(encode(claimed.aggregates), encode(aggregates))) {
    throw new AggregatesMismatch("the aggregates are not what the program packs to");
  }
  return program;
}

/**
 * @param {readonly Common[]} contests
 * @param {Parameters} parameters
 */
function checkCounterBits(contests, parameters) {
  const expected = counterBits(parameters.rollCapacity, Math.max(...contests.map(largestCounter)));
  const computed = parameters.counterBits;
  if (computed < expected) throw new CounterBaseTooSmall("bits of a counter", { expected, computed });
  if (computed > expected) throw new CounterBaseTooLarge("bits of a counter", { expected, computed });
}
