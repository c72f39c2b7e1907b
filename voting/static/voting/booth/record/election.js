// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * An opened election, from its payloads (docs/spec/record.md, "Fingerprint"): all that a booth stands on.
 *
 * The roll is known by its hash alone: it may have a million rows, and the fingerprint covers it.
 */
import { policyOf } from "../board/policy.js";
import { OpeningMismatch } from "../errors.js";
import { sha256Hex } from "../sha256.js";
import { readKeyRecord } from "./key_record.js";
import { readManifest } from "./manifest.js";
import { readOpening } from "./opening.js";

/** @import { Policy } from "../board/policy.js" */
/** @import { PublicKey } from "../crypto/parameters.js" */
/** @import { Octets } from "../octets.js" */
/** @import { Manifest } from "./manifest.js" */

/** @typedef {{manifest: Manifest, key: PublicKey, policy: Policy, fingerprint: string}} Election `policy` is the manifest's */

/**
 * @param {{manifest: Octets, key: Octets, opening: Octets}} payloads
 * @param {{allowTestModulus?: boolean}} [allowed]
 * @returns {Promise<Election>} throws a Refusal, OpeningMismatch among them
 */
export async function openElection(payloads, allowed) {
  const opening = await readOpening(payloads.opening);
  await checkDigest("manifest", opening.manifest, payloads.manifest);
  await checkDigest("key", opening.key, payloads.key);
  const manifest = await readManifest(payloads.manifest, allowed);
  const key = await readKeyRecord(payloads.key, manifest);
  const policy = await policyOf(manifest.board);
  return Object.freeze({ manifest, key, policy, fingerprint: opening.fingerprint });
}

/**
 * @param {string} name
 * @param {string} computed
 * @param {Octets} payload
 */
async function checkDigest(name, computed, payload) {
  const expected = await sha256Hex(payload);
  if (computed !== expected) throw new OpeningMismatch(`${name} of the opening entry`, { expected, computed });
}
