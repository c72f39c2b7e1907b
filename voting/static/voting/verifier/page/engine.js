// SPDX-License-Identifier: AGPL-3.0-or-later
/** Starts the workers of one verification, and ends them. */

/** @typedef {import("../worker.js").Answer} Answer */
/** @typedef {import("../worker.js").Job} Job */
/** @typedef {import("../checks/verify.js").Progress} Progress */

const MOST_HELPERS = 8;

/**
 * Settles with the worker's last answer.
 * @param {() => Worker} start
 * @param {Job} job
 * @param {(progress: Progress) => void} progress
 * @returns {Promise<Answer>}
 */
export async function runVerification(start, job, progress) {
  const helpers = Array.from({ length: Math.max(1, Math.min(MOST_HELPERS, navigator.hardwareConcurrency || 1)) }, () => start());
  const ports = helpers.map((helper) => {
    const { port1, port2 } = new MessageChannel();
    helper.postMessage({ kind: "help", port: port1 }, [port1]);
    return port2;
  });
  const worker = start();
  try {
    return await new Promise((resolve) => {
      const fail = (/** @type {ErrorEvent} */ event) => resolve({ kind: "trouble", message: event.message || "the program stopped" });
      for (const each of [worker, ...helpers]) each.onerror = fail;
      worker.onmessage = ({ data }) => (data.kind === "progress" ? progress(data.progress) : resolve(data));
      worker.postMessage({ kind: "verify", job, ports }, ports);
    });
  } finally {
    for (const each of [worker, ...helpers]) each.terminate();
  }
}

/**
 * The one policy under which this page names code: the address of its own worker.
 * @param {string} address
 * @returns {string} what `Worker` accepts
 */
export function trusted(address) {
  const factory = /** @type {any} */ (globalThis).trustedTypes;
  if (!factory) return address;
  const policy = factory.createPolicy("veritally", {
    createScriptURL: (/** @type {string} */ asked) => {
      if (asked !== address) throw new TypeError("not this page's worker");
      return asked;
    },
  });
  return policy.createScriptURL(address);
}
