// SPDX-License-Identifier: AGPL-3.0-or-later
/** Times: UTC, whole seconds, `2026-11-22T21:45:00Z` and no other spelling (docs/spec/board.md, "Fields"). */
import { Refusal } from "../errors.js";

const FORM = /^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;
export const STEP = 300; // s; the times of entries are multiples of it

/**
 * Seconds since 1970.
 * @param {string} text
 */
export function readTime(text) {
  const moment = FORM.test(text) ? Date.parse(text) : NaN;
  // The language reads 24:00:00 and 30 February as the day after.
  if (Number.isNaN(moment) || timeText(moment / 1000) !== text) {
    throw new Refusal("codec", "WrongForm", "not a time of the form 2026-11-22T21:45:00Z");
  }
  return moment / 1000;
}

/** @param {number} seconds */
export function timeText(seconds) {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/**
 * The latest multiple of five minutes that is not after the moment.
 * @param {number} seconds
 */
export function coarse(seconds) {
  return Math.floor(seconds / STEP) * STEP;
}
