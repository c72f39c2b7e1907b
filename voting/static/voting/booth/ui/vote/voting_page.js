// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The voting page: shows the step at which flow.js stands, and does what a step asks for.
 *
 * What is sent is kept as octets until its receipt is verified, and only those octets are ever sent again.
 */
import { bannerOf, next, start, supersedes } from "../../engine/flow.js";
import { mayHoldSent, Memory, tabStore } from "../../engine/memory.js";
import { writeOpening } from "../../opening_text.js";
import { BACKUP_LIMIT, openBackup } from "../../credentials/backup.js";
import { formatCheckCode, formatCode } from "../../credentials/codes.js";
import { isNoVerdict } from "../../errors.js";
import { utf8 } from "../../octets.js";
import { voterOf } from "../../record/ballot.js";
import { writeReceiptFile } from "../../receipt_file.js";
import { say } from "../../texts.js";
import { openPage, takeFragment } from "../election_page.js";
import { plain } from "../election_text.js";
import { showBroken } from "../trouble.js";
import { bannerView } from "./banner.js";
import { answerErrors, chooseView, progressView } from "./choose.js";
import { confirmedView, refusedView, staleView, votedView } from "./ending.js";
import { identifyView, showCodeErrors } from "./identify.js";
import { optionOrders } from "./orders.js";
import { Polling } from "./polling.js";
import { reviewView } from "./review.js";
import { sendingView, unconfirmedView } from "./sending.js";
import { lastOf, standingOf } from "./standing.js";
import { askTestView, testedView } from "./testing.js";

/** @import { Event as FlowEvent, Fate, State } from "../../engine/flow.js" */
/** @import { Store } from "../../engine/memory.js" */
/** @import { Accepted, Outcome } from "../../engine/transport.js" */
/** @import { Evidence } from "../../engine/evidence.js" */
/** @import { Octets } from "../../octets.js" */
/** @import { Opened } from "../election_page.js" */
/** @import { Child } from "../dom.js" */
/** @import { Polls } from "./standing.js" */

/** @typedef {{fate: Fate, tracker: string, sent: Octets, body: Octets, wasSent?: boolean, answer?: unknown}} Outgoing */

const FOREIGN = ["AnotherElection", "FingerprintMismatch", "OpeningMismatch"]; // the server shows another election by now
const NAMED = ["CannotOpen", "ForeignRecord", "BadPassphraseText"]; // what is said of a backup file besides that it is none

export class VotingPage {
  /** @type {Opened["page"]} */
  #page;
  /** @type {Opened["server"]} */
  #server;
  /** @type {Opened["election"]} */
  #election;
  #polling;
  #memory;
  #orders;
  /** @type {State} */
  #state;
  #code = takeCode();
  #looks = 0; // every code that is looked at makes the answers to earlier ones late
  #isFirst = true;
  #hasReviewed = false; // from then on every question leads back to the review
  /** @type {ReturnType<typeof reviewView> | undefined} */
  #review;
  /** @type {{turn: number, found: Promise<{tracker: string, checkCode: string}>} | undefined} one for each turn */
  #sealing;
  /** @type {Outgoing | undefined} */
  #outgoing;
  #receipt = { file: "", seq: 0 };
  #opening = "";
  #rival = ""; // the check code of the ballot that counts instead of this one
  #isDenied = false; // whether the server was asked for that ballot, and proved none

