// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What the booth needs of a browser, asked before anything is shown. All that have Ed25519 also have module workers and
 * BigInt: Chromium since 137, Firefox since 129, Safari since 17.
 */

/** @typedef {"secure-context" | "ed25519" | "worker"} Lack */

/**
 * @param {any} scope the page's global object
 * @returns {Promise<Lack | undefined>} the first thing that is missing
 */
export async function findLack(scope) {
  if (!scope.crypto?.subtle) return "secure-context";
  if (typeof scope.Worker !== "function") return "worker";
  try {
    await scope.crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  } catch {
    return "ed25519";
  }
  return undefined;
}
