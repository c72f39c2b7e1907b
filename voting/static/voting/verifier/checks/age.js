// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How old a board is: when enough witnesses last cosigned it (docs/spec/board.md, "Age").
 *
 * A remark, and no check. `read` is the time at which a live board was read, in seconds since 1970; null for a board in files.
 */
import { timeText } from "../codec/times.js";

/** @typedef {import("../log/keys.js").VerifierKey} VerifierKey */
/**
 * Who must have cosigned, and when each witness did, in seconds since 1970: any 64 bits.
 * @typedef {{ isMet: (has: (key: VerifierKey) => boolean) => boolean, times: ReadonlyMap<VerifierKey, bigint> }} Quorum
 */
/** @typedef {{ since: number | null, fact: string, warning: string }} Age */

const AHEAD = 300; // s that a witness's clock may be ahead of the reader's
const DAY = 86_400;
const YEAR_9999 = 253_402_300_799;

/**
 * @param {Quorum} quorum
 * @param {number | null} read
 * @returns {Age}
 */
export function ageOf(quorum, read) {
  const since = completed(quorum, read === null ? YEAR_9999 : Math.floor(read) + AHEAD);
  if (since === null) {
    const warning = stale("so many cosignatures state a time that has not come yet that the rest are too few");
    return { since, fact: "at a time that has not come yet", warning: read === null ? "" : warning };
  }
  if (read === null) return { since, fact: timeText(since), warning: "" };
  const passed = Math.max(0, Math.floor(read) - since);
  const when = `enough witnesses cosigned this board last at ${timeText(since)}, ${amount(passed)} before`;
  return { since, fact: `${timeText(since)}, ${amount(passed)} before it was read`, warning: passed > DAY ? stale(when) : "" };
}

/**
 * The newest time since which the quorum is met; the newest of all would be one witness's word.
 * @param {Quorum} quorum
 * @param {number} latest a later time counts for nothing
 */
function completed({ isMet, times }, latest) {
  const words = [...times].filter(([, time]) => time <= BigInt(latest)).sort(([, one], [, other]) => (one < other ? 1 : -1));
  const place = words.findIndex((_, index) => {
    const seen = new Set(words.slice(0, index + 1).map(([key]) => key));
    return isMet((key) => seen.has(key));
  });
  return place < 0 ? null : Number(words[place][1]);
}

/**
 * The remark where the newest entry says that it is later than its quorum saw it, else "".
 * @param {number | null} since
 * @param {number | null} newest
 */
export function contradiction(since, newest) {
  if (since === null || newest === null || newest <= since + AHEAD) return "";
  return (
    `ClocksDiffer: the newest entry says ${timeText(newest)}, but enough witnesses had seen it at ${timeText(since)}. The board's ` +
    "clock was wrong, or the witnesses' clocks were: times on this board may not be what they say."
  );
}

/** @param {string} when */
function stale(when) {
  return (
    `StaleBoard: ${when}. While an election runs, that is renewed every few minutes. This may be an old board, and newer ` +
    "entries may be kept from you. Read it again over another network, and ask a witness or a mirror."
  );
}

/** @param {number} seconds */
function amount(seconds) {
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 2 * DAY ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / DAY)} days`;
}
