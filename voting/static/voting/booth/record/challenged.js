// SPDX-License-Identifier: AGPL-3.0-or-later
/** A challenged ballot: a tracker that can never be cast (docs/spec/record.md, "Challenged ballot"). */
import { toBase64url } from "../codec/base64.js";

/** @import { Octets } from "../octets.js" */
/** @import { Unsigned } from "./signed.js" */

/**
 * @param {{election: string, credential: Octets, tracker: string}} challenged
 * @returns {Unsigned}
 */
export function challengedValue({ election, credential, tracker }) {
  return { format: "veritally/challenged/1", election, credential: toBase64url(credential), tracker };
}
