// SPDX-License-Identifier: AGPL-3.0-or-later
/** Checks B.7, G.1 and G.2: opening and closing in their time, over the right ballots. */
import { coarse, timeText } from "../codec/times.js";
import { Refusal } from "../errors.js";
import { checkCounted, readClosing } from "../record/entries.js";
import { checkElection } from "../record/signed.js";
import { refusal } from "./walk.js";

/** @typedef {import("../record/entries.js").Counted} Counted */
/** @typedef {import("../record/manifest.js").Manifest} Manifest */
/** @typedef {import("./ledger.js").Ledger} Ledger */
/** @typedef {import("./setup.js").Opened} Opened */
/** @typedef {import("./walk.js").Entry} Entry */

/**
 * @param {Ledger} ledger
 * @param {Entry} entry
 * @param {Manifest} manifest
 * @param {number} moment seconds since 1970
 */
export function checkTime(ledger, { envelope, where }, { isRehearsal }, moment) {
  if (isRehearsal) {
    ledger.note("B.7", "A rehearsal: its dates do not bind.");
  } else if (envelope.time < coarse(moment)) {
    const evidence = { expected: `not before ${timeText(moment)}`, computed: timeText(envelope.time) };
    ledger.fail("B.7", new Refusal("tally", "BeforeItsTime", "before its time", evidence), where);
  }
}

/**
 * @param {Ledger} ledger
 * @param {Entry} entry
 * @param {Opened} opened
 * @param {{ ballots: number, challenged: number, counted: Counted }} found on the board
 */
export function checkClosing(ledger, { payload, where }, { fingerprint, manifest }, { ballots, challenged, counted }) {
  ledger.mark("G.1", "G.2");
  try {
    const closing = readClosing(payload);
    checkElection(fingerprint, closing.election);
    if (closing.ballots !== ballots || closing.challenged !== challenged) {
      const named = (/** @type {number} */ cast, /** @type {number} */ tested) => `${cast} ballots, ${tested} tested`;
      const evidence = { expected: named(ballots, challenged), computed: named(closing.ballots, closing.challenged) };
      throw new Refusal("tally", "ClosingMismatch", "numbers of ballots and challenges", evidence);
    }
    checkCounted(counted, closing.counted);
  } catch (error) {
    ledger.fail("G.1", refusal(error), where);
  }
  const { minimum } = manifest.rules;
  if (counted.ballots < minimum) {
    const evidence = { expected: `at least ${minimum}`, computed: counted.ballots };
    ledger.fail("G.2", new Refusal("tally", "TooFewCounted", "ballots that count", evidence), where);
  }
}
