// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Where a voter stands on the voting page, and what each event makes of it. Pure: no page, no clock, no network.
 *
 * An event that does not fit the step changes nothing: a second click, a late answer, a page gone back to.
 */

/** @import { Selection } from "../contests/base.js" */
/** @import { Selections } from "../casting.js" */

/** @typedef {"identify" | "choose" | "review" | "ask-test" | "sending" | "unconfirmed" | "confirmed" | "refused" | "stale" | "tested" | "voted"} Step */
/** @typedef {"ballot" | "challenged"} Fate */
/** @typedef {"not-known" | "not-voted" | "voted-before" | "not-confirmed" | "on-board" | "none"} Banner */
/** @typedef {{owner: string, selections: Selections}} Draft choices, and the credential whose they are; "" for nobody's */

/**
 * @typedef {object} State
 * @property {Step} step
 * @property {number} index of the question that is shown
 * @property {Selections} selections
 * @property {string} owner the credential whose selections these are: no other one sees them
 * @property {number} turn grows with every change: what was fixed before is fixed no longer
 * @property {string} credential "" until the code was given
 * @property {boolean} hasKey whether the worker still holds this credential's key
 * @property {readonly string[]} ballots trackers of this credential's ballots on the board, in order
 * @property {number} limit
 * @property {boolean} isCounted whether every one of the ballots is proven
 * @property {{tracker: string, checkCode: string} | undefined} sealed
 * @property {Fate} fate of what was sent
 * @property {string} why what is not known ("refused": the server signed a refusal of what may have arrived before), the code
 *   of a refusal, or "stopped" if the worker ended by itself
 */

/**
 * @typedef {{type: "identified", credential: string, ballots: readonly string[], limit: number, isCounted: boolean}
 *   | {type: "choose", contest: string, selection: Selection}
 *   | {type: "show", step: "identify" | "choose" | "review", index?: number}
 *   | {type: "sealed", turn: number, tracker: string, checkCode: string}
 *   | {type: "resumed", tracker: string, checkCode: string}
 *   | {type: "cast"} | {type: "ask-test"} | {type: "test"} | {type: "retry"} | {type: "again"} | {type: "another-code"}
 *   | {type: "forgotten"} | {type: "lost"}
 *   | {type: "accepted"} | {type: "unknown", why: string} | {type: "refused", code: string}} Event
 */

const BEFORE_SENDING = ["choose", "review", "ask-test"];
const AFTER_ANSWER = ["tested", "stale", "refused", "confirmed"];

/**
 * @param {Draft} draft one that was kept
 * @returns {State}
 */
export function start({ owner, selections }) {
  return {
    step: "identify", index: 0, selections, owner, turn: 0, credential: "", hasKey: false, ballots: [], limit: 0,
    isCounted: false, sealed: undefined, fate: "ballot", why: "",
  };
}

/**
 * @param {State} state
 * @param {Event} event
 * @returns {State} the same object if nothing changes
 */
export function next(state, event) {
  switch (event.type) {
    case "identified": return identified(state, event);
    case "choose": return choose(state, event);
    case "show": return show(state, event);
    case "sealed": return sealed(state, event);
    case "resumed": return resumed(state, event);
    case "cast": return send(state, "review", "ballot");
    case "ask-test": return state.step === "review" && state.sealed ? { ...state, step: "ask-test" } : state;
    case "test": return send(state, "ask-test", "challenged");
    case "retry": return state.step === "unconfirmed" ? { ...state, step: "sending", why: "" } : state;
    case "accepted": return accepted(state);
    case "unknown": return state.step === "sending" ? { ...state, step: "unconfirmed", why: event.why } : state;
    case "refused": return refused(state, event);
    case "again": return again(state);
    case "another-code": return anotherCode(state);
    case "forgotten": return forgotten(state);
    case "lost": return lost(state);
    default: return state;
  }
}

/**
 * @param {State} state
 * @returns {Banner} what stands above every step
 */
export function bannerOf({ step, fate, why, credential, ballots }) {
  if (step === "confirmed" || step === "voted") return "on-board";
  if ((step === "sending" || step === "unconfirmed") && fate === "ballot") return "not-confirmed";
  if (step === "stale" || why === "limit-reached") return "none"; // the step itself says which ballot counts
  if (ballots.length > 0) return "voted-before";
  return step === "identify" || credential === "" ? "not-known" : "not-voted";
}

/**
 * @param {State} state
 * @returns {string} the tracker that the next ballot supersedes, "" for a first one
 */
export function supersedes({ ballots }) {
  return ballots.at(-1) ?? "";
}

