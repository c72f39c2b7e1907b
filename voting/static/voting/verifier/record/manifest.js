// SPDX-License-Identifier: AGPL-3.0-or-later
/** The manifest: all that is decided before voting (docs/spec/record.md, "Manifest"). What derives is in derived.js. */
import { toHex } from "../codec/octets.js";
import { timeText } from "../codec/times.js";
import { checkPublicKey } from "../curve/ed25519.js";
import { Refusal } from "../errors.js";
import { readContest } from "../contests/kinds.js";
import { MOST_BRANCHES, readProgram } from "../contests/program.js";
import { checkLanguages, readTexts } from "../contests/texts.js";
import { pair } from "../codec/fields.js";
import { checkDerived } from "./derived.js";
import { checkBoardKeys, checkDistinct, checkTrustees, readBoardKeys, readRegistrar, readTrustees } from "./parties.js";
import { openRecord } from "./signed.js";

/** @typedef {import("../codec/fields.js").Fields} Fields */
/** @typedef {import("../contests/kinds.js").Contest} Contest */
/** @typedef {import("../contests/program.js").Program} Program */
/** @typedef {import("../contests/texts.js").Texts} Texts */
/** @typedef {import("./parties.js").BoardKeys} BoardKeys */
/** @typedef {{ contest: string, terms: [number, number][] }} Aggregate variable and shift */
/** @typedef {{ modulusBits: number, counterBits: number, capacity: number }} Parameters */

/**
 * @typedef {object} Manifest
 * @property {string} electionId
 * @property {Texts} title
 * @property {Texts} description
 * @property {string[]} languages
 * @property {boolean} isRehearsal
 * @property {{ opens: number, closes: number }} schedule seconds since 1970
 * @property {Parameters} parameters
 * @property {BoardKeys} board
 * @property {import("./parties.js").Registrar} registrar
 * @property {import("./parties.js").Trustees} trustees
 * @property {{ minimum: number, ballots: number }} rules
 * @property {Contest[]} contests
 * @property {Program[]} programs
 * @property {Aggregate[]} aggregates
 */

const LIMIT = 8 * 1024 * 1024; // octets
const MOST_LANGUAGES = 30;
const MOST_CONTESTS = 100;
const MOST_AGGREGATES = 10_000;
const MOST_MODULUS_BITS = 1 << 14;
const MODULUS_BITS = [2048, 3072];
export const TEST_MODULUS_BITS = 1024;

/**
 * @param {Uint8Array} octets
 * @param {{ isTestAllowed?: boolean }} [rules]
 */
export function readManifest(octets, { isTestAllowed = false } = {}) {
  const manifest = parsed(octets);
  const { parameters, schedule, rules } = manifest;
  const sizes = isTestAllowed ? [TEST_MODULUS_BITS, ...MODULUS_BITS] : MODULUS_BITS;
  if (!sizes.includes(parameters.modulusBits)) refuse("ForbiddenModulusSize", "modulus size", sizes.join(", "), parameters.modulusBits);
  if (schedule.closes <= schedule.opens) refuse("ClosesBeforeOpening", "closes before it opens", timeText(schedule.opens), timeText(schedule.closes));
  if (rules.minimum > parameters.capacity) refuse("MinimumOutOfReach", "minimum of counted ballots", `at most ${parameters.capacity}`, rules.minimum);
  checkAllLanguages(manifest);
  checkKeys(manifest);
  const ids = manifest.contests.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) refuse("RepeatedContest", "two contests with one id", undefined, ids.join(", "));
  checkDerived(manifest);
  return manifest;
}

/**
 * @param {Uint8Array} octets
 * @returns {Manifest}
 */
