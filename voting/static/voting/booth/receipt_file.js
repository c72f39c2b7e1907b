// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The file that a voter saves after voting (docs/spec/intake.md, "Receipt files"): the ballot as it was sent, its entry
 * and the board's receipt. It proves by itself that the board took the ballot; it does not say how anybody voted.
 */
import { ForeignRecord, MalformedReceipt } from "./errors.js";

/** @typedef {{election: string, tracker: string, ballot: string, entry: string, receipt: string}} ReceiptFile */

const FORMAT = "veritally/receipt/1";
const TRACKER = /^[0-9a-f]{64}$/;
export const LIMIT = 16 << 20; // octets; the largest ballot has 4 MiB

/** @param {ReceiptFile} kept @returns {string} JSON */
export function writeReceiptFile({ election, tracker, ballot, entry, receipt }) {
  return JSON.stringify({ format: FORMAT, election, tracker, ballot, entry, receipt }, null, 1);
}

/**
 * @param {string} text
 * @param {string} fingerprint the election's
 * @returns {ReceiptFile} its form only; throws MalformedReceipt, ForeignRecord
 */
export function readReceiptFile(text, fingerprint) {
  const { format, election, tracker, ballot, entry, receipt } = Object(parsed(text));
  const areTexts = [election, tracker, ballot, entry, receipt].every((part) => typeof part === "string");
  if (format !== FORMAT || !areTexts || !TRACKER.test(tracker)) throw new MalformedReceipt("not the receipt of a ballot");
  if (election !== fingerprint) throw new ForeignRecord("of another election", { expected: fingerprint, computed: election });
  return { election, tracker, ballot, entry, receipt };
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  if (text.length > LIMIT) throw new MalformedReceipt("too long to be a receipt");
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedReceipt("not a receipt: not JSON");
  }
}
