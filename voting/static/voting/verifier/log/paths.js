// SPDX-License-Identifier: AGPL-3.0-or-later
/** The paths of a board's resources (docs/spec/board.md, "Tiles", "Resources"). */

export const CHECKPOINT = "checkpoint";
export const WIDTH = 256; // entries of a full bundle
// A tile has one spelling: no first group of x000, and a width of 1 to 255 where it is not full.
const INDEX = /(?:(?!x000)x[0-9]{3}\/(?:x[0-9]{3}\/){0,4})?[0-9]{3}/.source;
const PARTIAL = /\.p\/(?:[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])/.source;
const RESOURCE = new RegExp(
  `^(?:checkpoint|log\\.vkey|(?:blob|commitments)/[0-9a-f]{64}|tile/(?:entries|[0-6])/${INDEX}(?:${PARTIAL})?)$`,
);

/** @param {string} digest */
export function blobPath(digest) {
  return `blob/${digest}`;
}

/** @param {string} tracker */
export function commitmentsPath(tracker) {
  return `commitments/${tracker}`;
}

/**
 * 1234067 is x001/x234/067; a bundle that is not full says how many entries it has.
 * @param {number} index
 * @param {number} width
 */
export function bundlePath(index, width) {
  const groups = [];
  for (let rest = index; rest > 0 || !groups.length; rest = Math.floor(rest / 1000)) {
    groups.unshift((groups.length ? "x" : "") + String(rest % 1000).padStart(3, "0"));
  }
  return `tile/entries/${groups.join("/")}${width === WIDTH ? "" : `.p/${width}`}`;
}

/**
 * Whether this is the path of a resource that a folder and an archive have alike.
 * @param {string} path
 */
export function isResource(path) {
  return RESOURCE.test(path);
}
