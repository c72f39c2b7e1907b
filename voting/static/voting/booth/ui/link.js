// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What stands after # in the address of a page: a code or an opening, which may be secret; and, after a dot, the
 * election's fingerprint or its beginning: "#CODE.c9b649aaf711". Whoever gave the link says with it which election it is for.
 *
 * A browser keeps every address in its history, also one that a page has replaced since. So no page ever writes such a text
 * into an address: what a reload must not lose goes through the tab's storage, once.
 */
import { tabStore } from "../engine/memory.js";
import { AnotherElection } from "../errors.js";

const PIN = /^[0-9a-f]{12,64}$/;
const HANDED = "veritally/handed";
export const TYPED_LIMIT = 1000; // characters of a code, or of a link that holds one

/** @typedef {{text: string, pin: string}} Link `pin`: "" if the link names no election */

/**
 * @param {string} fragment with the #, or ""
 * @returns {Link}
 */
export function readLink(fragment) {
  const [text, ...rest] = decoded(fragment.slice(1)).split(".");
  return { text, pin: rest.join(".").toLowerCase() };
}

/**
 * @param {string} pin
 * @param {string} fingerprint the election's
 * @returns {boolean} a pin that was cut short or is no fingerprint names no election at all
 */
export function isPinOf(pin, fingerprint) {
  return PIN.test(pin) && fingerprint.startsWith(pin);
}

/**
 * @param {string} typed a code, or a whole link with one, as people paste it
 * @param {string} fingerprint the election's
 * @returns {string} the code; throws AnotherElection if the link names another election
 */
export function codeIn(typed, fingerprint) {
  const at = typed.indexOf("#");
  if (at < 0) return typed;
  const { text, pin } = readLink(typed.slice(at).trim());
  if (pin && !isPinOf(pin, fingerprint)) throw new AnotherElection("another election than the link's", { expected: pin, computed: fingerprint });
  return text;
}

/**
 * For this page when it is loaded again, and for no other: the text is taken out with the first look.
 * @param {string} text a code or an opening, "" for none
 */
export function handOver(text) {
  try {
    if (text) tabStore(globalThis).setItem(HANDED, JSON.stringify([globalThis.location.pathname, text]));
  } catch {
    // a full or forbidden storage: it is given again
  }
}

/** @returns {string} what was handed over to this page */
function takeHanded() {
  const store = tabStore(globalThis);
  try {
    const [pathname, text] = JSON.parse(store.getItem(HANDED) ?? "[]");
    store.removeItem(HANDED);
    return pathname === globalThis.location.pathname && typeof text === "string" ? text : "";
  } catch {
    return "";
  }
}

/**
 * Takes the text out of the address, and leaves the pin there: the page looks again when it is loaded again.
 * @returns {string} the text, or the one that this page handed over to itself; "" if there is none, and also if the address
 *   points at a place on the page, which is then left as it is
 */
export function takeText() {
  const handed = takeHanded();
  const { hash, pathname, search } = globalThis.location;
  const { text, pin } = readLink(hash);
  if (!text || document.getElementById(text)) return handed;
  globalThis.history.replaceState(globalThis.history.state, "", pathname + search + (pin && `#.${pin}`));
  return text;
}

/**
 * A link to a place on the page, such as the one that skips to the content, took the place of the pin: put it back.
 * @param {string} pin "" for none
 */
export function keepPin(pin) {
  const { hash, pathname, search } = globalThis.location;
  const { text } = readLink(hash);
  if (pin && text && document.getElementById(text)) globalThis.history.replaceState(globalThis.history.state, "", `${pathname}${search}#.${pin}`);
}

/** @returns {string} what the link says about the election */
export function pinInAddress() {
  return readLink(globalThis.location.hash).pin;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
