// SPDX-License-Identifier: AGPL-3.0-or-later
/** A challenged ballot: a tracker that can never be cast (docs/spec/record.md, "Challenged ballot"). */
import { toBase64url } from "../codec/base64.js";
import { parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";
import { KEY_OCTETS } from "../credentials/public_keys.js";
import { SIGNATURE_OCTETS } from "../credentials/signatures.js";
import { checkSameElection, checkSignature } from "./signed.js";

/** @import { Octets } from "../octets.js" */
/** @import { Unsigned } from "./signed.js" */

const FORMAT = "veritally/challenged/1";
const LIMIT = 2048;

/**
 * @param {{election: string, credential: Octets, tracker: string}} challenged
 * @returns {Unsigned}
 */
export function challengedValue({ election, credential, tracker }) {
  return { format: FORMAT, election, credential: toBase64url(credential), tracker };
}

/**
 * @param {Octets} octets
 * @param {string} fingerprint
 * @returns {Promise<{tracker: string, credential: Octets, supersedes: ""}>} throws a codec's refusal, ForeignRecord or
 *   that of a signature
 */
export async function readChallenged(octets, fingerprint) {
  const fields = new Fields(parse(octets, LIMIT), "challenged");
  fields.constant("format", FORMAT);
  const read = {
    election: fields.digest("election"),
    credential: fields.octets("credential", KEY_OCTETS),
    tracker: fields.digest("tracker"),
  };
  const signature = fields.octets("signature", SIGNATURE_OCTETS);
  fields.done();
  checkSameElection(fingerprint, read.election);
  await checkSignature(challengedValue(read), signature, read.credential);
  return { tracker: read.tracker, credential: read.credential, supersedes: "" };
}