function parsed(octets) {
  const fields = openRecord(octets, LIMIT, "manifest");
  const manifest = {
    electionId: fields.hex("election_id", 32),
    title: readTexts(fields, "title"),
    description: readTexts(fields, "description", { isEmptyAllowed: true }),
    languages: fields.strings("languages", { low: 1, high: MOST_LANGUAGES }),
    isRehearsal: fields.boolean("rehearsal"),
    schedule: readSchedule(fields.object("schedule")),
    parameters: readParameters(fields.object("parameters")),
    board: readBoardKeys(fields.object("board")),
    registrar: readRegistrar(fields.object("registrar")),
    trustees: readTrustees(fields.object("trustees")),
    rules: readRules(fields.object("rules")),
    contests: named(fields, "contests", 1).map(([item, name]) => readContest(item, name)),
    programs: named(fields, "program", 0).map(([item, name]) => readProgram(item, name)),
    aggregates: fields.objects("aggregates", { high: MOST_AGGREGATES }).map(readAggregate),
  };
  fields.done();
  return manifest;
}

/** @param {Fields} fields */
function readSchedule(fields) {
  const schedule = { opens: fields.time("opens"), closes: fields.time("closes") };
  fields.integer("check_period_hours", 0, 8784);
  fields.done();
  return schedule;
}

/** @param {Fields} fields */
function readParameters(fields) {
  fields.constant("challenge_bits", 128);
  fields.constant("hiding_bits", 128);
  const parameters = {
    modulusBits: fields.integer("modulus_bits", 1, MOST_MODULUS_BITS),
    counterBits: fields.integer("counter_bits", 1, 64),
    capacity: fields.integer("roll_capacity", 1),
  };
  fields.done();
  return parameters;
}

/** @param {Fields} fields */
function readRules(fields) {
  const rules = { minimum: fields.integer("minimum_counted", 1), ballots: fields.integer("ballots_per_credential", 1) };
  fields.done();
  return rules;
}

/**
 * @param {Fields} fields
 * @returns {Aggregate}
 */
function readAggregate(fields) {
  const rows = fields.items("terms", { low: 1, high: MOST_BRANCHES });
  const aggregate = {
    contest: fields.identifier("contest"),
    terms: rows.map((row, index) => readTerm(row, `${fields.path("terms")}[${index}]`)),
  };
  fields.done();
  return aggregate;
}

/**
 * @param {import("../codec/json.js").Value} value
 * @param {string} name
 * @returns {[number, number]}
 */
function readTerm(value, name) {
  const row = pair(value, name);
  return [row.integer("first", 0, MOST_BRANCHES), row.integer("second", 0, MOST_MODULUS_BITS)];
}

/**
 * @param {Fields} fields
 * @param {string} key
 * @param {number} low
 * @returns {[import("../codec/json.js").Value, string][]}
 */
function named(fields, key, low) {
  return fields.items(key, { low, high: MOST_CONTESTS }).map((item, index) => [item, `${fields.path(key)}[${index}]`]);
}

/** @param {Manifest} manifest */
function checkAllLanguages({ languages, title, description, contests }) {
  if (new Set(languages).size !== languages.length) refuse("RepeatedLanguage", "one language twice", undefined, languages.join(", "));
  const questions = contests.map(({ question }) => question);
  const labels = contests.flatMap(({ options }) => options.map(({ label }) => label));
  for (const texts of [title, description, ...questions, ...labels]) checkLanguages(texts, languages);
}

/** @param {Manifest} manifest */
function checkKeys({ board, trustees, registrar }) {
  checkBoardKeys(board);
  checkTrustees(trustees);
  checkPublicKey(registrar.key);
  const witnesses = board.witnesses.map(({ key }) => key); // who vouches in the trustees' place
  const signers = [board.log.key, ...witnesses, registrar.key, ...trustees.members.map(({ signingKey }) => signingKey)];
  checkDistinct(signers.map(toHex), "RepeatedKey");
}

/**
 * @param {string} name
 * @param {string} message
 * @param {unknown} expected
 * @param {unknown} computed
 * @returns {never}
 */
function refuse(name, message, expected, computed) {
  throw new Refusal("manifest", name, message, { expected, computed });
}
