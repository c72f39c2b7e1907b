// SPDX-License-Identifier: AGPL-3.0-or-later
/** Times as text: UTC, whole seconds, "2026-11-22T21:45:00Z" and no other spelling (docs/spec/board.md, "Fields"). */
import { WrongForm } from "../errors.js";

const FORM = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;

/**
 * @param {string} text
 * @returns {number} milliseconds since 1970; throws WrongForm
 */
export function readTime(text) {
  if (!FORM.test(text)) throw new WrongForm("not a time of the form 2026-11-22T21:45:00Z");
  const moment = new Date(text);
  // The second comparison refuses 30 February and 24:00:00, which some engines carry over.
  if (Number.isNaN(moment.getTime()) || text.startsWith("0000") || writeTime(moment.getTime()) !== text) {
    throw new WrongForm("no such date or time of day");
  }
  return moment.getTime();
}

/**
 * @param {number} moment milliseconds since 1970
 * @returns {string}
 */
export function writeTime(moment) {
  return new Date(moment).toISOString().replace(".000Z", "Z");
}
