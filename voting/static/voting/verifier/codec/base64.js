// SPDX-License-Identifier: AGPL-3.0-or-later
/** Base64 in the two variants of docs/spec/board.md, each text the only spelling of its octets. */
import { Refusal } from "../errors.js";

const COMMON = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL_SAFE = `${COMMON}-_`;
const STANDARD = `${COMMON}+/`;
const NOT_A_DIGIT = 255;

/** @param {string} alphabet */
function tableOf(alphabet) {
  const table = new Uint8Array(128).fill(NOT_A_DIGIT);
  for (let value = 0; value < 64; value += 1) table[alphabet.charCodeAt(value)] = value;
  return table;
}

const URL_TABLE = tableOf(URL_SAFE);
const STANDARD_TABLE = tableOf(STANDARD);

/**
 * Base64url without padding, for exactly `length` octets.
 * @param {string} text
 * @param {number} length
 */
export function decodeUrl(text, length) {
  const characters = Math.ceil((length * 4) / 3);
  if (text.length !== characters) {
    throw new Refusal("codec", "WrongLength", "base64url text of another length", { expected: characters, computed: text.length });
  }
  return digits(text, URL_TABLE);
}

/** @param {Uint8Array} octets */
export function encodeUrl(octets) {
  return spell(octets, URL_SAFE);
}

/**
 * Standard base64 with padding.
 * @param {string} text
 */
export function decodeStandard(text) {
  const bare = text.replace(/={1,2}$/, "");
  if (text.length % 4 !== 0 || text.length - bare.length !== (4 - (bare.length % 4)) % 4) refuse();
  return digits(bare, STANDARD_TABLE);
}

/** @param {Uint8Array} octets */
export function encodeStandard(octets) {
  const bare = spell(octets, STANDARD);
  return bare + "=".repeat((4 - (bare.length % 4)) % 4);
}

/**
 * @param {string} text
 * @param {Uint8Array} table
 */
function digits(text, table) {
  if (text.length % 4 === 1) refuse();
  const octets = new Uint8Array(Math.floor((text.length * 3) / 4));
  let place = 0;
  let bits = 0;
  let held = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const value = code < 128 ? table[code] : NOT_A_DIGIT;
    if (value === NOT_A_DIGIT) refuse();
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      octets[place] = held >> bits;
      place += 1;
    }
  }
  if (held & ((1 << bits) - 1)) refuse(); // slack bits
  return octets;
}

/**
 * @param {Uint8Array} octets
 * @param {string} alphabet
 */
function spell(octets, alphabet) {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const octet of octets) {
    held = ((held << 8) | octet) & 0xffff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += alphabet[(held >> bits) & 63];
    }
  }
  return bits ? text + alphabet[(held << (6 - bits)) & 63] : text;
}

/** @returns {never} */
function refuse() {
  throw new Refusal("codec", "NotBase64", "not the one base64 spelling of its octets");
}
