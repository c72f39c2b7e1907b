// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Verifier keys of signed notes, name+keyid+base64(type ‖ key) (docs/spec/board.md, "Keys").
 *
 * C2SP signed-note and tlog-cosignature. Who may hold which key is the manifest's business.
 */
import { BadSignature, MalformedKey, NotBase64, Refusal, UnsupportedKey, WeakKey } from "../errors.js";
import { fromBase64, toBase64 } from "../codec/base64.js";
import { isNameFit } from "../codec/characters.js";
import { checkPublicKey, KEY_OCTETS } from "../credentials/public_keys.js";
import { verifyUnder } from "../credentials/signatures.js";
import { concat, toHex, toInteger, utf8 } from "../octets.js";
import { sha256 } from "../sha256.js";

/** @import { Octets } from "../octets.js" */

/**
 * @typedef {object} VerifierKey
 * @property {string} name
 * @property {string} keyId 8 hexadecimal digits
 * @property {number} type
 * @property {Octets} key
 */

export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;
export const KEY_ID_OCTETS = 4;

const NAME_LIMIT = 255;
const TEXT_LIMIT = NAME_LIMIT + 4096; // characters: keys of other types are longer
const MAX_TIME = 2n ** 63n - 1n; // s since 1970
const TIME_OCTETS = 8;
const TEXT = /^([^+]*)\+([0-9a-f]{8})\+(.+)$/s;

/**
 * @param {string} text
 * @returns {Promise<VerifierKey>} throws MalformedKey, UnsupportedKey, or WeakKey for a key that anyone can sign under
 */
export async function readVerifierKey(text) {
  const { name, keyId, octets } = partsOf(text);
  const [type, key] = [octets[0], octets.slice(1)];
  if (type !== ED25519 && type !== COSIGNATURE) throw new UnsupportedKey("key type not known", { computed: type });
  if (key.length !== KEY_OCTETS) throw new MalformedKey("key of another length", { computed: key.length });
  const expected = await keyIdOf(name, octets);
  if (keyId !== expected) throw new MalformedKey("key id of another key", { expected, computed: keyId });
  checkStrong(key);
  return Object.freeze({ name, keyId, type, key });
}

/**
 * @param {string} text
 * @returns {{name: string, key: Octets}} of a type that `readVerifierKey` does not know; only its form is checked
 */
export function readOtherKey(text) {
  const { name, octets } = partsOf(text);
  return { name, key: octets.slice(1) };
}

/** @param {string} text */
function partsOf(text) {
  const found = [...text].length > TEXT_LIMIT ? null : TEXT.exec(text);
  if (!found) throw new MalformedKey("a verifier key is name+keyid+key");
  const [, name, keyId, encoded] = found;
  const octets = decode(encoded);
  checkName(name);
  return { name, keyId, octets };
}

/** @param {VerifierKey} verifier @returns {string} what `readVerifierKey` reads */
export function verifierKeyText({ name, keyId, type, key }) {
  return `${name}+${keyId}+${toBase64(concat(new Uint8Array([type]), key))}`;
}

/**
 * @param {VerifierKey} verifier
 * @param {string} text a note's text
 * @param {Octets} signature what follows the key id; throws BadSignature
 */
export async function verifyText({ name, type, key }, text, signature) {
  try {
    if (type === COSIGNATURE) {
      const time = toInteger(signature.slice(0, TIME_OCTETS)); // seconds since 1970
      if (time > MAX_TIME) throw new BadSignature("time of a cosignature");
      const message = utf8(`cosignature/v1\ntime ${time}\n${text}`);
      await verifyUnder(key, message, signature.slice(TIME_OCTETS));
    } else {
      await verifyUnder(key, utf8(text), signature);
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new BadSignature(`signature of ${name} does not verify`);
  }
}

/** @param {string} name throws MalformedKey */
export function checkName(name) {
  const length = name.length > 2 * NAME_LIMIT ? name.length : [...name].length;
  if (length < 1 || length > NAME_LIMIT) throw new MalformedKey("key name of another length", { computed: length });
  if (!isNameFit(name)) {
    throw new MalformedKey("a key name holds no white space, control character or plus sign");
  }
}

/**
 * @param {string} encoded
 * @returns {Octets}
 */
function decode(encoded) {
  try {
    return fromBase64(encoded);
  } catch (error) {
    if (error instanceof NotBase64) throw new MalformedKey(`verifier key: ${error.message}`);
    throw error;
  }
}

/** @param {Octets} key */
function checkStrong(key) {
  try {
    checkPublicKey(key);
  } catch (error) {
    if (error instanceof Refusal) throw new WeakKey(`verifier key: ${error.message}`);
    throw error;
  }
}

/**
 * @param {string} name
 * @param {Octets} typed
 */
async function keyIdOf(name, typed) {
  const hashed = await sha256(concat(utf8(`${name}\n`), typed));
  return toHex(hashed.slice(0, KEY_ID_OCTETS));
}
