// SPDX-License-Identifier: AGPL-3.0-or-later
/** The paths of a board's resources (docs/spec/board.md, "Tiles", "Resources"). */

export const CHECKPOINT = "checkpoint";
export const WIDTH = 256; // entries of a full bundle
const PATH = /^[a-z0-9][a-z0-9.]*(?:\/[a-z0-9][a-z0-9.]*){0,9}$/;
const LONGEST = 255;

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

/** @param {string} path */
export function isPath(path) {
  return path.length <= LONGEST && PATH.test(path);
}
