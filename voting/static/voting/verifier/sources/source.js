// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a board is read from: octets by path (docs/spec/board.md, "Resources"). Nothing that comes from one is trusted. */
import { Refusal } from "../errors.js";

/**
 * Resolves to at most `limit` octets; rejects with a Refusal: `NotFound`, `ResourceTooLarge`, `UnsafeArchive`, or one of the
 * family "unavailable", after which nothing can be concluded.
 * @typedef {{ read: (path: string, limit: number) => Promise<Uint8Array> }} Source
 */

/**
 * @param {string} path
 * @returns {Refusal}
 */
export function notFound(path) {
  return new Refusal("source", "NotFound", `no ${path}`);
}

/**
 * @param {string} path
 * @param {number} limit
 * @returns {Refusal}
 */
export function tooLarge(path, limit) {
  return new Refusal("source", "ResourceTooLarge", `${path}: too large`, { expected: `at most ${limit}` });
}

/**
 * @param {string} path
 * @param {unknown} error
 * @returns {Refusal}
 */
export function unavailable(path, error) {
  return new Refusal("unavailable", "SourceUnavailable", `${path}: ${error instanceof Error ? error.message : String(error)}`);
}
