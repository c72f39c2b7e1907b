// SPDX-License-Identifier: AGPL-3.0-or-later
/** What all pages of an election begin with: language, browser, worker, and the election itself, checked. */
import { Engine } from "../engine/client.js";
import { Server } from "../engine/server.js";
import { findLack } from "../engine/support.js";
import { AnotherElection, FingerprintMismatch } from "../errors.js";
import { loadTexts } from "../texts.js";
import { useLanguages } from "./election_text.js";
import { fingerprintView, rehearsalView } from "./fingerprint.js";
import { isPinOf, keepPin, pinInAddress, takeText } from "./link.js";
import { Page } from "./page.js";
import { showBroken, showLack } from "./trouble.js";

/** @import { Shown } from "../engine/client.js" */

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** @typedef {{page: Page, server: Server, engine: Engine, election: Shown & {fingerprint: string}}} Opened */

/**
 * @param {HTMLElement} root
 * @returns {Promise<Opened | undefined>} undefined if it cannot begin, and the page says why
 */
export async function openPage(root) {
  const page = new Page(root);
  try {
    await loadTexts(page.data.language ?? "en");
    const lack = await findLack(globalThis);
    if (lack) {
      takeText(); // a code is not left behind in the address
      showLack(page, lack);
      return undefined;
    }
    const server = new Server(page.data.slug ?? "");
    const opened = await openElection(page, server);
    watchLink(page);
    return { page, server, ...opened };
  } catch (error) {
    takeText();
    showBroken(page, error);
    return undefined;
  }
}

/**
 * A new worker, with nothing of an earlier one. Throws AnotherElection unless the election is the one that the link
 * names, and FingerprintMismatch unless it is the one that this page opened before.
 * @param {Page} page
 * @param {Server} server
 */
export async function openElection(page, server) {
  const { data } = page;
  const [manifest, key, opening] = await Promise.all(
    [data.manifest, data.key, data.opening].map((sha256) => server.blob(sha256 ?? "")),
  );
  const engine = Engine.start();
  // The keys of tests are small enough to be broken: whoever serves this page elsewhere cannot switch them on.
  const allowTestModulus = data.testModulus === "true" && LOOPBACK.includes(globalThis.location.hostname);
  const election = await engine.open({ manifest, key, opening }, { allowTestModulus });
  const { fingerprint } = election;
  const [before, pin] = [page.fingerprint, pinInAddress()];
  const isAnother = before !== "" && before !== fingerprint;
  if (isAnother || (pin && !isPinOf(pin, fingerprint))) {
    engine.stop();
    if (isAnother) throw new FingerprintMismatch("another election than before", { expected: before, computed: fingerprint });
    throw new AnotherElection("another election than the link's", { expected: pin, computed: fingerprint });
  }
  page.fingerprint = fingerprint;
  useLanguages(election.languages);
  page.frame = { above: election.rehearsal && rehearsalView(), below: fingerprintView(election) };
  return { engine, election };
}

/**
 * A link to another election that is opened in this tab begins anew, and is refused there.
 * @param {Page} page
 */
function watchLink({ fingerprint }) {
  const pinned = pinInAddress();
  globalThis.addEventListener("hashchange", (event) => {
    keepPin(pinned);
    const pin = pinInAddress();
    if (!pin || isPinOf(pin, fingerprint)) return;
    event.stopImmediatePropagation();
    globalThis.location.reload();
  });
}

/** @returns {string} the code or opening after # in the address, which is then removed from it: it may be a secret */
export function takeFragment() {
  return takeText();
}
