// SPDX-License-Identifier: AGPL-3.0-or-later
/** Credentials revoked and admitted while ballots are taken (docs/spec/record.md, "Roll change"). */
import { EmptyRollChange, RepeatedVoter, VotersNotSorted, WrongType } from "../errors.js";
import { fromBase64url } from "../codec/base64.js";
import { parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";
import { KEY_OCTETS } from "../credentials/public_keys.js";
import { SIGNATURE_OCTETS } from "../credentials/signatures.js";
import { toHex } from "../octets.js";
import { checkSameElection, checkSignature } from "./signed.js";

/** @import { Octets } from "../octets.js" */
/** @import { Unsigned } from "./signed.js" */

/** @typedef {{credential: string, weight: number}} Admitted `credential` in hexadecimal */
/** @typedef {{number: number, revoke: readonly string[], admit: readonly Admitted[], reason: string}} RollChange */

const FORMAT = "veritally/roll-change/1";
const LIMIT = 1024 * 1024;
const REASON_LIMIT = 500; // characters

/**
 * @param {Octets} octets
 * @param {{fingerprint: string, registrar: Octets}} election `registrar`: the key in its manifest
 * @returns {Promise<RollChange>} throws a codec's refusal, RepeatedVoter, VotersNotSorted, EmptyRollChange, ForeignRecord
 *   or that of a signature
 */
export async function readRollChange(octets, { fingerprint, registrar }) {
  const fields = new Fields(parse(octets, LIMIT), "roll-change");
  fields.constant("format", FORMAT);
  const election = fields.digest("election");
  const number = fields.integer("number", 1);
  const revoke = fields.strings("revoke");
  const admit = fields.items("admit").map((item, index) => readAdmitted(item, `roll-change.admit[${index}]`));
  const reason = fields.text("reason", { limit: REASON_LIMIT });
  const signature = fields.octets("signature", SIGNATURE_OCTETS);
  fields.done();
  const revoked = revoke.map(hexOf);
  const admitted = admit.map(([key, weight]) => ({ credential: hexOf(key), weight }));
  checkIncreasing(revoked);
  checkIncreasing(admitted.map(({ credential }) => credential));
  if (revoked.length + admitted.length === 0) throw new EmptyRollChange("nobody is revoked and nobody is admitted");
  checkSameElection(fingerprint, election);
  /** @type {Unsigned} */
  const unsigned = { format: FORMAT, election, number, revoke, admit: admit.map(([key, weight]) => [key, weight]), reason };
  await checkSignature(unsigned, signature, registrar);
  return { number, revoke: revoked, admit: admitted, reason };
}

/**
 * @param {unknown} item
 * @param {string} path
 * @returns {[string, number]}
 */
function readAdmitted(item, path) {
  const [key, weight] = Array.isArray(item) && item.length === 2 ? item : [];
  if (typeof key !== "string" || !Number.isSafeInteger(weight) || weight < 1) {
    throw new WrongType(`${path}: another type`, { expected: "[key, weight of at least 1]" });
  }
  return [key, weight];
}

/** @param {string} text */
function hexOf(text) {
  return toHex(fromBase64url(text, KEY_OCTETS));
}

/** @param {readonly string[]} credentials in hexadecimal, whose order is that of their octets */
function checkIncreasing(credentials) {
  credentials.slice(1).forEach((right, index) => {
    const left = credentials[index];
    if (left === right) throw new RepeatedVoter("one credential twice", { computed: left });
    if (left > right) throw new VotersNotSorted("credentials are not in increasing order", { computed: right });
  });
}
