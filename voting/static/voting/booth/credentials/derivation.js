// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * From a voter's code to the key that signs their ballots (docs/spec/credentials.md, "Derivation").
 *
 * The private key never leaves Web Crypto again: it is not extractable. The seed is overwritten; the language gives no
 * promise that no copy is left.
 */
import { WrongLength } from "../errors.js";
import { fromBase64url } from "../codec/base64.js";
import { concat, fromHex, utf8 } from "../octets.js";
import { CODE_OCTETS } from "./codes.js";
import { KEY_OCTETS } from "./public_keys.js";
import { withEd25519 } from "./signatures.js";

/** @import { Octets } from "../octets.js" */

/**
 * @typedef {object} Credential
 * @property {Octets} publicKey 32 octets, as on the roll
 * @property {CryptoKey} privateKey not extractable
 */

const ROUNDS = 600_000;
const SEED_OCTETS = 32;
const ELECTION_ID_OCTETS = 16;
const SALT_TAG = utf8("veritally/credential/1\n");
const PKCS8_HEAD = fromHex("302e020100300506032b657004220420"); // RFC 8410, section 7

/**
 * @param {Octets} code the 15 octets that a code stands for; the caller overwrites them
 * @param {string} electionId 32 hexadecimal digits
 * @returns {Promise<Credential>} throws WrongLength or NoEd25519
 */
export async function deriveCredential(code, electionId) {
  const seed = await deriveSeed(code, electionId);
  try {
    return await credentialOf(seed);
  } finally {
    seed.fill(0);
  }
}

/**
 * @param {Octets} code
 * @param {string} electionId
 * @returns {Promise<Octets>} the Ed25519 seed: PBKDF2-HMAC-SHA256 of the code's value, 600 000 rounds
 */
export async function deriveSeed(code, electionId) {
  if (code.length !== CODE_OCTETS) throw new WrongLength("a code stands for 15 octets", { expected: CODE_OCTETS });
  const key = await crypto.subtle.importKey("raw", code, "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt: saltOf(electionId), iterations: ROUNDS };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, 8 * SEED_OCTETS));
}

/**
 * @param {string} electionId
 * @returns {Octets}
 */
export function saltOf(electionId) {
  const id = fromHex(electionId);
  if (id.length !== ELECTION_ID_OCTETS) throw new WrongLength("an election id has 16 octets", { computed: id.length });
  return concat(SALT_TAG, id);
}

/**
 * @param {Octets} seed 32 octets; the caller overwrites them
 * @returns {Promise<Credential>}
 */
export async function credentialOf(seed) {
  if (seed.length !== SEED_OCTETS) throw new WrongLength("a seed has 32 octets", { expected: SEED_OCTETS });
  const pkcs8 = concat(PKCS8_HEAD, seed);
  try {
    const privateKey = await importPrivate(pkcs8, false);
    return { privateKey, publicKey: await publicHalf(pkcs8) };
  } finally {
    pkcs8.fill(0);
  }
}

/**
 * Web Crypto gives a private key's public half only in the export of an extractable one.
 * @param {Octets} pkcs8
 */
async function publicHalf(pkcs8) {
  const exported = await crypto.subtle.exportKey("jwk", await importPrivate(pkcs8, true));
  return fromBase64url(exported.x ?? "", KEY_OCTETS);
}

/**
 * @param {Octets} pkcs8
 * @param {boolean} extractable
 */
function importPrivate(pkcs8, extractable) {
  return withEd25519(() => crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", extractable, ["sign"]));
}