/**
 * @param {State} state
 * @returns {number | undefined} how often the voter can vote again, undefined if only the server says so: it may say too little
 */
export function ballotsLeft({ ballots, limit, isCounted, credential }) {
  if (credential === "") return 0;
  return isCounted ? Math.max(0, limit - ballots.length) : undefined;
}

/** @param {State} state */
export function isSpent({ ballots, limit, credential }) {
  return credential !== "" && ballots.length >= limit;
}

/**
 * @param {State} state
 * @returns {boolean} whether a real ballot can be made now: after an answer, even one that is not the last word, or after a test
 *   that has none
 */
export function canGoOn({ step, fate, why }) {
  return AFTER_ANSWER.includes(step) || (step === "unconfirmed" && (fate === "challenged" || why === "refused"));
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: "identified"}>} event
 * @returns {State}
 */
function identified(state, { credential, ballots, limit, isCounted }) {
  if (state.step !== "identify") return state;
  const selections = state.owner === credential ? state.selections : {};
  const found = { ...state, credential, owner: credential, selections, hasKey: true, ballots, limit, isCounted, sealed: undefined, turn: state.turn + 1, why: "" };
  return isSpent(found) ? { ...found, step: "voted" } : { ...found, step: "choose", index: 0 };
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: "choose"}>} event
 * @returns {State}
 */
function choose(state, { contest, selection }) {
  if (state.step !== "choose") return state;
  const selections = { ...state.selections, [contest]: selection };
  return { ...state, selections, sealed: undefined, turn: state.turn + 1 };
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: "show"}>} event
 * @returns {State}
 */
function show(state, { step, index = 0 }) {
  if (!BEFORE_SENDING.includes(state.step) || (state.step === step && state.index === index)) return state;
  if (step === "identify") return forgotten(state);
  return { ...state, step, index };
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: "sealed"}>} event
 * @returns {State}
 */
function sealed(state, { turn, tracker, checkCode }) {
  if (state.step !== "review" || turn !== state.turn || state.sealed) return state;
  return { ...state, sealed: { tracker, checkCode } };
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: "resumed"}>} event a ballot that was sent before a reload
 * @returns {State}
 */
function resumed(state, { tracker, checkCode }) {
  if (state.step !== "identify") return state;
  return { ...state, step: "sending", fate: "ballot", sealed: { tracker, checkCode } };
}

/**
 * @param {State} state
 * @param {Step} from
 * @param {Fate} fate
 * @returns {State}
 */
function send(state, from, fate) {
  return state.step === from && state.sealed ? { ...state, step: "sending", fate, why: "" } : state;
}

/**
 * @param {State} state
 * @returns {State}
 */
function accepted(state) {
  if (state.step !== "sending" || !state.sealed) return state;
  if (state.fate === "challenged") return { ...state, step: "tested" };
  const ballots = [...state.ballots.filter((tracker) => tracker !== state.sealed?.tracker), state.sealed.tracker];
  return { ...state, step: "confirmed", ballots, selections: {}, hasKey: false };
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: "refused"}>} event
 * @returns {State}
 */
function refused(state, { code }) {
  if (state.step !== "sending") return state;
  return { ...state, step: code === "stale-supersedes" ? "stale" : "refused", why: code };
}

/**
 * Another ballot, from the start of the questions; what came in between is asked of the server with the code. A test
 * changes nothing on the board that a ballot stands on.
 * @param {State} state
 * @returns {State}
 */
function again(state) {
  if (!canGoOn(state)) return state;
  const fresh = { ...state, sealed: undefined, turn: state.turn + 1, index: 0, why: "" };
  const isKnown = state.hasKey && state.fate === "challenged" && (state.step === "tested" || state.step === "unconfirmed");
  return { ...fresh, step: isKnown ? "choose" : "identify" };
}

/**
 * Somebody's code comes in place of this one. What was sent and has no answer is not left alone for that.
 * @param {State} state
 * @returns {State}
 */
function anotherCode(state) {
  if (state.step === "sending" || state.step === "unconfirmed") return state;
  return { ...start(state), turn: state.turn + 1 };
}

/**
 * The worker is gone, and the key with it.
 * @param {State} state
 * @returns {State}
 */
function forgotten(state) {
  if ([...BEFORE_SENDING, "identify"].includes(state.step)) return { ...start(state), turn: state.turn + 1 };
  return state.hasKey ? { ...state, hasKey: false } : state;
}

/**
 * The worker ended by itself before anything was sent.
 * @param {State} state
 * @returns {State}
 */
function lost(state) {
  if (![...BEFORE_SENDING, "sending"].includes(state.step)) return state;
  return { ...start(state), turn: state.turn + 1, why: "stopped" };
}
