// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What stands after # in the address of a page: a code or an opening, which may be secret; and, after a dot, the
 * election's fingerprint or its beginning: "#CODE.c9b649aaf711". Whoever gave the link says with it which election it is for.
 */

const PIN = /^[0-9a-f]{12,64}$/;

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
 * Takes the text out of the address, and leaves the pin there: the page looks again when it is loaded again.
 * @returns {string} the text; "" if the address points at a place on the page, and then nothing is changed
 */
export function takeText() {
  const { hash, pathname, search } = globalThis.location;
  const { text, pin } = readLink(hash);
  if (!text || document.getElementById(text)) return "";
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
