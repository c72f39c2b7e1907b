// SPDX-License-Identifier: AGPL-3.0-or-later
/** What signed records share (docs/spec/record.md, "Signatures"): the digest, the signature, the signed octets. */
import { ForeignRecord } from "../errors.js";
import { toBase64url } from "../codec/base64.js";
import { encode } from "../codec/canonical.js";
import { sign, signingMessage, verify } from "../credentials/signatures.js";
import { sha256 } from "../sha256.js";

/** @import { Value } from "../codec/canonical.js" */
/** @import { Octets } from "../octets.js" */

/** @typedef {{readonly [key: string]: Value} & {readonly format: string}} Unsigned a record without its signature */

/**
 * @param {Unsigned} unsigned
 * @returns {Promise<Octets>} SHA-256 of the canonical octets without "signature"
 */
export async function digestOf(unsigned) {
  return sha256(encode(unsigned));
}

/**
 * @param {Unsigned} unsigned
 * @param {CryptoKey} privateKey
 * @returns {Promise<Octets>} the canonical octets of the signed record
 */
export async function signRecord(unsigned, privateKey) {
  const message = signingMessage(unsigned.format, await digestOf(unsigned));
  return encode({ ...unsigned, signature: toBase64url(await sign(privateKey, message)) });
}

/**
 * @param {Unsigned} unsigned
 * @param {Octets} signature
 * @param {Octets} key throws what `verify` throws
 */
export async function checkSignature(unsigned, signature, key) {
  await verify(key, signingMessage(unsigned.format, await digestOf(unsigned)), signature);
}

/**
 * @param {string} expected
 * @param {string} computed throws ForeignRecord unless two identifiers or fingerprints of elections are equal
 */
export function checkSameElection(expected, computed) {
  if (computed !== expected) throw new ForeignRecord("a record of another election", { expected, computed });
}
