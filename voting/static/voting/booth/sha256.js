// SPDX-License-Identifier: AGPL-3.0-or-later
/** SHA-256 by Web Crypto. */
import { toHex } from "./octets.js";

/** @import { Octets } from "./octets.js" */

/**
 * @param {Octets} octets
 * @returns {Promise<Octets>} 32 octets
 */
export async function sha256(octets) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
}

/**
 * @param {Octets} octets
 * @returns {Promise<string>} 64 lower-case hexadecimal digits
 */
export async function sha256Hex(octets) {
  return toHex(await sha256(octets));
}
