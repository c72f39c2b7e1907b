// SPDX-License-Identifier: AGPL-3.0-or-later
/** What all pages of an election begin with: language, browser, worker, and the election itself, checked. */
import { Engine } from "../engine/client.js";
import { Server } from "../engine/server.js";
import { findLack } from "../engine/support.js";
import { loadTexts } from "../texts.js";
import { useLanguages } from "./election_text.js";
import { Page } from "./page.js";
import { showBroken, showLack } from "./trouble.js";

/** @import { Shown } from "../engine/client.js" */

/** @typedef {{page: Page, server: Server, engine: Engine, election: Shown & {fingerprint: string}}} Opened */

/**
 * @param {HTMLElement} root
 * @returns {Promise<Opened | undefined>} undefined if it cannot begin, and the page says why
 */
export async function openPage(root) {
  const page = new Page(root);
  await loadTexts(page.data.language ?? "en");
  const lack = await findLack(globalThis);
  if (lack) {
    showLack(page, lack);
    return undefined;
  }
  try {
    const server = new Server(page.data.slug ?? "");
    return { page, server, ...(await openElection(page, server)) };
  } catch (error) {
    showBroken(page, error);
    return undefined;
  }
}

/**
 * A new worker, with nothing of an earlier one.
 * @param {Page} page
 * @param {Server} server
 */
export async function openElection({ data }, server) {
  const [manifest, key, opening] = await Promise.all(
    [data.manifest, data.key, data.opening].map((sha256) => server.blob(sha256 ?? "")),
  );
  const engine = Engine.start();
  const election = await engine.open({ manifest, key, opening }, { allowTestModulus: data.testModulus === "true" });
  useLanguages(election.languages);
  return { engine, election };
}

/** @returns {string} what stands after # in the address, which is then removed from it: it may be a secret */
export function takeFragment() {
  const { hash, pathname, search } = globalThis.location;
  if (hash) globalThis.history.replaceState(globalThis.history.state, "", pathname + search);
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return "";
  }
}