  /**
   * When voting is over, only a ballot that was sent and has no answer is left to do: else the page stays as it is.
   * @param {HTMLElement} root
   */
  static async begin(root) {
    const [store, isOver] = [tabStore(globalThis), root.dataset.state !== "open"];
    if (isOver && !mayHoldSent(store)) {
      takeCode(); // it is not left behind in the address
      return;
    }
    const opened = await openPage(root);
    if (!opened) return;
    const page = new VotingPage(opened, store);
    if (isOver && !page.#memory.sent) opened.engine.stop();
    else page.#begin();
  }

  /**
   * @param {Opened} opened
   * @param {Store} store
   */
  constructor(opened, store) {
    [this.#page, this.#server, this.#election] = [opened.page, opened.server, opened.election];
    this.#polling = new Polling(opened);
    this.#memory = new Memory(store, opened.election.fingerprint);
    const draft = this.#memory.draft;
    this.#orders = optionOrders(opened.election.contests, draft.orders);
    this.#state = start(draft);
  }

  #begin() {
    this.#listen();
    this.#remember("replaceState");
    const sent = this.#memory.sent;
    if (!sent) return this.#show();
    this.#outgoing = { fate: "ballot", tracker: sent.tracker, sent: utf8(sent.ballot), body: utf8(sent.body), wasSent: true };
    return this.#take({ type: "resumed", tracker: sent.tracker, checkCode: formatCheckCode(sent.tracker) });
  }

  #listen() {
    globalThis.addEventListener("popstate", ({ state }) => this.#goBack(state));
    globalThis.addEventListener("hashchange", () => this.#followLink());
    // A page that is left keeps no key and no precomputed powers, even if the browser brings it back as it was.
    globalThis.addEventListener("pagehide", () => this.#polling.leave());
    globalThis.addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      this.#polling.comeBack();
      this.#take({ type: this.#state.step === "sending" && !this.#outgoing ? "lost" : "forgotten" });
    });
  }

  /** @param {any} place what the address's history says; null for a link within the page, which is the same step */
  #goBack(place) {
    if (place === null) return this.#remember("replaceState");
    const { step, index } = Object(place);
    if (step === "ask-test") return this.#take({ type: "ask-test" }, { isPast: true });
    if (step === "review") return this.#goBackToReview();
    if (!["identify", "choose"].includes(step)) return undefined; // nothing that was sent is gone back to
    return this.#take({ type: "show", step, index: Number.isSafeInteger(index) ? index : 0 }, { isPast: true });
  }

  /** A question that lacks an answer keeps the voter from the review, whichever way leads there. */
  #goBackToReview() {
    const index = this.#missing;
    if (index < 0) return this.#take({ type: "show", step: "review" }, { isPast: true });
    this.#take({ type: "show", step: "choose", index }, { isPast: true });
    if (this.#state.step !== "choose") return undefined; // nobody's choices are shown at this step
    this.#remember("replaceState");
    return this.#page.showErrors(/** @type {HTMLElement} */ (this.#errorsOf(index)));
  }

  /** A link with a code in it, followed in this very tab: somebody else's, perhaps, and then nothing is shown to them. */
  #followLink() {
    const code = takeCode();
    if (!code) return;
    [this.#code, this.#looks] = [code, this.#looks + 1];
    if (this.#state.step === "identify") this.#show();
    else this.#take({ type: "another-code" });
  }

  /**
   * @param {FlowEvent} event
   * @param {{isPast?: boolean}} [how]
   */
  #take(event, { isPast = false } = {}) {
    const before = this.#state;
    this.#state = next(before, event);
    const { step, index } = this.#state;
    if (this.#state === before) return;
    if (event.type === "identified") this.#welcome(before.owner);
    if (event.type === "choose") this.#keepDraft();
    if (event.type === "sealed") this.#review?.seal(event.checkCode);
    const isSame = before.step === step && before.index === index;
    if (isSame && ["choose", "sealed", "forgotten"].includes(event.type) && step !== "identify") return; // the page stays as it is
    if (!isPast) this.#remember(isSame ? "replaceState" : "pushState");
    this.#show();
    this.#act();
  }

  /** @param {"pushState" | "replaceState"} how */
  #remember(how) {
    globalThis.history[how]({ step: this.#state.step, index: this.#state.index }, "");
  }

  /** What the step asks for, besides being shown. */
  #act() {
    const { step } = this.#state;
    if (step === "identify" || step === "choose") [this.#outgoing, this.#opening, this.#rival] = [undefined, "", ""];
    if (step === "identify") this.#polling.prepare();
    if (step === "review") this.#seal();
    if (step === "sending") this.#send();
  }

  /** @param {string} owner whose choices were kept; another voter finds nothing of them, nor the order they were shown in */
  #welcome(owner) {
    [this.#code, this.#hasReviewed] = ["", false];
    if (owner !== this.#state.owner) this.#orders = optionOrders(this.#election.contests, {});
    if (this.#state.step === "voted") this.#memory.forgetDraft();
    else this.#keepDraft();
  }

  #keepDraft() {
    const { owner, selections } = this.#state;
    this.#memory.keepDraft({ owner, selections, orders: this.#orders });
  }

  /** Once for each turn: to come back before the ballot is fixed asks for no second one. */
  async #seal() {
    const { turn, credential, selections, sealed } = this.#state;
    if (sealed) return this.#review?.seal(sealed.checkCode);
    if (this.#sealing?.turn !== turn) {
      const found = this.#polling.engine.seal({ credential, selections, supersedes: supersedes(this.#state) });
      this.#sealing = { turn, found };
    }
    try {
      return this.#take({ type: "sealed", turn, ...(await this.#sealing.found) });
    } catch {
      return this.#lose();
    }
  }

  /** The worker has stopped, or failed, and nothing of this ballot was sent. */
  #lose() {
    if (!this.#polling.isLeft) this.#take({ type: "lost" });
  }

  async #send() {
    const outgoing = this.#outgoing ?? (await this.#sign());
    if (!outgoing) return;
    const event = await this.#deliver(outgoing);
    outgoing.wasSent = true; // whatever is sent from now on may have been taken before
    this.#take(event);
  }

  /** @returns {Promise<Outgoing | undefined>} the very ballot whose check code was shown */
  async #sign() {
    const { fate, sealed } = this.#state;
    const { engine } = this.#polling;
    const tracker = sealed?.tracker ?? "";
    try {
      const signed = await (fate === "ballot" ? engine.cast({ tracker }) : engine.challenge({ tracker }));
      this.#outgoing = { fate, tracker, ...signed };
    } catch {
      this.#lose();
      return undefined;
    }
    if (fate === "ballot") this.#keep(this.#outgoing);
    return this.#outgoing;
  }

