// SPDX-License-Identifier: AGPL-3.0-or-later
/** The opening entry: it fixes manifest, roll and key by their hashes (docs/spec/record.md, "Opening"). */
import { FingerprintMismatch } from "../errors.js";
import { parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";
import { electionFingerprint } from "./fingerprint.js";

/** @import { Octets } from "../octets.js" */

const LIMIT = 1024;

/** @typedef {{manifest: string, roll: string, key: string, booth: string, fingerprint: string}} Opening all in hexadecimal */

/**
 * @param {Octets} octets
 * @returns {Promise<Opening>} throws a codec's refusal or FingerprintMismatch
 */
export async function readOpening(octets) {
  const fields = new Fields(parse(octets, LIMIT), "open");
  fields.constant("format", "veritally/open/1");
  const digests = { manifest: fields.digest("manifest"), roll: fields.digest("roll"), key: fields.digest("key") };
  const booth = fields.digest("booth");
  const computed = fields.digest("fingerprint");
  fields.done();
  const fingerprint = await electionFingerprint(digests);
  if (fingerprint !== computed) throw new FingerprintMismatch("fingerprint", { expected: fingerprint, computed });
  return { ...digests, booth, fingerprint };
}
