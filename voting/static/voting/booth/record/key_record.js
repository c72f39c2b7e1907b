// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The key record (docs/spec/record.md, "Key"): n, which every trustee signed, and h, which is derived again.
 *
 * The certificate and the sharing are read for their form only: trustees and verifiers check them, which takes longer
 * than a voter waits.
 */
import {
  BadAcknowledgement, EvenModulus, KeyKindMismatch, Refusal, TrusteesMismatch, WrongModulusSize,
} from "../errors.js";
import { encode, parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";
import { publicKey } from "../crypto/parameters.js";
import { bitLength } from "../crypto/numbers.js";
import { SIGNATURE_OCTETS, signingMessage, verify } from "../credentials/signatures.js";
import { concat, u32be } from "../octets.js";
import { sha256 } from "../sha256.js";
import { ELECTION_ID_DIGITS } from "./manifest.js";
import { MAX_TRUSTEES, readKeyKind } from "./parties.js";
import { checkSameElection } from "./signed.js";

/** @import { Value } from "../codec/canonical.js" */
/** @import { PublicKey } from "../crypto/parameters.js" */
/** @import { Octets } from "../octets.js" */
/** @import { Manifest } from "./manifest.js" */

const LIMIT = 256 * 1024;
const NTH_ROOTS = 8;
const SQUARE_ROOTS = 128;
const ACKNOWLEDGEMENT_FORMAT = "veritally/key-acknowledgement/1";

/**
 * @param {Octets} octets
 * @param {Manifest} manifest
 * @returns {Promise<PublicKey>} throws a Refusal unless it is the key that the manifest promises, h is derived from n,
 *   and every trustee acknowledged it
 */
export async function readKeyRecord(octets, manifest) {
  const value = /** @type {{[key: string]: Value}} */ (parse(octets, LIMIT));
  const record = readForm(new Fields(value, "key"), manifest.parameters.modulusBits);
  checkPromises(record, manifest);
  const { acknowledgements: _, ...unacknowledged } = value;
  await checkAcknowledgements(encode(unacknowledged), record.acknowledgements, manifest);
  return publicKey(record.modulus, record.h);
}

/**
 * @param {Fields} fields
 * @param {number} modulusBits
 */
function readForm(fields, modulusBits) {
  fields.constant("format", "veritally/key/1");
  const width = modulusBits / 8;
  const trustees = fields.integer("trustees", 1, MAX_TRUSTEES);
  const record = {
    trustees,
    electionId: fields.hex("election_id", ELECTION_ID_DIGITS),
    kind: readKeyKind(fields, "kind"),
    modulus: fields.number("modulus", width),
    h: fields.number("h", 2 * width),
    threshold: fields.integer("threshold", 1, trustees),
    acknowledgements: fields.octetRows("acknowledgements", Array(trustees).fill(SIGNATURE_OCTETS)),
  };
  fields.octets("gamma0", width);
  fields.octets("verification_base", width);
  fields.octetRows("verification_keys", Array(trustees).fill(width));
  fields.octetRows("nth_roots", Array(NTH_ROOTS).fill(width));
  fields.octetRows("square_roots", Array(SQUARE_ROOTS).fill(width));
  fields.digest("transcript");
  fields.done();
  if (bitLength(record.modulus) !== modulusBits) throw new WrongModulusSize("bits of n", { expected: modulusBits });
  if (record.modulus % 2n === 0n) throw new EvenModulus("n is even");
  return record;
}

/**
 * @param {ReturnType<typeof readForm>} record
 * @param {Manifest} manifest
 */
function checkPromises(record, { electionId, trustees }) {
  checkSameElection(electionId, record.electionId);
  if (record.kind !== trustees.key) {
    throw new KeyKindMismatch("kind of key", { expected: trustees.key, computed: record.kind });
  }
  if (record.threshold !== trustees.threshold || record.trustees !== trustees.members.length) {
    throw new TrusteesMismatch("k of l", { computed: [record.threshold, record.trustees] });
  }
}

/**
 * Trustee i signs SHA-256(u32be i ‖ SHA-256(record without "acknowledgements")), i from 1.
 * @param {Octets} unacknowledged
 * @param {readonly Octets[]} signatures
 * @param {Manifest} manifest
 */
async function checkAcknowledgements(unacknowledged, signatures, { trustees }) {
  const digest = await sha256(unacknowledged);
  for (const [index, { signingKey }] of trustees.members.entries()) {
    const signed = await sha256(concat(u32be(index + 1), digest));
    try {
      await verify(signingKey, signingMessage(ACKNOWLEDGEMENT_FORMAT, signed), signatures[index]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new BadAcknowledgement(`acknowledgement of trustee ${index + 1}: ${error.message}`);
    }
  }
}
