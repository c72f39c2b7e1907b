// SPDX-License-Identifier: AGPL-3.0-or-later
/** Drawing a code in the voter's own browser (docs/spec/credentials.md, "Codes"). */
import { CODE_OCTETS, formatCode } from "./codes.js";

/** @import { Octets } from "../octets.js" */

/**
 * Drawn again (one time in seven) while the check character would be one of "*~$=U".
 * @param {(octets: Octets) => Octets} [random]
 * @returns {Octets} 15 octets; the caller overwrites them
 */
export function newCode(random = (octets) => crypto.getRandomValues(octets)) {
  for (;;) {
    const value = random(new Uint8Array(CODE_OCTETS));
    if (!/[*~$=U]$/.test(formatCode(value))) return value;
  }
}
