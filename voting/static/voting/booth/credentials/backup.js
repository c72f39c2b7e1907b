// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A code as a file that only its voter's passphrase opens (docs/spec/credentials.md, "Backup").
 *
 * The voting page takes such a file in place of a typed code: `openBackup(octets, passphrase, electionId)` gives the 15
 * octets, which go to the engine's `identifyByValue` and are then overwritten.
 */
import { BadPassphraseText, CannotOpen, ForeignRecord, OutOfRange, ParametersRefused, WeakPassphrase } from "../errors.js";
import { toBase64url } from "../codec/base64.js";
import { encode, parse } from "../codec/canonical.js";
import { Fields } from "../codec/fields.js";
import { utf8 } from "../octets.js";
import { CODE_OCTETS } from "./codes.js";

/** @import { Octets } from "../octets.js" */

export const BACKUP_LIMIT = 2048; // octets
export const LEAST_PASSPHRASE = 12; // code points

const FORMAT = "veritally/backup/1";
const KDF = "pbkdf2-hmac-sha256";
const CIPHER = "aes-256-gcm";
const ROUNDS = 600_000;
const MOST_ROUNDS = 2_400_000;
const MOST_PASSPHRASE = 1024; // code points
const [SALT_OCTETS, NONCE_OCTETS, TAG_OCTETS] = [32, 12, 16];
const LONE = /[\ud800-\udfff]/u; // half of a pair

/** @typedef {{electionId: string, salt: Octets, nonce: Octets, rounds: number}} Head everything but the ciphertext */

/**
 * @param {Octets} code 15 octets
 * @param {string} passphrase at least 12 characters: WeakPassphrase, BadPassphraseText
 * @param {string} electionId
 * @param {(octets: Octets) => Octets} [random]
 * @returns {Promise<Octets>} the file
 */
export async function sealBackup(code, passphrase, electionId, random = (octets) => crypto.getRandomValues(octets)) {
  if ([...passphrase.normalize("NFC")].length < LEAST_PASSPHRASE) {
    throw new WeakPassphrase("the passphrase is too short", { expected: `at least ${LEAST_PASSPHRASE}` });
  }
  if (code.length !== CODE_OCTETS) throw new OutOfRange("a code stands for 15 octets", { expected: CODE_OCTETS });
  const [salt, nonce] = [random(new Uint8Array(SALT_OCTETS)), random(new Uint8Array(NONCE_OCTETS))];
  const head = { electionId, salt, nonce, rounds: ROUNDS };
  const key = await keyOf(passphrase, head, "encrypt");
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt(algorithm(head), key, code));
  return encode({ ...valueOf(head), ciphertext: toBase64url(ciphertext) });
}

/**
 * @param {Octets} octets a file of at most BACKUP_LIMIT octets
 * @param {string} passphrase
 * @param {string} electionId
 * @returns {Promise<Octets>} 15 octets; throws the codec's refusals, ParametersRefused, ForeignRecord or CannotOpen
 */
export async function openBackup(octets, passphrase, electionId) {
  const { head, ciphertext } = read(octets);
  if (head.electionId !== electionId) {
    throw new ForeignRecord("the backup of a code for another election", { expected: electionId, computed: head.electionId });
  }
  const key = await keyOf(passphrase, head, "decrypt");
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm(head), key, ciphertext));
  } catch {
    throw new CannotOpen("another passphrase, or the file was changed");
  }
}

/**
 * Nothing is derived before every limit is checked.
 * @param {Octets} octets
 * @returns {{head: Head, ciphertext: Octets}}
 */
function read(octets) {
  const fields = new Fields(parse(octets, BACKUP_LIMIT), "backup");
  fields.constant("format", FORMAT);
  const [kdf, cipher] = [fields.object("kdf"), fields.object("cipher")];
  kdf.constant("name", KDF);
  cipher.constant("name", CIPHER);
  const head = {
    electionId: fields.hex("election_id", 32),
    salt: kdf.octets("salt", SALT_OCTETS),
    nonce: cipher.octets("nonce", NONCE_OCTETS),
    rounds: kdf.integer("rounds", 1),
  };
  const ciphertext = fields.octets("ciphertext", CODE_OCTETS + TAG_OCTETS);
  for (const part of [kdf, cipher, fields]) part.done();
  if (head.rounds < ROUNDS || head.rounds > MOST_ROUNDS) {
    throw new ParametersRefused("rounds", { expected: `${ROUNDS} to ${MOST_ROUNDS}`, computed: head.rounds });
  }
  return { head, ciphertext };
}

/** @param {Head} head */
function valueOf({ electionId, salt, nonce, rounds }) {
  return {
    format: FORMAT,
    election_id: electionId,
    kdf: { name: KDF, rounds, salt: toBase64url(salt) },
    cipher: { name: CIPHER, nonce: toBase64url(nonce) },
  };
}

/** @param {Head} head */
function algorithm(head) {
  return { name: "AES-GCM", iv: head.nonce, additionalData: encode(valueOf(head)), tagLength: 8 * TAG_OCTETS };
}

/**
 * @param {string} passphrase
 * @param {Head} head
 * @param {KeyUsage} usage
 */
async function keyOf(passphrase, { salt, rounds }, usage) {
  const text = passphrase.normalize("NFC");
  if (text.length === 0 || [...text].length > MOST_PASSPHRASE || LONE.test(text)) {
    throw new BadPassphraseText("not a passphrase", { expected: `1 to ${MOST_PASSPHRASE} characters` });
  }
  const secret = utf8(text);
  const password = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveKey"]);
  secret.fill(0);
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(derivation, password, { name: "AES-GCM", length: 256 }, false, [usage]);
}
