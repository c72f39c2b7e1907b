// SPDX-License-Identifier: AGPL-3.0-or-later
/** Who vouches for an election: log, witnesses, registrar, trustees (docs/spec/record.md, "Manifest"). */
import { toHex } from "../codec/octets.js";
import { KEY, checkPublicKey } from "../curve/ed25519.js";
import { checkEncryptionKey } from "../curve/x25519.js";
import { Refusal } from "../errors.js";
import { COSIGNATURE, ED25519, readVerifierKey } from "../log/keys.js";

/** @typedef {import("../codec/fields.js").Fields} Fields */
/** @typedef {import("../log/keys.js").VerifierKey} VerifierKey */
/** @typedef {{ log: VerifierKey, witnesses: VerifierKey[], quorum: number }} BoardKeys */
/** @typedef {{ name: string, key: Uint8Array, credentials: string }} Registrar */
/** @typedef {{ name: string, signingKey: Uint8Array, encryptionKey: Uint8Array }} Trustee */
/** @typedef {{ threshold: number, kind: string, acknowledgements: number, members: Trustee[] }} Trustees */

export const MOST_TRUSTEES = 15;
export const KEY_KINDS = ["dealt", "distributed"];
const MOST_WITNESSES = 15;
const NAME_LIMIT = 200;

/**
 * @param {Fields} fields
 * @returns {BoardKeys}
 */
export function readBoardKeys(fields) {
  const keys = {
    log: readVerifierKey(fields.text("log")),
    witnesses: fields.strings("witnesses", { high: MOST_WITNESSES }).map(readVerifierKey),
    quorum: fields.integer("quorum", 0, MOST_WITNESSES),
  };
  fields.done();
  return keys;
}

/**
 * @param {Fields} fields
 * @returns {Registrar}
 */
export function readRegistrar(fields) {
  const registrar = {
    name: fields.text("name", { limit: NAME_LIMIT }),
    key: fields.octets("key", KEY),
    credentials: fields.choice("credentials", ["registrar", "voters", "server"]),
  };
  fields.done();
  return registrar;
}

/**
 * @param {Fields} fields
 * @returns {Trustees}
 */
export function readTrustees(fields) {
  const trustees = {
    threshold: fields.integer("threshold", 1, MOST_TRUSTEES),
    kind: fields.choice("key", KEY_KINDS),
    acknowledgements: fields.integer("acknowledgements", 1, MOST_TRUSTEES),
    members: fields.objects("members", { low: 1, high: MOST_TRUSTEES }).map(readTrustee),
  };
  fields.done();
  return trustees;
}

/**
 * @param {Fields} fields
 * @returns {Trustee}
 */
function readTrustee(fields) {
  const trustee = {
    name: fields.text("name", { limit: NAME_LIMIT }),
    signingKey: fields.octets("signing_key", KEY),
    encryptionKey: fields.octets("encryption_key", KEY),
  };
  fields.done();
  return trustee;
}

/** @param {BoardKeys} keys */
export function checkBoardKeys({ log, witnesses, quorum }) {
  for (const key of [log, ...witnesses]) {
    const expected = key === log ? ED25519 : COSIGNATURE;
    if (key.type !== expected) refuse("ForbiddenBoardKey", `type of the key of ${key.name}`, expected, key.type);
    checkPublicKey(key.key);
  }
  checkDistinct([log, ...witnesses].map(({ name }) => name), "RepeatedName");
  checkDistinct([log, ...witnesses].map(({ key }) => toHex(key)), "RepeatedKey");
  if (quorum > witnesses.length) refuse("QuorumOutOfRange", "quorum", `at most ${witnesses.length}`, quorum);
}

/** @param {Trustees} trustees */
export function checkTrustees({ threshold: k, kind, acknowledgements: q, members }) {
  const l = members.length;
  // No transcript of a ceremony is defined: the word alone would be believed.
  if (kind !== "dealt") refuse("UnsupportedKeyKind", "how the key is made", "dealt", kind);
  if (k > l) refuse("ThresholdOutOfRange", "k of l trustees", `1 ≤ k ≤ l ≤ ${MOST_TRUSTEES}`, `${k} of ${l}`);
  if (2 * k <= l) refuse("NoHonestMajority", "two groups of k could decrypt two sets", "2k > l", `${k} of ${l}`);
  if (2 * q <= l + k - 1 || q > l) refuse("AcknowledgementsOutOfRange", "number of acknowledgements", "2q > l + k − 1 and q ≤ l", q);
  checkDistinct(members.map(({ name }) => name), "RepeatedName");
  checkDistinct(members.map(({ signingKey }) => toHex(signingKey)), "RepeatedKey");
  checkDistinct(members.map(({ encryptionKey }) => toHex(encryptionKey)), "RepeatedKey");
  for (const { signingKey, encryptionKey } of members) {
    checkPublicKey(signingKey);
    checkEncryptionKey(encryptionKey);
  }
}

/**
 * @param {readonly string[]} values
 * @param {"RepeatedName" | "RepeatedKey"} name
 */
export function checkDistinct(values, name) {
  const repeated = values.find((value, index) => values.indexOf(value) < index);
  if (repeated !== undefined) refuse(name, "one value in two places", undefined, repeated);
}

/**
 * @param {string} name
 * @param {string} message
 * @param {unknown} expected
 * @param {unknown} computed
 * @returns {never}
 */
function refuse(name, message, expected, computed) {
  throw new Refusal("manifest", name, message, { expected, computed });
}
