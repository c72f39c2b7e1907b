// SPDX-License-Identifier: AGPL-3.0-or-later
/** The worker: verifies a record that the page names, or helps another worker with the proofs. */
import { Refusal } from "./errors.js";
import { readEarlier } from "./checks/continuation.js";
import { said } from "./checks/ledger.js";
import { poolOfPorts, serve } from "./checks/pool.js";
import { verify } from "./checks/verify.js";
import { NOTE_LIMIT } from "./log/note.js";
import { POLICY_LIMIT, readPolicy } from "./log/policy.js";
import { folderSource } from "./sources/folder.js";
import { unavailable } from "./sources/source.js";
import { webSource } from "./sources/web.js";
import { zipSource } from "./sources/zip.js";

/** @typedef {import("./checks/verify.js").Verification} Verification */
/** @typedef {import("./checks/verify.js").Progress} Progress */
/** @typedef {import("./sources/source.js").Source} Source */

/**
 * @typedef {{ kind: "archive", blob: Blob } | { kind: "folder", files: { path: string, blob: Blob }[] } | { kind: "web", address: string }} Place
 */
/** What was brought in files, unread. */
/** @typedef {{ policy: Blob | null, earlier: Blob | null }} Brought */
/** @typedef {{ place: Place, fingerprint: string | null, isCompact: boolean, isTestAllowed: boolean } & Brought} Job */
/** @typedef {{ kind: "help", port: MessagePort } | { kind: "verify", job: Job, ports: MessagePort[] }} Order */
/**
 * @typedef {{ kind: "progress", progress: Progress } | { kind: "done", verification: Verification }
 *   | { kind: "unusable" | "unreadable", name: string, message: string } | { kind: "trouble", message: string }} Answer
 */

/** @type {{ onmessage: ((event: { data: Order }) => void) | null, postMessage: (answer: Answer) => void }} */
const scope = /** @type {any} */ (globalThis);

scope.onmessage = ({ data }) => {
  if (data.kind === "help") serve(data.port);
  else run(data.job, data.ports).then((answer) => scope.postMessage(answer));
};

/**
 * @param {Job} job
 * @param {readonly MessagePort[]} ports
 * @returns {Promise<Answer>}
 */
async function run({ place, policy, earlier, ...options }, ports) {
  let isBrought = false;
  try {
    const brought = {
      policy: policy && readPolicy(await octetsOf(policy, POLICY_LIMIT)),
      earlier: earlier && readEarlier(await octetsOf(earlier, NOTE_LIMIT)),
    };
    isBrought = true;
    const tell = (/** @type {Progress} */ progress) => scope.postMessage({ kind: "progress", progress });
    const readAt = place.kind === "web" ? Date.now() / 1000 : null;
    const verification = await verify(await sourceOf(place), { ...options, ...brought, readAt }, poolOfPorts(ports), tell);
    return { kind: "done", verification };
  } catch (error) {
    if (error instanceof Refusal) return { kind: isBrought ? "unreadable" : "unusable", name: error.name, message: said(error.message) };
    return { kind: "trouble", message: said(String(error)) };
  }
}

/**
 * At most one octet more than is allowed: whoever reads them refuses that.
 * @param {Blob} blob
 * @param {number} limit
 */
async function octetsOf(blob, limit) {
  try {
    return new Uint8Array(await blob.slice(0, limit + 1).arrayBuffer());
  } catch (error) {
    throw unavailable("file", error);
  }
}

/**
 * @param {Place} place
 * @returns {Promise<Source>}
 */
async function sourceOf(place) {
  if (place.kind === "archive") return zipSource(place.blob);
  return place.kind === "folder" ? folderSource(place.files) : webSource(place.address);
}
