// SPDX-License-Identifier: AGPL-3.0-or-later
/** What all records share: canonical octets, a format, a signature (docs/spec/record.md, "Form", "Signatures"). */
import { encodeWithout, parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";
import { SIGNATURE, signedMessage, verify } from "../curve/ed25519.js";
import { Refusal } from "../errors.js";
import { sha256 } from "../hash/sha256.js";

/** `digest` is SHA-256 of the canonical octets without the signature. */
/** @typedef {{ format: string, digest: Uint8Array, signature: Uint8Array }} Signed */

export const SMALL_RECORD = 1024; // octets: the limit of opening, closing, challenge and final entries

/**
 * A reader of the record's fields, once its format is the promised one.
 * @param {Uint8Array} octets
 * @param {number} limit
 * @param {string} name of the record, as in its format
 */
export function openRecord(octets, limit, name) {
  const fields = new Fields(parse(octets, limit), name);
  fields.constant("format", `veritally/${name}/1`);
  return fields;
}

/**
 * @param {Fields} fields of a record that ends in its signature
 * @returns {Signed}
 */
export function readSignature(fields) {
  const signature = fields.octets("signature", SIGNATURE);
  return { format: `veritally/${fields.name}/1`, digest: sha256(encodeWithout(fields.value, "signature")), signature };
}

/**
 * @param {Signed} signed
 * @param {Uint8Array} key one that was checked before
 */
export function checkSignature({ format, digest, signature }, key) {
  verify(key, signedMessage(format, digest), signature);
}

/**
 * @param {string} expected
 * @param {string} computed
 */
export function checkElection(expected, computed) {
  if (computed !== expected) throw new Refusal("record", "ForeignRecord", "a record of another election", { expected, computed });
}
