// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What the worker does for the page: it holds the key, the pool and the ballot that is fixed but not sent.
 *
 * The private key, the seeds and what a pool holds never leave it, but for the seed of a tested ballot once the board
 * has the test. It knows no network: what the server answered is handed to it to be judged.
 */
import {
  AnotherEntry, NothingSealed, NotIdentified, NotTested, RefusalOfSomethingElse, UnknownEntryType,
} from "../errors.js";
import { readEnvelope } from "../board/envelope.js";
import { openNote } from "../board/note.js";
import { checkPublished } from "../board/published.js";
import { checkReceipt } from "../board/receipt.js";
import { cast, challenge, checkOpening, prepare, verifyBallot, verifySigned } from "../casting.js";
import { formatCheckCode, parseCode } from "../credentials/codes.js";
import { deriveCredential } from "../credentials/derivation.js";
import { Pool } from "../crypto/pool.js";
import { fromHex, toHex, utf8 } from "../octets.js";
import { ballotValue, readBallot, submissionOf } from "../record/ballot.js";
import { openElection } from "../record/election.js";
import { readChallenged } from "../record/challenged.js";
import { digestOf } from "../record/signed.js";
import { sha256Hex } from "../sha256.js";

/** @import { Selections, Prepared } from "../casting.js" */
/** @import { Head, Shown } from "../board/published.js" */
/** @import { Credential } from "../credentials/derivation.js" */
/** @import { Octets } from "../octets.js" */
/** @import { Election } from "../record/election.js" */

/** @typedef {{prepared: Prepared, credential: string, selections: Selections, supersedes: string, sent?: "ballot" | "challenged"}} Sealed */
/** @typedef {{entry: string, receipt: string}} Proof what the server answers: an envelope and its tlog-proof */

export const BALLOT = "ballot";
export const CHALLENGED = "challenged";

const REFUSAL_HEADING = "veritally refusal v1";

export class Desk {
  /** @type {Election | undefined} */
  #election;
  /** @type {Credential | undefined} */
  #credential;
  /** @type {Pool | undefined} */
  #pool;
  /** @type {Promise<void> | undefined} the draws of the next pool */
  #filling;
  /** @type {Sealed | undefined} */
  #sealed;
  /** @type {Octets | undefined} the ballot as it was signed, to be sent again as it is */
  #ballot;
  /** @type {Octets | undefined} the test as it was signed */
  #test;
  #isOnBoard = false; // the test
  /** @type {(progress: {made: number, total: number}) => void} told while a ballot waits for its powers */
  onprogress = () => {};
  /** @type {(progress: {made: number, total: number}) => void} told while a proof is checked, which may take long */
  onchecking = () => {};

  /**
   * @param {{manifest: Octets, key: Octets, opening: Octets, allowTestModulus: boolean}} payloads
   * @returns {Promise<object>} what the page shows of the election; throws a Refusal
   */
  async open({ allowTestModulus, ...payloads }) {
    this.#election = await openElection(payloads, { allowTestModulus });
    this.#pool = undefined;
    const { manifest, fingerprint } = this.#election;
    const { title, languages, rehearsal, schedule, rules, contests, registrar, electionId } = manifest;
    return { fingerprint, electionId, title, languages, rehearsal, schedule, rules, contests, registrar };
  }

