// SPDX-License-Identifier: AGPL-3.0-or-later
/** Who vouches for an election: registrar and trustees, parts of the manifest (docs/spec/record.md, "Manifest"). */
import { AcknowledgementsOutOfRange, NoHonestMajority, ThresholdOutOfRange, UnsupportedKeyKind, WrongForm } from "../errors.js";
import { checkEncryptionKey, checkPublicKey, KEY_OCTETS } from "../credentials/public_keys.js";
import { checkDistinctKeys, checkDistinctNames } from "./distinct.js";

/** @import { Fields } from "../codec/fields.js" */
/** @import { Octets } from "../octets.js" */

export const MAX_TRUSTEES = 15;

const NAME_LIMIT = 200;
const CREDENTIALS = ["registrar", "voters", "server"];

/** @typedef {{name: string, key: Octets, credentials: string}} Registrar `credentials`: who made the voters' secrets */
/** @typedef {{name: string, signingKey: Octets, encryptionKey: Octets}} Trustee */

/**
 * @typedef {object} Trustees
 * @property {number} threshold k
 * @property {string} key "dealt"; "distributed" is refused until ceremonies exist
 * @property {number} acknowledgements q
 * @property {readonly Trustee[]} members in the order of their numbers, from 1
 */

/**
 * @param {Fields} fields
 * @returns {Registrar}
 */
export function readRegistrar(fields) {
  const registrar = {
    name: fields.text("name", { limit: NAME_LIMIT }),
    key: fields.octets("key", KEY_OCTETS),
    credentials: fields.identifier("credentials"),
  };
  fields.done();
  if (!CREDENTIALS.includes(registrar.credentials)) {
    throw new WrongForm("registrar.credentials: no such choice", { expected: CREDENTIALS, computed: registrar.credentials });
  }
  return registrar;
}

/**
 * @param {Fields} fields
 * @returns {Trustees}
 */
export function readTrustees(fields) {
  const trustees = {
    threshold: fields.integer("threshold", 1, MAX_TRUSTEES),
    key: readKeyKind(fields, "key"),
    acknowledgements: fields.integer("acknowledgements", 1, MAX_TRUSTEES),
    members: fields.objects("members", { low: 1, high: MAX_TRUSTEES }).map(readTrustee),
  };
  fields.done();
  return trustees;
}

/**
 * @param {Fields} fields
 * @param {string} name
 * @returns {string}
 */
export function readKeyKind(fields, name) {
  const kind = fields.identifier(name);
  if (kind !== "dealt" && kind !== "distributed") throw new WrongForm(`${fields.path(name)}: no such kind of key`);
  return kind;
}

/**
 * @param {Trustees} trustees throws a refusal of numbers, names or keys
 */
export function checkTrustees({ threshold: k, key, acknowledgements: q, members }) {
  const l = members.length;
  if (key !== "dealt") throw new UnsupportedKeyKind("how the key is made", { expected: "dealt", computed: key });
  if (k > l) throw new ThresholdOutOfRange("k of l trustees", { expected: "1 ≤ k ≤ l ≤ 15", computed: [k, l] });
  if (2 * k <= l) throw new NoHonestMajority("two groups of k could decrypt two sets", { expected: "2k > l" });
  if (2 * q <= l + k - 1 || q > l) {
    throw new AcknowledgementsOutOfRange("number of acknowledgements", { expected: "2q > l + k − 1 and q ≤ l" });
  }
  checkDistinctNames(members.map(({ name }) => name));
  checkDistinctKeys(members.map(({ signingKey }) => signingKey));
  checkDistinctKeys(members.map(({ encryptionKey }) => encryptionKey));
  for (const { signingKey, encryptionKey } of members) {
    checkPublicKey(signingKey);
    checkEncryptionKey(encryptionKey);
  }
}

/**
 * @param {Fields} fields
 * @returns {Trustee}
 */
function readTrustee(fields) {
  const trustee = {
    name: fields.text("name", { limit: NAME_LIMIT }),
    signingKey: fields.octets("signing_key", KEY_OCTETS),
    encryptionKey: fields.octets("encryption_key", KEY_OCTETS),
  };
  fields.done();
  return trustee;
}
