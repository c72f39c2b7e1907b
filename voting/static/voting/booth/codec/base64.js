// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Octets as text: unpadded base64url in records, padded standard base64 in notes (RFC 4648). One spelling each.
 */
import { NotBase64, WrongLength } from "../errors.js";

/** @import { Octets } from "../octets.js" */

/**
 * @param {Uint8Array} octets
 * @returns {string} standard base64 with padding
 */
export function toBase64(octets) {
  return btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));
}

/**
 * @param {string} text
 * @returns {Octets} throws NotBase64 unless `text` is their one spelling
 */
export function fromBase64(text) {
  const octets = decode(text);
  if (toBase64(octets) !== text) throw new NotBase64("not the one base64 spelling of its octets");
  return octets;
}

/**
 * @param {Uint8Array} octets
 * @returns {string} base64url without padding
 */
export function toBase64url(octets) {
  return toBase64(octets).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * @param {string} text
 * @param {number} length
 * @returns {Octets} `length` octets; throws WrongLength, or NotBase64 for a second spelling
 */
export function fromBase64url(text, length) {
  const characters = Math.ceil((length * 4) / 3);
  if (text.length !== characters) {
    throw new WrongLength("base64url text of another length", { expected: characters, computed: text.length });
  }
  const octets = decode(text.replaceAll("-", "+").replaceAll("_", "/"));
  if (toBase64url(octets) !== text) throw new NotBase64("not the one base64url spelling of its octets");
  return octets;
}

/**
 * @param {string} text
 * @returns {Octets}
 */
function decode(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new NotBase64("not base64");
  }
}
