// SPDX-License-Identifier: AGPL-3.0-or-later
/** The small records: opening, challenge, closing, final (docs/spec/record.md). */
import { concat, fromHex, toHex, utf8 } from "../codec/octets.js";
import { KEY } from "../curve/ed25519.js";
import { Refusal } from "../errors.js";
import { sha256, sha256Hex } from "../hash/sha256.js";
import { SMALL_RECORD, openRecord, readSignature } from "./signed.js";

/** @typedef {import("../codec/fields.js").Fields} Fields */
/** @typedef {{ ballots: number, weight: number, hash: string }} Counted */
/** @typedef {{ manifest: string, roll: string, key: string, fingerprint: string }} Opening */

const FINGERPRINT = utf8("veritally/election/1\n");
const COUNTED = utf8("veritally/counted/1\n");

/**
 * @param {Uint8Array} octets
 * @returns {Opening} with the fingerprint as it was computed
 */
export function readOpening(octets) {
  const fields = openRecord(octets, SMALL_RECORD, "open");
  const [manifest, roll, key] = ["manifest", "roll", "key"].map((name) => fields.digest(name));
  fields.digest("booth");
  const stated = fields.digest("fingerprint");
  fields.done();
  const fingerprint = toHex(sha256(concat([FINGERPRINT, ...[manifest, roll, key].map(fromHex)])));
  if (stated !== fingerprint) {
    throw new Refusal("record", "FingerprintMismatch", "fingerprint", { expected: fingerprint, computed: stated });
  }
  return { manifest, roll, key, fingerprint };
}

/** @param {Uint8Array} octets */
export function readChallenged(octets) {
  const fields = openRecord(octets, SMALL_RECORD, "challenged");
  const challenged = {
    election: fields.digest("election"),
    credential: fields.octets("credential", KEY),
    tracker: fields.digest("tracker"),
    signed: readSignature(fields),
  };
  fields.done();
  return challenged;
}

/** @param {Uint8Array} octets */
export function readClosing(octets) {
  const fields = openRecord(octets, SMALL_RECORD, "close");
  const closing = {
    election: fields.digest("election"),
    ballots: fields.integer("ballots", 0),
    challenged: fields.integer("challenged", 0),
    counted: readCounted(fields.object("counted")),
  };
  fields.done();
  return closing;
}

/**
 * @param {Fields} fields
 * @returns {Counted}
 */
export function readCounted(fields) {
  const counted = { ballots: fields.integer("ballots", 0), weight: fields.integer("weight", 0), hash: fields.digest("hash") };
  fields.done();
  return counted;
}

/**
 * The hash of the counted set.
 * @param {readonly string[]} trackers in board order
 */
export function countedHash(trackers) {
  return sha256Hex(concat([COUNTED, ...trackers.map(fromHex)]));
}

/**
 * @param {Counted} expected
 * @param {Counted} computed as stated
 */
export function checkCounted(expected, computed) {
  const spell = (/** @type {Counted} */ { ballots, weight, hash }) => `${ballots} ballots, weight ${weight}, ${hash}`;
  if (spell(expected) !== spell(computed)) {
    throw new Refusal("tally", "CountedSetMismatch", "another counted set", { expected: spell(expected), computed: spell(computed) });
  }
}

/** @param {Uint8Array} octets */
export function readFinal(octets) {
  const fields = openRecord(octets, SMALL_RECORD, "final");
  const final = { election: fields.digest("election"), result: fields.digest("result") };
  fields.done();
  return final;
}
