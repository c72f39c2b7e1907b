// SPDX-License-Identifier: AGPL-3.0-or-later
/** Envelopes: the entries of the log, each naming one payload (docs/spec/board.md, "Entries"). */
import { TimeTooFine } from "../errors.js";
import { parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";

/** @import { Octets } from "../octets.js" */

const LIMIT = 65_535;
const MAX_PAYLOAD_OCTETS = 64 * 1024 * 1024;
const TIME_STEP = 5 * 60 * 1000; // ms

/**
 * @typedef {object} Envelope
 * @property {string} type
 * @property {number} seq
 * @property {string} prev
 * @property {number} time milliseconds since 1970, a multiple of five minutes
 * @property {string} payloadSha256
 * @property {number} payloadLength
 */

/**
 * @param {Octets} octets
 * @returns {Envelope} throws a codec's refusal or TimeTooFine
 */
export function readEnvelope(octets) {
  const fields = new Fields(parse(octets, LIMIT), "envelope");
  fields.constant("v", 1);
  const envelope = {
    type: fields.identifier("type"),
    seq: fields.integer("seq", 0),
    prev: fields.digest("prev"),
    time: fields.time("time"),
    payloadSha256: fields.digest("payload_sha256"),
    payloadLength: fields.integer("payload_len", 0, MAX_PAYLOAD_OCTETS),
  };
  fields.done();
  if (envelope.time % TIME_STEP !== 0) throw new TimeTooFine("an envelope's time is a multiple of five minutes");
  return envelope;
}
