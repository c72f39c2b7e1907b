// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Ed25519 signatures of records (docs/spec/credentials.md, "Signatures"), by Web Crypto with our own checks before it.
 *
 * Keys are checked in public_keys.js.
 */
import { BadSignature, BadSigningInput, NoEd25519, NonCanonicalSignature } from "../errors.js";
import { concat, toInteger, utf8 } from "../octets.js";
import { checkPublicKey, L } from "./public_keys.js";

/** @import { Octets } from "../octets.js" */

export const SIGNATURE_OCTETS = 64;

const ALGORITHM = "Ed25519";
const DIGEST_OCTETS = 32;

/**
 * What is signed for a record: its format's own domain, then the SHA-256 of its canonical octets without "signature".
 * @param {string} format printable ASCII without spaces, not empty
 * @param {Octets} digest 32 octets; BadSigningInput for others
 * @returns {Octets}
 */
export function signingMessage(format, digest) {
  if (digest.length !== DIGEST_OCTETS) throw new BadSigningInput("a digest has 32 octets", { expected: DIGEST_OCTETS });
  if (!/^[!-~]+$/.test(format)) throw new BadSigningInput("a format's name is printable ASCII without spaces");
  return concat(utf8(`veritally/signed/${format}\n`), digest);
}

/**
 * Verify by RFC 8032 with S < L, checking the key first.
 * @param {Octets} key
 * @param {Octets} message
 * @param {Octets} signature throws NonCanonicalSignature, BadSignature, and what checkPublicKey throws
 */
export async function verify(key, message, signature) {
  checkPublicKey(key);
  await verifyUnder(key, message, signature);
}

/**
 * Verify under a key that `checkPublicKey` has passed already.
 * @param {Octets} key
 * @param {Octets} message
 * @param {Octets} signature throws NonCanonicalSignature, BadSignature
 */
export async function verifyUnder(key, message, signature) {
  if (signature.length !== SIGNATURE_OCTETS) {
    const computed = signature.length;
    throw new NonCanonicalSignature("a signature has 64 octets", { expected: SIGNATURE_OCTETS, computed });
  }
  if (toInteger(signature.slice(32).reverse()) >= L) {
    throw new NonCanonicalSignature("S is not below the group order");
  }
  const imported = await withEd25519(() => crypto.subtle.importKey("raw", key, ALGORITHM, false, ["verify"]));
  if (!(await crypto.subtle.verify(ALGORITHM, imported, signature, message))) {
    throw new BadSignature("the signature does not verify");
  }
}

/**
 * @param {CryptoKey} key a private key
 * @param {Octets} message
 * @returns {Promise<Octets>} 64 octets; deterministic
 */
export async function sign(key, message) {
  return new Uint8Array(await crypto.subtle.sign(ALGORITHM, key, message));
}

/**
 * @template T
 * @param {() => Promise<T>} use
 * @returns {Promise<T>} throws NoEd25519 where the browser does not know the algorithm
 */
export async function withEd25519(use) {
  try {
    return await use();
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") {
      throw new NoEd25519("this browser has no Ed25519 in Web Crypto");
    }
    throw error;
  }
}
