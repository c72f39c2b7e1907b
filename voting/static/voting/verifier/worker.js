// SPDX-License-Identifier: AGPL-3.0-or-later
/** The worker: verifies a record that the page names, or helps another worker with the proofs. */
import { Refusal } from "./errors.js";
import { said } from "./checks/ledger.js";
import { poolOfPorts, serve } from "./checks/pool.js";
import { verify } from "./checks/verify.js";
import { folderSource } from "./sources/folder.js";
import { webSource } from "./sources/web.js";
import { zipSource } from "./sources/zip.js";

/** @typedef {import("./checks/verify.js").Verification} Verification */
/** @typedef {import("./checks/verify.js").Progress} Progress */
/** @typedef {import("./sources/source.js").Source} Source */

/**
 * @typedef {{ kind: "archive", blob: Blob } | { kind: "folder", files: { path: string, blob: Blob }[] } | { kind: "web", address: string }} Place
 */
/** @typedef {{ place: Place, fingerprint: string | null, isTestAllowed: boolean }} Job */
/** @typedef {{ kind: "help", port: MessagePort } | { kind: "verify", job: Job, ports: MessagePort[] }} Order */
/**
 * @typedef {{ kind: "progress", progress: Progress } | { kind: "done", verification: Verification }
 *   | { kind: "unreadable", name: string, message: string } | { kind: "trouble", message: string }} Answer
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
async function run({ place, fingerprint, isTestAllowed }, ports) {
  try {
    const tell = (/** @type {Progress} */ progress) => scope.postMessage({ kind: "progress", progress });
    const verification = await verify(await sourceOf(place), { fingerprint, isTestAllowed }, poolOfPorts(ports), tell);
    return { kind: "done", verification };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "unreadable", name: error.name, message: said(error.message) };
    return { kind: "trouble", message: said(String(error)) };
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
