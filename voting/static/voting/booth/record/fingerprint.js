// SPDX-License-Identifier: AGPL-3.0-or-later
/** The fingerprint of an election (docs/spec/record.md, "Fingerprint"): one hash over manifest, roll and key. */
import { concat, fromHex, utf8 } from "../octets.js";
import { sha256Hex } from "../sha256.js";

const TAG = utf8("veritally/election/1\n");

/**
 * @param {{manifest: string, roll: string, key: string}} digests SHA-256 of the payloads, in hexadecimal
 * @returns {Promise<string>} 64 hexadecimal digits
 */
export async function electionFingerprint({ manifest, roll, key }) {
  return sha256Hex(concat(TAG, fromHex(manifest), fromHex(roll), fromHex(key)));
}
