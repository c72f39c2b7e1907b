// SPDX-License-Identifier: AGPL-3.0-or-later
/** Checks H.1 to H.6: result and final entry, against what was recomputed from the ballots. */
import { Refusal } from "../errors.js";
import { unpack } from "../contests/counters.js";
import { checkOpening } from "../proofs/threshold.js";
import { checkCounted, readFinal } from "../record/entries.js";
import { readResult } from "../record/result.js";
import { checkElection } from "../record/signed.js";
import { refusal } from "./walk.js";

/** @typedef {import("../contests/outcome.js").Outcome} Outcome */
/** @typedef {import("../record/entries.js").Counted} Counted */
/** @typedef {import("../record/manifest.js").Manifest} Manifest */
/** @typedef {import("../record/result.js").Result} Result */
/** @typedef {import("./ledger.js").Ledger} Ledger */
/** @typedef {import("./setup.js").Opened} Opened */
/** @typedef {import("./walk.js").Entry} Entry */
/** What was recomputed. */
/** @typedef {{ counted: Counted, tallies: bigint[][], aggregates: bigint[] }} Recomputed */

/**
 * H.1 to H.5.
 * @param {Ledger} ledger
 * @param {Entry} entry
 * @param {Opened} opened
 * @param {Recomputed} recomputed
 * @returns {Outcome[] | null} by contest, as they follow from the counters
 */
export function checkResult(ledger, entry, opened, recomputed) {
  ledger.mark("H.1");
  const result = readRight(ledger, entry, opened, recomputed.counted);
  if (!result) return null;
  checkSums(ledger, entry, result, recomputed);
  ledger.mark("H.3");
  result.aggregates.forEach((aggregate, index) => {
    try {
      checkOpening(opened.key.n, aggregate);
    } catch (error) {
      ledger.fail("H.3", refusal(error), `${entry.where}, aggregate ${index}`);
    }
  });
  return checkCounters(ledger, entry, result, opened.manifest, recomputed.counted.weight);
}

/**
 * @param {Ledger} ledger
 * @param {Entry} entry
 * @param {Opened} opened
 * @param {Counted} counted
 * @returns {Result | null}
 */
function readRight(ledger, { payload, where }, { manifest, fingerprint }, counted) {
  let result = null;
  try {
    const found = readResult(payload, manifest);
    checkElection(fingerprint, found.election);
    result = found;
    checkCounted(counted, found.counted);
  } catch (error) {
    ledger.fail("H.1", refusal(error), where);
  }
  return result;
}

/**
 * @param {Ledger} ledger
 * @param {Entry} entry
 * @param {Result} result
 * @param {Recomputed} recomputed
 */
function checkSums(ledger, { where }, result, { tallies, aggregates }) {
  ledger.mark("H.2");
  const isSame = (/** @type {readonly bigint[]} */ left, /** @type {readonly bigint[]} */ right) => left.every((number, index) => number === right[index]);
  if (!isSame(result.tallies.flat(), tallies.flat())) {
    ledger.fail("H.2", new Refusal("tally", "TallyMismatch", "the encrypted sums are not the products of the ballots"), where);
  }
  if (!isSame(result.aggregates.map(({ ciphertext }) => ciphertext), aggregates)) {
    ledger.fail("H.2", new Refusal("tally", "TallyMismatch", "the packed sums are not made of the encrypted sums"), where);
  }
}

/**
 * H.4 and H.5.
 * @param {Ledger} ledger
 * @param {Entry} entry
 * @param {Result} result
 * @param {Manifest} manifest
 * @param {number} weight
 */
function checkCounters(ledger, { where }, result, manifest, weight) {
  ledger.mark("H.4");
  let counters;
  try {
    counters = decoded(manifest, result);
  } catch (error) {
    ledger.fail("H.4", refusal(error), where);
    return null;
  }
  if (JSON.stringify(counters) !== JSON.stringify(result.contests.map((contest) => contest.counters))) {
    ledger.fail("H.4", new Refusal("tally", "CountersMismatch", "the counters are not the digits of the plaintexts"), where);
  }
  return checkOutcomes(ledger, where, result, manifest, counters, weight);
}

/**
 * By contest, the counters of each tallied variable.
 * @param {Manifest} manifest
 * @param {Result} result
 * @returns {number[][][]}
 */
function decoded({ contests, programs, aggregates, parameters }, result) {
  return contests.map(({ id }, contest) =>
    aggregates.flatMap((aggregate, index) =>
      aggregate.contest === id ? unpack(programs[contest], aggregate.terms, result.aggregates[index].plaintext, parameters.counterBits) : []));
}

/**
 * @param {Ledger} ledger
 * @param {string} where
 * @param {Result} result
 * @param {Manifest} manifest
 * @param {number[][][]} counters
 * @param {number} weight
 */
function checkOutcomes(ledger, where, result, { contests }, counters, weight) {
  ledger.mark("H.5");
  try {
    const outcomes = contests.map((contest, index) => contest.outcome(counters[index], weight));
    outcomes.forEach((outcome, index) => {
      const [expected, computed] = [spelt(outcome), spelt(result.contests[index].outcome)];
      if (expected === computed) return;
      const error = new Refusal("tally", "OutcomeMismatch", "another outcome", { expected, computed });
      ledger.fail("H.5", error, `${where}, contest ${contests[index].id}`);
    });
    return outcomes;
  } catch (error) {
    ledger.fail("H.5", refusal(error), where);
    return null;
  }
}

/** @param {Outcome} outcome */
function spelt({ totals, extras, winners, tied }) {
  return JSON.stringify({ extras, tied, totals, winners });
}

/**
 * H.6.
 * @param {Ledger} ledger
 * @param {Entry} entry
 * @param {Opened} opened
 * @param {string} expected the digest of the result
 */
export function checkFinal(ledger, { payload, where }, { fingerprint }, expected) {
  ledger.mark("H.6");
  try {
    const { election, result: computed } = readFinal(payload);
    checkElection(fingerprint, election);
    if (computed !== expected) throw new Refusal("tally", "FinalMismatch", "another result", { expected, computed });
  } catch (error) {
    ledger.fail("H.6", refusal(error), where);
  }
}
