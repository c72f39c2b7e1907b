// SPDX-License-Identifier: AGPL-3.0-or-later
/** Verifier keys of notes: name+keyid+base64(type ‖ key) (docs/spec/board.md, "Keys"). */
import { decodeStandard } from "../codec/base64.js";
import { isName } from "../codec/characters.js";
import { concat, toHex, toInteger, utf8 } from "../codec/octets.js";
import { isWeak, verify } from "../curve/ed25519.js";
import { Refusal } from "../errors.js";
import { sha256 } from "../hash/sha256.js";

export const ED25519 = 1;
export const COSIGNATURE = 4;
const KEY = 32; // octets
const NAME_LIMIT = 255; // characters
const TEXT_LIMIT = NAME_LIMIT + 4096; // characters: keys of other types are longer
const MAX_TIME = 2n ** 63n - 1n; // s since 1970
const TIME = 8; // octets of a cosignature's time

/**
 * `id` is the key id in hexadecimal, `text` the whole as it was written.
 * @typedef {{ name: string, type: number, key: Uint8Array, id: string, text: string }} VerifierKey
 */

/** @param {string} name */
export function checkName(name) {
  const length = [...name].length;
  if (length < 1 || length > NAME_LIMIT) malformed("key name of another length", `1..${NAME_LIMIT}`, length);
  if (!isName(name)) malformed("a key name holds no white space, control character or plus sign");
}

/**
 * @param {string} text
 * @returns {VerifierKey}
 */
export function readVerifierKey(text) {
  const { name, id, type, key } = partsOf(text);
  const read = { name, type, key, id, text };
  checkKey(read);
  const expected = keyId(read);
  if (id !== expected) malformed("key id of another key", expected, id);
  return read;
}

/**
 * The key of a type that `readVerifierKey` does not know: only its form is checked.
 * @param {string} text
 */
export function readOtherKey(text) {
  const { name, key } = partsOf(text);
  checkName(name);
  return { name, key };
}

/** @param {string} text */
function partsOf(text) {
  if ([...text].length > TEXT_LIMIT) malformed("verifier key too long", `at most ${TEXT_LIMIT}`, text.length);
  const found = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text);
  if (!found) malformed("a verifier key is name+keyid+key");
  const [, name, id, encoded] = found;
  const data = decoded(encoded);
  if (!data.length) malformed("a verifier key is name+keyid+key");
  return { name, id, type: data[0], key: data.slice(1) };
}

/** @param {string} encoded */
function decoded(encoded) {
  try {
    return decodeStandard(encoded);
  } catch {
    return malformed("verifier key: not base64");
  }
}

/** @param {VerifierKey} key */
function checkKey({ name, type, key }) {
  checkName(name);
  if (type !== ED25519 && type !== COSIGNATURE) {
    throw new Refusal("log", "UnsupportedKey", "key type not known", { expected: "1 or 4", computed: type });
  }
  if (key.length !== KEY) malformed("key of another length", KEY, key.length);
  if (isWeak(key)) throw new Refusal("log", "WeakKey", "Ed25519 key of small order, or not canonical");
}

/**
 * The first four octets of SHA-256(name ‖ 0A ‖ type ‖ key), in hexadecimal.
 * @param {{ name: string, type: number, key: Uint8Array }} key
 */
function keyId({ name, type, key }) {
  return toHex(sha256(concat([utf8(`${name}\n`), new Uint8Array([type]), key])).subarray(0, 4));
}

/**
 * When a cosignature says that it was made, in seconds since 1970; 0 for a signature that does not say.
 * @param {VerifierKey} key
 * @param {Uint8Array} signature what follows the key id
 */
export function timeOf({ type }, signature) {
  return type === COSIGNATURE ? toInteger(signature.subarray(0, TIME)) : 0n;
}

/**
 * Refuses what follows the key id unless it vouches for a note's text.
 * @param {VerifierKey} key
 * @param {string} text
 * @param {Uint8Array} signature
 */
export function checkVouched(key, text, signature) {
  const isStamped = key.type === COSIGNATURE;
  if (timeOf(key, signature) > MAX_TIME) throw new Refusal("log", "BadSignature", `time of a cosignature of ${key.name}`);
  const message = isStamped ? `cosignature/v1\ntime ${timeOf(key, signature)}\n${text}` : text;
  try {
    verify(key.key, utf8(message), isStamped ? signature.subarray(TIME) : signature);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal("log", "BadSignature", `signature of ${key.name} does not verify`);
  }
}

/**
 * @param {string} message
 * @param {unknown} [expected]
 * @param {unknown} [computed]
 * @returns {never}
 */
function malformed(message, expected, computed) {
  throw new Refusal("log", "MalformedKey", message, { expected, computed });
}
