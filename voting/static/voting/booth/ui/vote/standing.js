// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How a code stands: what the server says of it, and what of that it proves.
 *
 * The limit is the manifest's. A ballot counts as cast if the board has it and the credential signed it: its proof is not
 * looked at (engine/desk.js, `checkSigned`). That a code was revoked, the registrar has to have signed. Nothing else that turns
 * a voter away is proven by anybody. A server that has no answer at the moment, or whose ballot waits for its witnesses, has not
 * lied: nothing is held against it.
 */
import { BadAnswer, isNoVerdict, NotOnRoll, NotOpen, NotProven, NotShown, Revoked } from "../../errors.js";
import { readRollChange } from "../../record/roll_change.js";

/** @import { Refusal } from "../../errors.js" */
/** @import { Standing } from "../../engine/server.js" */
/** @import { Opened } from "../election_page.js" */

/** @typedef {Pick<Opened, "engine" | "server" | "election">} Polls */
/** @typedef {{tracker: string, seq: number}} Place of a ballot on the board */

/**
 * @typedef {object} Found
 * @property {readonly string[]} ballots trackers of this credential's ballots, in order; the last is proven, or `refusal` is NotShown
 * @property {number} limit
 * @property {boolean} isCounted whether every one of the ballots is proven: else nobody is told how many are left
 * @property {Refusal} [refusal] why the voter is turned away: only `Revoked` is proven
 */

/**
 * @param {Polls} polls
 * @param {string} credential
 * @returns {Promise<Found>} throws BadAnswer, Stopped, or TypeError without a connection
 */
export async function standingOf(polls, credential) {
  const { server, election: { rules: { ballotsPerCredential: limit } } } = polls;
  const standing = await server.standing(credential);
  const claimed = [...new Set(standing.ballots.map(({ tracker }) => tracker))];
  const needed = claimed.length + 1 < limit ? claimed.slice(-1) : claimed; // the next ballot is the last one only if all are proven
  try {
    const proven = await provenOf(polls, credential, needed);
    const isProven = proven.length === needed.length;
    const ballots = isProven ? [...claimed.slice(0, claimed.length - needed.length), ...proven] : proven;
    const refusal = (await turnedAway(polls, credential, standing)) ?? (isProven ? undefined : new NotProven("ballots that this code has not cast"));
    return { ballots, limit, isCounted: ballots.length === proven.length, refusal };
  } catch (error) {
    if (!(error instanceof BadAnswer)) throw error;
    // Who goes on all the same supersedes the ballot that is named; that none is left, nobody is told without proof.
    return { ballots: claimed.length < limit ? claimed : [], limit, isCounted: false, refusal: new NotShown("what would prove it is not shown") };
  }
}

/**
 * @param {Polls} polls
 * @param {string} credential
 * @returns {Promise<Place | undefined>} its last ballot, if the server names one and proves it; throws as `standingOf`
 */
export async function lastOf(polls, credential) {
  const tracker = (await polls.server.standing(credential)).ballots.at(-1)?.tracker;
  return tracker ? proved(polls, credential, tracker) : undefined;
}

/**
 * @param {Polls} polls
 * @param {string} credential
 * @param {string} earlier tracker of a ballot of its own, "" for none
 * @returns {Promise<Place | undefined>} its last ballot, if the server proves that it came after the earlier one; throws as
 *   `standingOf`
 */
export async function lastAfter(polls, credential, earlier) {
  const place = earlier ? await proved(polls, credential, earlier) : { seq: -1 };
  const last = place && (await lastOf(polls, credential));
  return last && last.seq > place.seq ? last : undefined;
}

/**
 * @param {Polls} polls
 * @param {string} credential
 * @param {readonly string[]} claimed
 * @returns {Promise<string[]>} the trackers that are proven, in the board's order
 */
async function provenOf(polls, credential, claimed) {
  const found = await Promise.all(claimed.map((tracker) => proved(polls, credential, tracker)));
  const places = found.flatMap((place) => place ?? []);
  return places.sort((one, other) => one.seq - other.seq).map(({ tracker }) => tracker);
}

/**
 * @param {Polls} polls
 * @param {string} credential
 * @param {string} tracker
 * @returns {Promise<Place | undefined>} undefined unless the board has this ballot, and the credential signed it; throws as
 *   `standingOf`
 */
async function proved({ engine, server }, credential, tracker) {
  try {
    const answer = await server.find(tracker);
    if (!answer) return undefined;
    const payload = await server.blob(answer.payloadSha256);
    const found = await engine.checkSigned({ digits: tracker, answer, payload });
    return found.credential === credential ? { tracker, seq: found.seq } : undefined;
  } catch (error) {
    if (isNoVerdict(error)) throw error;
    return undefined;
  }
}

/**
 * @param {Polls} polls
 * @param {string} credential
 * @param {Standing} standing
 * @returns {Promise<Refusal | undefined>}
 */
async function turnedAway(polls, credential, { isOnRoll, revoked, state }) {
  if (revoked) return revocation(polls, credential, revoked);
  if (!isOnRoll) return new NotOnRoll("the code is not on the roll");
  return state === "open" ? undefined : new NotOpen("voting is not open");
}

/**
 * @param {Polls} polls
 * @param {string} credential
 * @param {string} sha256 of a roll change
 * @returns {Promise<Refusal>} Revoked with the registrar's signed reason, or NotProven; throws as `standingOf`
 */
async function revocation({ server, election: { fingerprint, registrar } }, credential, sha256) {
  try {
    const change = await readRollChange(await server.blob(sha256), { fingerprint, registrar: registrar.key });
    if (change.revoke.includes(credential)) return new Revoked("the code is revoked", { computed: change.reason });
  } catch (error) {
    if (isNoVerdict(error)) throw error;
  }
  return new NotProven("a roll change that does not revoke this code");
}