  /** Begin the next ballot's powers, unless they are begun: what is random about it is drawn, and that takes a while. */
  async refill() {
    if (!this.#election || this.#pool) return undefined;
    this.#filling ??= this.#draw(this.#election).finally(() => (this.#filling = undefined));
    return this.#filling;
  }

  /** One power more. @returns {boolean} whether there is more to do */
  step() {
    return this.#pool?.step() ?? false;
  }

  get progress() {
    return this.#pool?.progress ?? { made: 0, total: 0 };
  }

  /**
   * @param {{code: string}} typed throws what `parseCode` throws, or NoEd25519
   * @returns {Promise<{credential: string}>} in hexadecimal
   */
  async identify({ code }) {
    const octets = parseCode(code);
    try {
      this.#credential = await deriveCredential(octets, this.#open.manifest.electionId);
    } finally {
      octets.fill(0);
    }
    return { credential: toHex(this.#credential.publicKey) };
  }

  /**
   * Fix a ballot with powers of its own. The next ballot's are begun when this one's check code is told: see `refill`.
   * @param {{credential: string, selections: Selections, supersedes: string}} choice whose ballot it is to be: NotIdentified
   *   if another code was given meanwhile; throws InvalidSelection, and then keeps the powers
   * @returns {Promise<{tracker: string, checkCode: string}>}
   */
  async seal({ credential, selections, supersedes }) {
    const [election, { publicKey }] = [this.#open, this.#identified];
    const computed = toHex(publicKey);
    if (credential !== computed) throw new NotIdentified("another code was given meanwhile", { expected: credential, computed });
    await this.refill();
    const pool = /** @type {Pool} */ (this.#pool);
    while (this.step()) this.onprogress(this.progress);
    const prepared = await prepare(election, { credential: publicKey, selections, supersedes }, pool);
    this.#pool = undefined;
    this.#sealed?.prepared.seed.fill(0);
    this.#sealed = { prepared, credential, selections, supersedes };
    [this.#ballot, this.#test, this.#isOnBoard] = [undefined, undefined, false];
    return { tracker: prepared.tracker, checkCode: formatCheckCode(prepared.tracker) };
  }

  /**
   * Sign the ballot, once: asked again, it gives the same octets.
   * @param {{tracker: string}} shown the tracker whose check code the voter saw; NothingSealed if another ballot is fixed
   * @returns {Promise<{sent: Octets, body: Octets}>} the ballot, and the request's body
   */
  async cast({ tracker }) {
    const sealed = this.#markSent(BALLOT, tracker);
    this.#ballot ??= await cast(sealed.prepared, this.#identified.privateKey);
    return { sent: this.#ballot, body: submissionOf(this.#ballot, sealed.prepared.commitments) };
  }

  /**
   * Sign its test instead.
   * @param {{tracker: string}} shown as for `cast`
   * @returns {Promise<{sent: Octets, body: Octets}>}
   */
  async challenge({ tracker }) {
    const sealed = this.#markSent(CHALLENGED, tracker);
    this.#test ??= await challenge(this.#open, sealed.prepared, this.#identified);
    return { sent: this.#test, body: this.#test };
  }

  /**
   * Is what was sent on the board, and is it what the voter saw the check code of?
   * @param {{type: string, sent: Octets, tracker: string, answer: Proof}} claim throws AnotherEntry or another Refusal
   * @returns {Promise<{credential: string, seq: number, size: number, time: number}>} whose it is, its place, the size of
   *   the signed log, and its time
   */
  async confirm({ type, sent, tracker, answer }) {
    const place = await this.#placeOf(type, sent, answer);
    const found = type === BALLOT ? await this.#nameOf(sent) : await readChallenged(sent, this.#open.fingerprint);
    if (found.tracker !== tracker) {
      throw new AnotherEntry("what was sent has another check code", { expected: tracker, computed: found.tracker });
    }
    if (type === CHALLENGED && this.#test && toHex(sent) === toHex(this.#test)) this.#isOnBoard = true;
    return { credential: toHex(found.credential), ...place };
  }

  /**
   * Did the log's key sign that these octets are refused for this reason?
   * @param {{sent: Octets, answer: {code: string, refusal: string}}} claim throws RefusalOfSomethingElse or another Refusal
   */
  async refusal({ sent, answer: { code, refusal } }) {
    const { manifest: { board }, fingerprint } = this.#open;
    const { text, signers } = await openNote(utf8(refusal), [board.log]);
    const expected = [REFUSAL_HEADING, fingerprint, await sha256Hex(sent), code];
    if (signers.length === 0 || text.split("\n").slice(0, 4).join("\n") !== expected.join("\n")) {
      throw new RefusalOfSomethingElse("the refusal is not signed, or is of something else", { expected });
    }
    return { code };
  }

  /**
   * What opens the tested ballot, for the voter alone; only once its test is on the board.
   * @returns {Promise<{seed: Octets, tracker: string, credential: string, supersedes: string, selections: Selections}>} throws NotTested
   */
  async reveal() {
    const sealed = this.#sealed;
    if (!sealed || !this.#isOnBoard) throw new NotTested("the test is not on the board");
    const { prepared: { seed, tracker }, credential, supersedes, selections } = sealed;
    return { seed: seed.slice(), tracker, credential, supersedes, selections };
  }

  /**
   * Everything that can be said about one entry: it is on the board, and holds what its check code names.
   * @param {{digits: string, answer: Proof & {type: string}, payload: Octets}} claim `digits`: the first of the tracker's
   * @returns {Promise<{type: string, tracker: string, credential: string, supersedes: string, seq: number, size: number, time: number}>}
   *   throws a Refusal
   */
  async checkEntry({ digits, answer, payload }) {
    const { type } = answer;
    if (type !== BALLOT && type !== CHALLENGED) throw new UnknownEntryType("neither a ballot nor a test", { computed: type });
    const place = await this.#placeOf(type, payload, answer);
    const found = type === BALLOT ? await this.#readBallot(payload) : await readChallenged(payload, this.#open.fingerprint);
    if (!found.tracker.startsWith(digits)) {
      throw new AnotherEntry("the entry has another check code", { expected: digits, computed: found.tracker });
    }
    const { tracker, supersedes } = found;
    return { type, tracker, supersedes, credential: toHex(found.credential), ...place };
  }

  /**
   * Is what was shown of the board a part of the one that everybody is shown?
   * @param {Shown} shown
   * @returns {Promise<Head & {quorum: number}>} `quorum`: how many witnesses had to sign it; throws BoardForked, NotPublished or
   *   another Refusal
   */
  async checkBoard(shown) {
    const { manifest: { board: { quorum } }, policy } = this.#open;
    return { ...(await checkPublished(shown, policy)), quorum };
  }

  /**
   * Whose ballot is it, and where does it stand? Enough for ballots of the voter's own code, of which only one thing is
   * asked: which of them is the last. What the code's key signed is the whole ballot, election and tracker among it; that the
   * board has it, the receipt proves. Its proof says nothing of that, and takes seconds: everybody else checks it for that.
   * @param {{digits: string, answer: Proof & {type: string}, payload: Octets}} claim `digits`: the tracker
   * @returns {Promise<{tracker: string, credential: string, seq: number}>} throws a Refusal
   */
  async checkSigned({ digits, answer, payload }) {
    const { seq } = await this.#placeOf(BALLOT, payload, answer);
    const { ballot, tracker } = await verifySigned(this.#open, payload);
    if (tracker !== digits) throw new AnotherEntry("the entry has another check code", { expected: digits, computed: tracker });
    return { tracker, credential: toHex(ballot.credential), seq };
  }

  /**
   * On a second device: throws OpeningRefuted unless the seed gives this tracker with these choices.
   * @param {{seed: Octets, tracker: string, credential: string, supersedes: string, selections: Selections}} opening
   */
  async checkOpening({ credential, ...opening }) {
    await checkOpening(this.#open, { ...opening, credential: fromHex(credential) }, (made, total) => this.onchecking({ made, total }));
  }

  /** @param {Octets} payload */
  async #readBallot(payload) {
    const { ballot, tracker } = await verifyBallot(this.#open, payload, (made, total) => this.onchecking({ made, total }));
    return { tracker, credential: ballot.credential, supersedes: ballot.supersedes };
  }

  /**
   * @param {string} type
   * @param {Octets} payload
   * @param {Proof} answer
   * @returns {Promise<{seq: number, size: number, time: number}>}
   */
  async #placeOf(type, payload, answer) {
    const entry = utf8(answer.entry);
    const { size } = await checkReceipt({ receipt: utf8(answer.receipt), entry, type, payload }, this.#open.policy);
    const { seq, time } = readEnvelope(entry);
    return { seq, size, time };
  }

  /** @param {Octets} payload a ballot, whose proof is not looked at */
  async #nameOf(payload) {
    const { shape } = this.#open.manifest;
    const { ballot } = readBallot(payload, shape);
    return { tracker: toHex(await digestOf(ballotValue(ballot, shape))), credential: ballot.credential };
  }

  /**
   * @param {"ballot" | "challenged"} fate
   * @param {string} tracker
   */
  #markSent(fate, tracker) {
    const sealed = this.#sealed;
    if (!sealed) throw new NothingSealed("there is no ballot that could be sent");
    const computed = sealed.prepared.tracker;
    if (tracker !== computed) throw new NothingSealed("another ballot is fixed", { expected: tracker, computed });
    if (sealed.sent && sealed.sent !== fate) {
      throw new NothingSealed("a ballot is cast or tested, never both", { expected: sealed.sent, computed: fate });
    }
    sealed.sent = fate;
    return sealed;
  }

  /** @param {Election} election */
  async #draw({ key, manifest }) {
    this.#pool = await Pool.fresh(key, manifest.shape.statements);
  }

  get #open() {
    if (!this.#election) throw new NothingSealed("no election is open here");
    return this.#election;
  }

  get #identified() {
    if (!this.#credential) throw new NotIdentified("nobody has given a code");
    return this.#credential;
  }
}
