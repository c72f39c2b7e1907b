// SPDX-License-Identifier: AGPL-3.0-or-later
/** The key record: n, its certificate, the trustees' verification keys (docs/spec/record.md, "Key"). */
import { encodeWithout } from "../codec/canonical.js";
import { concat, u32be } from "../codec/octets.js";
import { SIGNATURE, signedMessage, verify } from "../curve/ed25519.js";
import { Refusal } from "../errors.js";
import { sha256 } from "../hash/sha256.js";
import { bitLength } from "../numbers/integers.js";
import { KEY_KINDS, MOST_TRUSTEES } from "./parties.js";
import { checkElection, openRecord } from "./signed.js";

/** @typedef {import("./manifest.js").Manifest} Manifest */

/**
 * `digest` is SHA-256 of the canonical octets without the acknowledgements.
 * @typedef {object} KeyRecord
 * @property {string} electionId
 * @property {string} kind
 * @property {bigint} modulus
 * @property {bigint} h
 * @property {import("../proofs/threshold.js").ThresholdKey} sharing
 * @property {{ nthRoots: bigint[], squareRoots: bigint[] }} certificate
 * @property {Uint8Array[]} acknowledgements
 * @property {Uint8Array} digest
 */

const LIMIT = 256 * 1024; // octets
const NTH_ROOTS = 8;
const SQUARE_ROOTS = 128;

/**
 * @param {Uint8Array} octets
 * @param {number} modulusBits
 * @returns {KeyRecord}
 */
export function readKey(octets, modulusBits) {
  const fields = openRecord(octets, LIMIT, "key");
  const width = modulusBits / 8;
  const trustees = fields.integer("trustees", 1, MOST_TRUSTEES);
  const electionId = fields.hex("election_id", 32);
  const kind = fields.choice("kind", KEY_KINDS);
  const modulus = fields.number("modulus", width);
  const h = fields.number("h", 2 * width);
  const threshold = fields.integer("threshold", 1, trustees);
  const sharing = {
    n: modulus,
    threshold,
    gamma0: fields.number("gamma0", width),
    base: fields.number("verification_base", width),
    keys: fields.numbers("verification_keys", trustees, width),
  };
  const certificate = {
    nthRoots: fields.numbers("nth_roots", NTH_ROOTS, width),
    squareRoots: fields.numbers("square_roots", SQUARE_ROOTS, width),
  };
  fields.digest("transcript");
  const acknowledgements = fields.octetRows("acknowledgements", new Array(trustees).fill(SIGNATURE));
  fields.done();
  checkModulus(modulus, modulusBits);
  const digest = sha256(encodeWithout(fields.value, "acknowledgements"));
  return { electionId, kind, modulus, h, sharing, certificate, acknowledgements, digest };
}

/**
 * @param {bigint} modulus
 * @param {number} bits
 */
function checkModulus(modulus, bits) {
  if (bitLength(modulus) !== bits) refuse("WrongModulusSize", "bits of n", bits, bitLength(modulus));
  if (!(modulus & 1n)) refuse("EvenModulus", "n is even");
}

/**
 * What D.1 asks of a key that was read: that it is the one which the manifest promises.
 * @param {KeyRecord} key
 * @param {Manifest} manifest
 */
export function checkPromises(key, { electionId, trustees }) {
  checkElection(electionId, key.electionId);
  if (key.kind !== trustees.kind) refuse("KeyKindMismatch", "kind of key", trustees.kind, key.kind);
  const [promised, stated] = [
    `${trustees.threshold} of ${trustees.members.length}`,
    `${key.sharing.threshold} of ${key.sharing.keys.length}`,
  ];
  if (stated !== promised) refuse("TrusteesMismatch", "k of l", promised, stated);
}

/**
 * D.5.
 * @param {KeyRecord} key
 * @param {Manifest} manifest
 */
export function checkAcknowledgements({ acknowledgements, digest }, { trustees }) {
  trustees.members.forEach(({ signingKey }, index) => {
    const message = signedMessage("veritally/key-acknowledgement/1", sha256(concat([u32be(index + 1), digest])));
    try {
      verify(signingKey, message, acknowledgements[index]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse("BadAcknowledgement", `acknowledgement of trustee ${index + 1}: ${error.message}`);
    }
  });
}

/**
 * @param {string} name
 * @param {string} message
 * @param {unknown} [expected]
 * @param {unknown} [computed]
 * @returns {never}
 */
function refuse(name, message, expected, computed) {
  throw new Refusal("record", name, message, { expected, computed });
}
