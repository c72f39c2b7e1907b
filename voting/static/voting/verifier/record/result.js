// SPDX-License-Identifier: AGPL-3.0-or-later
/** The result entry: what was counted, decrypted and decoded (docs/spec/record.md, "Result"). */
import { single } from "../codec/fields.js";
import { readOutcome } from "../contests/outcome.js";
import { Refusal } from "../errors.js";
import { readCounted } from "./entries.js";
import { openRecord } from "./signed.js";

/** @typedef {import("../codec/fields.js").Fields} Fields */
/** @typedef {import("../codec/json.js").Value} Value */
/** @typedef {import("../contests/outcome.js").Outcome} Outcome */
/** @typedef {import("./manifest.js").Manifest} Manifest */
/** @typedef {{ ciphertext: bigint, plaintext: bigint, root: bigint }} Opened */

/**
 * `tallies` and `counters` are by contest and tallied variable.
 * @typedef {object} Result
 * @property {string} election
 * @property {import("./entries.js").Counted} counted
 * @property {bigint[][]} tallies
 * @property {Opened[]} aggregates
 * @property {{ id: string, counters: number[][], outcome: Outcome }[]} contests
 */

const LIMIT = 32 * 1024 * 1024; // octets

/**
 * @param {Uint8Array} octets
 * @param {Manifest} manifest
 * @returns {Result}
 */
export function readResult(octets, { parameters, contests, programs, aggregates }) {
  const width = parameters.modulusBits / 8;
  const slots = programs.map(({ variables }) => variables.flatMap(({ counters }) => (counters ? [counters] : [])));
  const fields = openRecord(octets, LIMIT, "result");
  const items = fields.items("contests", exactly(contests.length));
  const opened = fields.objects("aggregates", exactly(aggregates.length));
  const result = {
    election: fields.digest("election"),
    counted: readCounted(fields.object("counted")),
    tallies: fields.items("tallies", exactly(contests.length)).map((row, index) =>
      single(row, `${fields.path("tallies")}[${index}]`).numbers("item", slots[index].length, 2 * width)),
    aggregates: opened.map((part) => readOpened(part, width)),
    contests: items.map((item, index) => readContest(item, `${fields.path("contests")}[${index}]`, contests[index].id, slots[index])),
  };
  fields.done();
  return result;
}

/** @param {number} count */
function exactly(count) {
  return { low: count, high: count };
}

/**
 * @param {Fields} fields
 * @param {number} width
 * @returns {Opened}
 */
function readOpened(fields, width) {
  const opened = {
    ciphertext: fields.number("ciphertext", 2 * width),
    plaintext: fields.number("plaintext", width),
    root: fields.number("root", width),
  };
  fields.done();
  return opened;
}

/**
 * @param {Value} item
 * @param {string} name
 * @param {string} expected the id of the manifest's contest
 * @param {readonly number[]} slots the counters of each tallied variable
 */
function readContest(item, name, expected, slots) {
  const fields = single(item, name).object("item");
  const id = fields.identifier("id");
  if (id !== expected) throw new Refusal("record", "ContestMismatch", `${name}.id`, { expected, computed: id });
  const rows = fields.items("counters", exactly(slots.length));
  const outcome = fields.take("result");
  fields.done();
  return {
    id,
    counters: rows.map((row, index) => readCounters(row, `${name}.counters[${index}]`, slots[index])),
    outcome: readOutcome(outcome, `${name}.result`),
  };
}

/**
 * @param {Value} row
 * @param {string} name
 * @param {number} count
 */
function readCounters(row, name, count) {
  return single(row, name).items("item", exactly(count)).map((item, index) => single(item, `${name}[${index}]`).integer("item", 0));
}
