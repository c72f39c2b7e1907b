// SPDX-License-Identifier: AGPL-3.0-or-later
/** A key that its voter made, and for whom (docs/spec/credentials.md, "Registration"). */
import { ForbiddenAddress } from "../errors.js";
import { toBase64url } from "../codec/base64.js";
import { encode, parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";
import { KEY_OCTETS } from "../credentials/public_keys.js";
import { SIGNATURE_OCTETS } from "../credentials/signatures.js";
import { toHex } from "../octets.js";
import { sha256 } from "../sha256.js";
import { checkSameElection, checkSignature, signRecord } from "./signed.js";

/** @import { Octets } from "../octets.js" */
/** @import { Credential } from "../credentials/derivation.js" */
/** @import { Unsigned } from "./signed.js" */

const FORMAT = "veritally/registration/1";
const REGISTRANT_FORMAT = "veritally/registrant/1";
const LIMIT = 2048;
const REFERENCE_DIGITS = 8;
const MOST_ADDRESS = 254;
const ADDRESS = /^[!#-'*+\-./0-9=?^_`a-z{|}~]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/;

/** @typedef {{kind: "email" | "oidc", issuer: string, name: string}} Registrant as the server knows the person */

/**
 * @param {string} typed
 * @returns {string} the one spelling of an e-mail address; throws ForbiddenAddress
 */
export function addressOf(typed) {
  const address = typed.trim().replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (address.length > MOST_ADDRESS || !ADDRESS.test(address)) throw new ForbiddenAddress("not an e-mail address");
  return address;
}

/**
 * @param {Registrant} registrant
 * @param {string} electionId
 * @returns {Promise<string>} what a registration names its person by: 64 hexadecimal digits
 */
export async function subjectOf({ kind, issuer, name }, electionId) {
  const value = { format: REGISTRANT_FORMAT, election_id: electionId, kind, issuer, name };
  return toHex(await sha256(encode(value)));
}

/**
 * @param {Credential} credential
 * @param {Registrant} registrant
 * @param {string} electionId
 * @returns {Promise<Octets>} the signed registration
 */
export async function makeRegistration(credential, registrant, electionId) {
  const subject = await subjectOf(registrant, electionId);
  return signRecord(registrationValue({ electionId, credential: credential.publicKey, subject }), credential.privateKey);
}

/**
 * @param {Octets} octets
 * @param {string} electionId
 * @returns {Promise<{electionId: string, credential: Octets, subject: string}>} throws a codec's refusal, ForeignRecord
 *   or that of a key or a signature
 */
export async function readRegistration(octets, electionId) {
  const fields = new Fields(parse(octets, LIMIT), "registration");
  fields.constant("format", FORMAT);
  const read = {
    electionId: fields.hex("election_id", 32),
    credential: fields.octets("credential", KEY_OCTETS),
    subject: fields.digest("subject"),
  };
  const signature = fields.octets("signature", SIGNATURE_OCTETS);
  fields.done();
  checkSameElection(electionId, read.electionId);
  await checkSignature(registrationValue(read), signature, read.credential);
  return read;
}

/**
 * @param {Octets} credential
 * @returns {string} what voters compare between this page and the message: 8 digits
 */
export function referenceOf(credential) {
  return toHex(credential).slice(0, REFERENCE_DIGITS).toUpperCase().replace(/^.{4}/, "$& ");
}

/**
 * @param {{electionId: string, credential: Octets, subject: string}} registration
 * @returns {Unsigned}
 */
function registrationValue({ electionId, credential, subject }) {
  return { format: FORMAT, election_id: electionId, credential: toBase64url(credential), subject };
}
