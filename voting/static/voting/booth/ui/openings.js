// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The opening of a tested ballot on its way to another tab of this browser. It says how the voter chose, and a browser keeps
 * addresses, so it goes from page to page: the new tab asks, the one that tested the ballot answers, once.
 */

const ASK = "ask";
const PATIENCE = 60_000; // ms: a page that is opened later gets nothing

/** @type {BroadcastChannel | undefined} */
let offered; // one at a time

/**
 * @param {string} page the address of the page that is being opened
 * @param {string} opening
 */
export function offerOpening(page, opening) {
  offered?.close();
  const channel = new globalThis.BroadcastChannel(nameOf(page));
  channel.onmessage = ({ data }) => {
    if (data !== ASK) return;
    channel.postMessage({ opening });
    channel.close();
  };
  setTimeout(() => channel.close(), PATIENCE);
  offered = channel;
}

/**
 * @param {string} page this page's address
 * @param {(opening: string) => void} onopening if somebody offers one
 */
export function askForOpening(page, onopening) {
  const channel = new globalThis.BroadcastChannel(nameOf(page));
  channel.onmessage = ({ data }) => {
    const { opening } = Object(data);
    if (typeof opening !== "string") return;
    channel.close();
    onopening(opening);
  };
  channel.postMessage(ASK);
}

/** @param {string} page */
function nameOf(page) {
  return `veritally/opening ${page}`;
}
