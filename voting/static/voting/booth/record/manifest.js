// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The manifest: all that is decided before voting (docs/spec/record.md, "Manifest").
 *
 * Read strictly, with every check that any reader makes.
 */
import { BallotTooLarge, RepeatedContest, RepeatedLanguage } from "../errors.js";
import { parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";
import { readContest } from "../contests/contest.js";
import { readProgram } from "../contests/program_value.js";
import { MAX_BRANCHES } from "../contests/program.js";
import { checkLanguages, readTexts } from "../contests/texts.js";
import { checkPublicKey } from "../credentials/public_keys.js";
import { checkBoardKeys, readBoardKeys } from "./board_keys.js";
import { deriveProgram } from "./derived.js";
import { checkDistinctKeys } from "./distinct.js";
import { checkTrustees, readRegistrar, readTrustees } from "./parties.js";
import { ballotShape, MAX_BALLOT_OCTETS } from "./shape.js";
import { MAX_MODULUS_BITS, readParameters, readRules, readSchedule } from "./terms.js";

/** @import { Value } from "../codec/canonical.js" */
/** @import { Common } from "../contests/base.js" */
/** @import { Texts } from "../contests/texts.js" */
/** @import { Octets } from "../octets.js" */
/** @import { BoardKeys } from "./board_keys.js" */
/** @import { Registrar, Trustees } from "./parties.js" */
/** @import { BallotShape } from "./shape.js" */
/** @import { Parameters, Rules, Schedule } from "./terms.js" */

/**
 * @typedef {object} Manifest
 * @property {string} electionId
 * @property {Texts} title
 * @property {Texts} description
 * @property {readonly string[]} languages the first is the default
 * @property {boolean} rehearsal
 * @property {Schedule} schedule
 * @property {Parameters} parameters
 * @property {BoardKeys} board
 * @property {Registrar} registrar
 * @property {Trustees} trustees
 * @property {Rules} rules
 * @property {readonly Common[]} contests
 * @property {BallotShape} shape of this election's ballots
 */

export const ELECTION_ID_DIGITS = 32;

const LIMIT = 8 * 1024 * 1024;
const MAX_LANGUAGES = 30;
const MAX_CONTESTS = 100;
const MAX_AGGREGATES = 10_000;

/**
 * @param {Octets} octets
 * @param {{allowTestModulus?: boolean}} [allowed]
 * @returns {Promise<Manifest>} throws a Refusal
 */
export async function readManifest(octets, { allowTestModulus = false } = {}) {
  const fields = new Fields(parse(octets, LIMIT), "manifest");
  fields.constant("format", "veritally/manifest/1");
  const languages = fields.strings("languages", { low: 1, high: MAX_LANGUAGES });
  const parameters = readParameters(fields.object("parameters"), allowTestModulus);
  const read = {
    electionId: fields.hex("election_id", ELECTION_ID_DIGITS),
    title: readTexts(fields, "title"),
    description: readTexts(fields, "description", { empty: true }),
    languages, parameters,
    rehearsal: fields.boolean("rehearsal"),
    schedule: readSchedule(fields.object("schedule")),
    board: await readBoardKeys(fields.object("board")),
    registrar: readRegistrar(fields.object("registrar")),
    trustees: readTrustees(fields.object("trustees")),
    rules: readRules(fields.object("rules"), parameters.rollCapacity),
    contests: readContests(fields),
  };
  const claimed = { program: readProgramItems(fields), aggregates: readAggregateItems(fields) };
  fields.done();
  checkTexts(read);
  checkKeys(read);
  return Object.freeze({ ...read, shape: checkedShape(read.contests, parameters, claimed) });
}

/** @param {Fields} fields */
function readContests(fields) {
  const items = fields.items("contests", { low: 1, high: MAX_CONTESTS });
  const contests = items.map((item, index) => readContest(item, `${fields.path("contests")}[${index}]`));
  if (new Set(contests.map(({ id }) => id)).size !== contests.length) {
    throw new RepeatedContest("two contests with one id");
  }
  return contests;
}

/**
 * @param {Fields} fields
 * @returns {readonly Value[]} well-formed programs
 */
function readProgramItems(fields) {
  const items = fields.items("program", { high: MAX_CONTESTS });
  items.forEach((item, index) => readProgram(item, `${fields.path("program")}[${index}]`));
  return items;
}

/**
 * @param {Fields} fields
 * @returns {readonly Value[]} well-formed aggregates
 */
function readAggregateItems(fields) {
  for (const part of fields.objects("aggregates", { high: MAX_AGGREGATES })) {
    part.identifier("contest");
    for (const row of part.rows("terms", { low: 1, high: MAX_BRANCHES })) {
      const [variable, shift] = row.items("item", { low: 2, high: 2 });
      const term = new Fields({ variable, shift }, row.name);
      term.integer("variable", 0, MAX_BRANCHES);
      term.integer("shift", 0, MAX_MODULUS_BITS);
    }
    part.done();
  }
  return fields.items("aggregates");
}

/** @param {Pick<Manifest, "languages" | "title" | "description" | "contests">} read */
function checkTexts({ languages, title, description, contests }) {
  if (new Set(languages).size !== languages.length) throw new RepeatedLanguage("one language twice");
  const questions = contests.flatMap(({ question, options }) => [question, ...options.map(({ label }) => label)]);
  for (const texts of [title, description, ...questions]) checkLanguages(texts, languages);
}

/** @param {Pick<Manifest, "board" | "trustees" | "registrar">} read */
function checkKeys({ board, trustees, registrar }) {
  checkBoardKeys(board);
  checkTrustees(trustees);
  checkPublicKey(registrar.key);
  const ofBoard = [board.log, ...board.witnesses].map(({ key }) => key);
  checkDistinctKeys([...ofBoard, registrar.key, ...trustees.members.map(({ signingKey }) => signingKey)]);
}

/**
 * @param {readonly Common[]} contests
 * @param {Parameters} parameters
 * @param {{program: Value, aggregates: Value}} claimed
 */
function checkedShape(contests, parameters, claimed) {
  const shape = ballotShape(deriveProgram(contests, parameters, claimed), parameters.modulusBits);
  if (shape.sizeLimit > MAX_BALLOT_OCTETS) {
    throw new BallotTooLarge("octets of a ballot", { expected: MAX_BALLOT_OCTETS, computed: shape.sizeLimit });
  }
  return shape;
}
