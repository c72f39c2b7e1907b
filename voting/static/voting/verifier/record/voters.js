// SPDX-License-Identifier: AGPL-3.0-or-later
/** Lists of credentials, with and without weights, in roll and roll changes (docs/spec/record.md, "Roll", "Roll change"). */
import { decodeUrl } from "../codec/base64.js";
import { toHex } from "../codec/octets.js";
import { KEY, checkPublicKey } from "../curve/ed25519.js";
import { Refusal } from "../errors.js";

/** @typedef {import("../codec/fields.js").Fields} Fields */
/** @typedef {import("../codec/json.js").Value} Value */
/** `hex` names the credential in maps and messages. */
/** @typedef {{ credential: Uint8Array, hex: string, weight: number }} Voter */

/**
 * @param {Fields} fields
 * @param {string} key
 * @param {number} low the least number of them
 */
export function readVoters(fields, key, low) {
  const path = fields.path(key);
  const voters = fields.items(key, { low }).map((item, index) => readVoter(item, `${path}[${index}]`));
  checkIncreasing(voters.map(({ hex }) => hex));
  return voters;
}

/**
 * @param {Fields} fields
 * @param {string} key
 */
export function readCredentials(fields, key) {
  const found = fields.strings(key).map((text) => toHex(decodeUrl(text, KEY)));
  checkIncreasing(found);
  return found;
}

/**
 * @param {Value} item
 * @param {string} path
 * @returns {Voter}
 */
function readVoter(item, path) {
  const [key, weight] = Array.isArray(item) && item.length === 2 ? item : [];
  if (typeof key !== "string" || typeof weight !== "number" || weight < 1) {
    throw new Refusal("codec", "WrongType", `${path}: another type`, { expected: "[key, weight of at least 1]" });
  }
  const credential = decodeUrl(key, KEY);
  return { credential, hex: toHex(credential), weight };
}

/** @param {readonly string[]} credentials in hexadecimal */
function checkIncreasing(credentials) {
  for (let index = 1; index < credentials.length; index += 1) {
    const [left, right] = [credentials[index - 1], credentials[index]];
    if (left === right) throw new Refusal("record", "RepeatedVoter", "one credential twice", { computed: left });
    if (left > right) throw new Refusal("record", "VotersNotSorted", "credentials are not in increasing order", { computed: right });
  }
}

/** @param {readonly Voter[]} voters */
export function weightOf(voters) {
  return voters.reduce((sum, { weight }) => sum + BigInt(weight), 0n);
}

/**
 * Each is a safe key; about two milliseconds for each.
 * @param {readonly Uint8Array[]} credentials
 * @param {number} first the place of the first of them on its list
 */
export function checkCredentials(credentials, first) {
  credentials.forEach((credential, index) => {
    try {
      checkPublicKey(credential);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new Refusal("record", "InvalidCredential", `voter ${first + index}: ${error.message}`, { computed: toHex(credential) });
    }
  });
}
