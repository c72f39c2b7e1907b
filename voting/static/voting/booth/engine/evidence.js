// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What a voter can show when something is wrong: what was sent, and what was answered. Nothing about choices is in it
 * but what the board has, and nothing about the browser.
 */

/** @typedef {{fingerprint: string, checkCode: string, why: string, sent?: string, answer?: unknown, published?: string}} Evidence `published`: the signed head of the board, as it was fetched */

/**
 * @param {Evidence} evidence
 * @returns {Blob} JSON
 */
export function evidenceFile(evidence) {
  const bundle = { format: "veritally/evidence/1", ...evidence };
  return new Blob([JSON.stringify(bundle, null, 1)], { type: "application/json" });
}