  /** @param {Outgoing} outgoing */
  #keep({ sent, body, tracker }) {
    const text = new TextDecoder();
    this.#memory.forgetDraft();
    this.#memory.keepSent({ ballot: text.decode(sent), body: text.decode(body), tracker });
  }

  /**
   * @param {Outgoing} outgoing
   * @returns {Promise<FlowEvent>} what the answer is worth
   */
  async #deliver(outgoing) {
    const outcome = await this.#server.send(outgoing.fate, outgoing.body);
    if (outcome.kind === "unknown") return { type: "unknown", why: outcome.why };
    outgoing.answer = outcome.answer;
    try {
      await this.#judge(outgoing, outcome);
    } catch (error) {
      if (isNoVerdict(error)) return { type: "unknown", why: "not-checked" };
      return { type: "unknown", why: outcome.kind === "accepted" ? "bad-receipt" : "bad-refusal" };
    }
    if (outcome.kind === "accepted") return { type: "accepted" };
    const { code } = outcome.answer;
    if (code === "stale-supersedes" || code === "limit-reached") await this.#findRival(outgoing, this.#credentialOf(outgoing));
    return { type: "refused", code };
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Exclude<Outcome, {kind: "unknown"}>} outcome throws a Refusal, or what `Polling.live` throws
   */
  async #judge(outgoing, outcome) {
    const engine = await this.#polling.live(); // it may be another than the one that signed
    if (outcome.kind === "accepted") return this.#receive(outgoing, outcome.answer);
    await engine.refusal({ sent: outgoing.sent, answer: outcome.answer });
    return this.#memory.forgetSent();
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Accepted} answer
   */
  async #receive(outgoing, answer) {
    const { fate, tracker, sent } = outgoing;
    const { engine } = this.#polling;
    const { seq, credential } = await engine.confirm({ type: fate, sent, tracker, answer });
    if (fate === "challenged") {
      this.#opening = await this.#reveal();
      return;
    }
    this.#receipt = { file: this.#receiptFile(outgoing, answer), seq };
    this.#memory.forgetSent();
    if (outgoing.wasSent) await this.#findRival(outgoing, credential, seq); // it may be an old one
    engine.stop(); // the key is not needed any more
  }

  /** @returns {Promise<string>} what opens the test, "" if the worker that had it is gone */
  async #reveal() {
    try {
      return writeOpening(await this.#polling.engine.reveal(), this.#election.contests);
    } catch {
      return "";
    }
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Accepted} answer
   */
  #receiptFile({ tracker, sent }, { entry, receipt }) {
    const { fingerprint: election } = this.#election;
    return writeReceiptFile({ election, tracker, ballot: new TextDecoder().decode(sent), entry, receipt });
  }

  /**
   * Find the check code of the credential's last ballot, if it came later. A server without an answer is not held to deny one.
   * @param {Outgoing} outgoing
   * @param {string} credential
   * @param {number} [after] its place on the board
   */
  async #findRival({ tracker }, credential, after = -1) {
    [this.#rival, this.#isDenied] = ["", false];
    try {
      await this.#polling.live();
      const last = await lastOf(this.#polls, credential);
      if (last && last.tracker !== tracker && last.seq > after) this.#rival = formatCheckCode(last.tracker);
      this.#isDenied = !this.#rival;
    } catch (error) {
      this.#isDenied = !isNoVerdict(error); // another election, for one
    }
  }

  /** A refusal named another ballot, and nothing of it came: ask once more. */
  async #lookAgain() {
    const [{ step }, outgoing] = [this.#state, this.#outgoing];
    if (!outgoing) return;
    await this.#findRival(outgoing, this.#credentialOf(outgoing));
    if (this.#state.step === step && this.#outgoing === outgoing) this.#show();
  }

  /**
   * @param {Outgoing} outgoing
   * @returns {string} whose it is: after a reload nobody has given a code, and only the ballot says so
   */
  #credentialOf({ sent }) {
    return this.#state.credential || voterOf(sent);
  }

  /** @returns {Polls} */
  get #polls() {
    return { server: this.#server, election: this.#election, engine: this.#polling.engine };
  }

  /**
   * Look at a code, and go on with it. Of several, the last one counts.
   * @param {string} code
   */
  async #identify(code) {
    const isLate = this.#look();
    try {
      const engine = await this.#polling.live();
      const { credential } = await engine.identify(code);
      await this.#stand(credential, isLate);
    } catch (error) {
      if (!isLate()) this.#turnAway(error);
    }
  }

  /** @returns {() => boolean} whether another code was looked at meanwhile, or the step was left */
  #look() {
    this.#looks += 1;
    const look = this.#looks;
    return () => look !== this.#looks || this.#state.step !== "identify";
  }

  /** @param {unknown} error */
  #turnAway(error) {
    if (FOREIGN.includes(/** @type {Error} */ (error).name)) showBroken(this.#page, error);
    else showCodeErrors(this.#page, error);
  }

  /**
   * The code in a backup file, which only its passphrase opens.
   * @param {File} file
   * @param {string} passphrase
   */
  async #restore(file, passphrase) {
    const isLate = this.#look();
    let code;
    try {
      const octets = new Uint8Array(await file.slice(0, BACKUP_LIMIT + 1).arrayBuffer());
      code = await openBackup(octets, passphrase, this.#election.electionId);
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      if (!isLate()) showCodeErrors(this.#page, { name: NAMED.includes(name) ? name : "NotABackup" });
      return;
    }
    if (!isLate()) await this.#identify(formatCode(code));
    code.fill(0);
  }

  /**
   * @param {string} credential
   * @param {() => boolean} isLate
   */
  async #stand(credential, isLate) {
    const { refusal, ballots, limit } = await standingOf(this.#polls, credential);
    if (isLate()) return;
    const goOn = () => !isLate() && this.#take({ type: "identified", credential, ballots, limit });
    if (refusal) showCodeErrors(this.#page, refusal, goOn);
    else goOn();
  }

  /** Another ballot: who is still known here need not give the code again, but is asked for anew at the server. */
  async #again() {
    this.#take({ type: "again" });
    const { step, hasKey, credential } = this.#state;
    if (step !== "identify" || !hasKey || this.#polling.engine.hasEnded) return;
    const isLate = this.#look();
    try {
      await this.#stand(credential, isLate);
    } catch (error) {
      if (!isLate()) this.#turnAway(error);
    }
  }

  #show() {
    const [heading, ...children] = this.#view();
    const banner = bannerView(bannerOf(this.#state), this.#lastTracker && formatCheckCode(this.#lastTracker));
    this.#page.show(String(heading), children, { banner, isFirst: this.#isFirst });
    this.#isFirst = false;
  }

  /** @returns {[string, ...Child[]]} heading and content */
  #view() {
    const state = this.#state;
    const [onagain, onother] = [() => this.#again(), () => this.#take({ type: "another-code" })];
    switch (state.step) {
      case "identify": return [say("Vote"), identifyView({ code: this.#code, registrar: this.#election.registrar, isStopped: state.why === "stopped",
        onsubmit: (code) => this.#identify(code), onbackup: (file, passphrase) => this.#restore(file, passphrase) })];
      case "choose": return this.#choosing();
      case "review": return this.#reviewing();
      case "ask-test": return [say("Test this ballot?"), askTestView({ checkCode: this.#checkCode,
        ontest: () => this.#take({ type: "test" }), onback: () => this.#take({ type: "show", step: "review" }) })];
      case "sending": return [say("Sending"), sendingView(state.fate)];
      case "unconfirmed": return [say("Not confirmed yet"), unconfirmedView({ fate: state.fate, why: state.why, evidence: this.#evidence(),
        checkAddress: this.#checkAddress, onretry: () => this.#take({ type: "retry" }), onagain })];
      case "confirmed": return [say("You have voted"), confirmedView({ checkCode: this.#checkCode, checkAddress: this.#checkAddress,
        receipt: this.#receipt.file, seq: this.#receipt.seq, later: this.#rival, left: this.#left,
        closes: this.#election.schedule.closes, onagain, onother })];
      case "voted": return [say("You have voted"), votedView({ checkCode: this.#checkCode, checkAddress: this.#checkAddress, onother })];
      case "refused": return [refusedHeading(state), refusedView({ fate: state.fate, code: state.why, rival: this.#rival, evidence: this.#evidence(),
        checkAddress: this.#server.checkAddress(this.#rival), onagain, onother })];
      case "stale": return [say("Overtaken"), staleView({ rival: this.#rival, isDenied: this.#isDenied, evidence: this.#evidence(), onagain,
        onlook: () => this.#lookAgain() })];
      case "tested": return [say("A test"), testedView({ checkCode: this.#checkCode, opening: this.#opening, onagain,
        address: this.#server.testedAddress(this.#opening) })];
      default: return ["", null];
    }
  }

  /** @returns {[string, ...Child[]]} */
  #choosing() {
    const { contests } = this.#election;
    const { index, selections } = this.#state;
    const contest = contests[index];
    const show = (/** @type {"identify" | "choose" | "review"} */ step, at = 0) => this.#take({ type: "show", step, index: at });
    const leadsToReview = this.#hasReviewed || index + 1 === contests.length;
    const onnext = () => {
      const errors = this.#errorsOf(index);
      if (errors) this.#page.showErrors(errors);
      else if (leadsToReview) this.#showReview();
      else show("choose", index + 1);
    };
    return [plain(contest.question), progressView(contests, index), chooseView({
      contest, leadsToReview, selection: selections[contest.id], order: this.#orders[contest.id], onnext,
      onproblem: (summary) => this.#page.showErrors(summary),
      onchange: (selection) => this.#take({ type: "choose", contest: contest.id, selection }),
      onback: () => (index > 0 ? show("choose", index - 1) : show("identify")),
    })];
  }

  /** To the review, or to the first question that has no answer yet though it needs one. */
  #showReview() {
    const index = this.#missing;
    this.#take(index < 0 ? { type: "show", step: "review" } : { type: "show", step: "choose", index });
  }

  /** The first question whose answer is not allowed as it stands, -1 for none. */
  get #missing() {
    return this.#election.contests.findIndex((_contest, index) => this.#errorsOf(index));
  }

  /** @param {number} index of a question */
  #errorsOf(index) {
    const contest = this.#election.contests[index];
    return answerErrors(contest, this.#state.selections[contest.id] ?? {});
  }

  /** @returns {[string, ...Child[]]} */
  #reviewing() {
    const review = reviewView({
      contests: this.#election.contests, selections: this.#state.selections, checkAddress: (code) => this.#server.checkAddress(code),
      onchange: (index) => this.#take({ type: "show", step: "choose", index }),
      oncast: () => this.#take({ type: "cast" }), ontest: () => this.#take({ type: "ask-test" }),
    });
    this.#polling.engine.onprogress = ({ made, total }) => review.progress(made, total);
    [this.#review, this.#hasReviewed] = [review, true];
    return [say("Review your choices"), review.view];
  }

  get #checkCode() {
    return this.#state.sealed?.checkCode ?? (this.#lastTracker && formatCheckCode(this.#lastTracker));
  }

  get #lastTracker() {
    return supersedes(this.#state);
  }

  get #checkAddress() {
    return this.#server.checkAddress(this.#checkCode);
  }

  get #left() {
    const { ballots, limit } = this.#state;
    return this.#state.credential ? Math.max(0, limit - ballots.length) : 0;
  }

  /** @returns {Evidence} */
  #evidence() {
    const { sent, answer } = this.#outgoing ?? {};
    return {
      fingerprint: this.#election.fingerprint, checkCode: this.#checkCode, why: "",
      sent: sent && new TextDecoder().decode(sent), answer,
    };
  }
}

/** @param {State} state */
function refusedHeading({ fate, why }) {
  if (why === "already-cast") return say("Cast already");
  return fate === "ballot" ? say("Not counted") : say("Not tested");
}

/** @returns {string} the code in the address, which is then removed from it; "" if it names a part of the page */
function takeCode() {
  return document.getElementById(globalThis.location.hash.slice(1)) ? "" : takeFragment();
}
