// SPDX-License-Identifier: AGPL-3.0-or-later
/** Envelopes: the entries of the log, chained by hash, each naming one payload (docs/spec/board.md, "Entries"). */
import { parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";
import { coarse, timeText } from "../codec/times.js";
import { Refusal } from "../errors.js";
import { sha256Hex } from "../hash/sha256.js";

const LIMIT = 65_535; // octets
const LARGEST_PAYLOAD = 67_108_864;
const NONE = "0".repeat(64);

/**
 * `time` in seconds since 1970; `hash` is what the next entry names.
 * @typedef {{ type: string, seq: number, prev: string, time: number, digest: string, length: number, hash: string }} Envelope
 */

/**
 * @param {Uint8Array} octets
 * @returns {Envelope}
 */
export function readEnvelope(octets) {
  const fields = new Fields(parse(octets, LIMIT), "envelope");
  fields.constant("v", 1);
  const [type, seq, prev] = [fields.identifier("type"), fields.integer("seq", 0), fields.digest("prev")];
  const time = fields.time("time");
  const [digest, length] = [fields.digest("payload_sha256"), fields.integer("payload_len", 0, LARGEST_PAYLOAD)];
  fields.done();
  if (time !== coarse(time)) {
    throw new Refusal("log", "TimeTooFine", "an entry's time is a multiple of five minutes", { computed: timeText(time) });
  }
  return { type, seq, prev, time, digest, length, hash: sha256Hex(octets) };
}

/**
 * @param {Envelope | null} previous
 * @param {Envelope} envelope
 */
export function checkChain(previous, envelope) {
  const seq = previous ? previous.seq + 1 : 0;
  const prev = previous ? previous.hash : NONE;
  if (envelope.seq !== seq) throw new Refusal("log", "WrongSequence", "not the next entry", { expected: seq, computed: envelope.seq });
  if (envelope.prev !== prev) throw new Refusal("log", "WrongPrevious", "does not follow the entry before it", { expected: prev, computed: envelope.prev });
  if (previous && envelope.time < previous.time) {
    throw new Refusal("log", "TimeReversed", "older than the entry before it", { expected: timeText(previous.time), computed: timeText(envelope.time) });
  }
}
