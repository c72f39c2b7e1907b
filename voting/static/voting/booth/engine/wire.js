// SPDX-License-Identifier: AGPL-3.0-or-later
/** Refusals on their way from the worker to the page: structured clone keeps no class. */
import { Refusal } from "../errors.js";

/** @typedef {{name: string, message: string, expected?: unknown, computed?: unknown, code?: unknown}} Written */

/**
 * @param {unknown} error
 * @returns {Written} of what is no Refusal, the name alone: its message may hold anything
 */
export function writeError(error) {
  if (!(error instanceof Refusal)) return { name: "Failure", message: error instanceof Error ? error.name : "failure" };
  const { name, message, expected, computed } = error;
  return { name, message, expected, computed, code: "code" in error ? error.code : undefined };
}

/**
 * @param {Written} written
 * @returns {Refusal & {code?: unknown}} with the name of its class
 */
export function readError({ name, message, expected, computed, code }) {
  const error = new Refusal(message, { expected, computed });
  error.name = name;
  return Object.assign(error, { code });
}
