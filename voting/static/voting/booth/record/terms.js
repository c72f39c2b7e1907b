// SPDX-License-Identifier: AGPL-3.0-or-later
/** The numbers and dates of an election, parts of the manifest (docs/spec/record.md, "Manifest"). */
import { ClosesBeforeOpening, ForbiddenModulusSize, MinimumOutOfReach } from "../errors.js";
import { CHALLENGE_BITS, HIDING_BITS, MODULUS_BITS, TEST_MODULUS_BITS } from "../crypto/parameters.js";

/** @import { Fields } from "../codec/fields.js" */

export const MAX_MODULUS_BITS = 1 << 14;

const MAX_COUNTER_BITS = 64;
const MAX_CHECK_HOURS = 8784; // a leap year

/** @typedef {{opens: number, closes: number, checkPeriodHours: number}} Schedule times in milliseconds since 1970 */
/** @typedef {{modulusBits: number, counterBits: number, rollCapacity: number}} Parameters */
/** @typedef {{minimumCounted: number, ballotsPerCredential: number}} Rules */

/**
 * @param {Fields} fields
 * @returns {Schedule} throws ClosesBeforeOpening
 */
export function readSchedule(fields) {
  const schedule = {
    opens: fields.time("opens"),
    closes: fields.time("closes"),
    checkPeriodHours: fields.integer("check_period_hours", 0, MAX_CHECK_HOURS),
  };
  fields.done();
  if (schedule.closes <= schedule.opens) throw new ClosesBeforeOpening("closes before it opens");
  return schedule;
}

/**
 * @param {Fields} fields
 * @param {boolean} allowTestModulus
 * @returns {Parameters} throws ForbiddenModulusSize for anything but 3072, 2048, or 1024 behind the switch
 */
export function readParameters(fields, allowTestModulus) {
  fields.constant("challenge_bits", CHALLENGE_BITS);
  fields.constant("hiding_bits", HIDING_BITS);
  const parameters = {
    modulusBits: fields.integer("modulus_bits", 1, MAX_MODULUS_BITS),
    counterBits: fields.integer("counter_bits", 1, MAX_COUNTER_BITS),
    rollCapacity: fields.integer("roll_capacity", 1),
  };
  fields.done();
  const expected = allowTestModulus ? [TEST_MODULUS_BITS, ...MODULUS_BITS] : MODULUS_BITS;
  if (!expected.includes(parameters.modulusBits)) {
    throw new ForbiddenModulusSize("modulus size", { expected, computed: parameters.modulusBits });
  }
  return parameters;
}

/**
 * @param {Fields} fields
 * @param {number} rollCapacity
 * @returns {Rules} throws MinimumOutOfReach
 */
export function readRules(fields, rollCapacity) {
  const rules = {
    minimumCounted: fields.integer("minimum_counted", 1),
    ballotsPerCredential: fields.integer("ballots_per_credential", 1),
  };
  fields.done();
  if (rules.minimumCounted > rollCapacity) throw new MinimumOutOfReach("minimum of counted ballots");
  return rules;
}
