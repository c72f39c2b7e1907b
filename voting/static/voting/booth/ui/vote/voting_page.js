// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The voting page: shows the step at which flow.js stands, and does what a step asks for.
 *
 * What is sent is kept as octets until its receipt is verified, and only those octets are ever sent again.
 */
import { bannerOf, next, start, supersedes } from "../../engine/flow.js";
import { Memory } from "../../engine/memory.js";
import { writeOpening } from "../../opening_text.js";
import { BACKUP_LIMIT, openBackup } from "../../credentials/backup.js";
import { formatCheckCode, formatCode } from "../../credentials/codes.js";
import { BadAnswer, CannotOpen, ForeignRecord, NotOnRoll, NotOpen, Revoked, Stopped } from "../../errors.js";
import { utf8 } from "../../octets.js";
import { writeReceiptFile } from "../../receipt_file.js";
import { readRollChange } from "../../record/roll_change.js";
import { say } from "../../texts.js";
import { openElection, openPage, takeFragment } from "../election_page.js";
import { plain } from "../election_text.js";
import { showBroken } from "../trouble.js";
import { bannerView } from "./banner.js";
import { answerErrors, chooseView, progressView } from "./choose.js";
import { confirmedView, refusedView, staleView } from "./ending.js";
import { codeErrors, identifyView } from "./identify.js";
import { reviewView } from "./review.js";
import { sendingView, unconfirmedView } from "./sending.js";
import { optionOrders } from "./orders.js";
import { askTestView, testedView } from "./testing.js";

/** @import { Event as FlowEvent, Fate, State } from "../../engine/flow.js" */
/** @import { Evidence } from "../../engine/evidence.js" */
/** @import { Octets } from "../../octets.js" */
/** @import { Opened } from "../election_page.js" */
/** @import { Child } from "../dom.js" */

/** @typedef {{fate: Fate, sent: Octets, body: Octets, answer?: unknown}} Outgoing */

export class VotingPage {
  #opened;
  #memory;
  #orders;
  /** @type {State} */
  #state;
  #code = takeFragment();
  #isFirst = true;
  #hasReviewed = false; // from then on every question leads back to the review
  /** @type {ReturnType<typeof reviewView> | undefined} */
  #review;
  /** @type {Outgoing | undefined} */
  #outgoing;
  #receipt = { file: "", seq: 0 };
  #opening = "";
  #rival = ""; // the check code of a ballot that came before this one

  /** @param {HTMLElement} root */
  static async begin(root) {
    const opened = await openPage(root);
    if (opened) new VotingPage(opened).#begin();
  }

  /** @param {Opened} opened */
  constructor(opened) {
    this.#opened = opened;
    this.#memory = new Memory(globalThis.sessionStorage, opened.election.fingerprint);
    const draft = this.#memory.draft;
    this.#orders = optionOrders(opened.election.contests, draft.orders);
    this.#state = start(draft.selections);
  }

  #begin() {
    this.#listen();
    const sent = this.#memory.sent;
    if (!sent) return this.#show();
    this.#outgoing = { fate: "ballot", sent: utf8(sent.ballot), body: utf8(sent.body) };
    return this.#take({ type: "resumed", tracker: sent.tracker, checkCode: formatCheckCode(sent.tracker) });
  }

  #listen() {
    globalThis.addEventListener("popstate", ({ state }) => this.#goBack(state));
    globalThis.addEventListener("hashchange", () => {
      this.#code = takeFragment() || this.#code;
      if (this.#state.step === "identify") this.#show();
    });
    // A page that is left keeps no key and no precomputed powers, even if the browser brings it back as it was.
    globalThis.addEventListener("pagehide", () => this.#opened.engine.stop());
    globalThis.addEventListener("pageshow", ({ persisted }) => persisted && this.#renew());
  }

  async #renew() {
    await this.#newWorker();
    this.#take({ type: "forgotten" });
  }

  async #newWorker() {
    const { page, server } = this.#opened;
    this.#opened.engine.stop();
    try {
      this.#opened = { page, server, ...(await openElection(page, server)) };
    } catch (error) {
      showBroken(page, error);
    }
  }

  /** @param {any} place what the address's history says */
  #goBack(place) {
    const { step, index } = Object(place);
    const known = ["choose", "review"].includes(step) ? step : "identify";
    this.#take({ type: "show", step: known, index: Number.isSafeInteger(index) ? index : 0 }, { isPast: true });
  }

  /**
   * @param {FlowEvent} event
   * @param {{isPast?: boolean}} [how]
   */
  #take(event, { isPast = false } = {}) {
    const before = this.#state;
    this.#state = next(before, event);
    const { step, index, selections } = this.#state;
    if (this.#state === before) return;
    if (event.type === "choose") this.#memory.keepDraft({ selections, orders: this.#orders });
    if (event.type === "sealed") this.#review?.seal(event.checkCode);
    if (event.type === "choose" || event.type === "sealed") return; // the page stays as it is
    if (!isPast) this.#remember(before.step === step && before.index === index ? "replaceState" : "pushState");
    this.#show();
    this.#act();
  }

  /** @param {"pushState" | "replaceState"} how */
  #remember(how) {
    globalThis.history[how]({ step: this.#state.step, index: this.#state.index }, "");
  }

  /** What the step asks for, besides being shown. */
  #act() {
    if (this.#state.step === "review") this.#seal();
    if (this.#state.step === "sending") this.#send();
  }

  async #seal() {
    const { turn, selections, sealed } = this.#state;
    if (sealed) return this.#review?.seal(sealed.checkCode);
    try {
      const found = await this.#opened.engine.seal({ selections, supersedes: supersedes(this.#state) });
      return this.#take({ type: "sealed", turn, ...found });
    } catch (error) {
      if (!(error instanceof Stopped)) showBroken(this.#opened.page, error);
      return undefined;
    }
  }

  async #send() {
    const { engine } = this.#opened;
    const { fate, sealed } = this.#state;
    if (!this.#outgoing) {
      this.#outgoing = { fate, ...(await (fate === "ballot" ? engine.cast() : engine.challenge())) };
      if (fate === "ballot") this.#keep(this.#outgoing, sealed?.tracker ?? "");
    }
    this.#take(await this.#deliver(this.#outgoing));
  }

  /**
   * @param {Outgoing} outgoing
   * @param {string} tracker
   */
  #keep({ sent, body }, tracker) {
    const text = new TextDecoder();
    this.#memory.forgetDraft();
    this.#memory.keepSent({ ballot: text.decode(sent), body: text.decode(body), tracker });
  }

  /**
   * @param {Outgoing} outgoing
   * @returns {Promise<FlowEvent>} what the answer is worth
   */
  async #deliver(outgoing) {
    const { engine, server } = this.#opened;
    const outcome = await server.send(outgoing.fate, outgoing.body);
    if (outcome.kind === "unknown") return { type: "unknown", why: outcome.why };
    outgoing.answer = outcome.answer;
    const isAccepted = outcome.kind === "accepted";
    try {
      if (isAccepted) await this.#receive(outgoing, outcome.answer);
      else await engine.refusal({ sent: outgoing.sent, answer: outcome.answer });
    } catch {
      return { type: "unknown", why: isAccepted ? "bad-receipt" : "bad-refusal" };
    }
    this.#memory.forgetSent();
    if (outcome.kind === "refused" && outcome.answer.code === "stale-supersedes") this.#rival = await this.#lastOnBoard();
    return isAccepted ? { type: "accepted" } : { type: "refused", code: outcome.answer.code };
  }

  /**
   * @param {Outgoing} outgoing
   * @param {import("../../engine/transport.js").Accepted} answer
   */
  async #receive({ fate, sent }, answer) {
    const { engine, election } = this.#opened;
    const { seq } = await engine.confirm({ type: fate, sent, answer });
    if (fate === "challenged") this.#opening = writeOpening(await engine.reveal(), election.contests);
    else {
      this.#receipt = { file: this.#receiptFile(sent, answer), seq };
      engine.stop(); // the key is not needed any more
    }
  }

  /**
   * @param {Octets} sent
   * @param {import("../../engine/transport.js").Accepted} answer
   */
  #receiptFile(sent, { entry, receipt }) {
    const { election: { fingerprint: election } } = this.#opened;
    const tracker = this.#state.sealed?.tracker ?? "";
    return writeReceiptFile({ election, tracker, ballot: new TextDecoder().decode(sent), entry, receipt });
  }

  /** @returns {Promise<string>} the check code of this code's last ballot, "" if that cannot be found out */
  async #lastOnBoard() {
    const { credential } = this.#state;
    if (!credential) return "";
    try {
      const tracker = (await this.#opened.server.standing(credential)).ballots.at(-1)?.tracker;
      return tracker ? formatCheckCode(tracker) : "";
    } catch {
      return "";
    }
  }

  /** @param {string} code */
  async #identify(code) {
    const { engine, page, server } = this.#opened;
    try {
      const { credential } = await engine.identify(code);
      await this.#stand(credential, await server.standing(credential));
    } catch (error) {
      page.showErrors(codeErrors(error));
    }
  }

  /**
   * The code in a backup file, which only its passphrase opens.
   * @param {File} file
   * @param {string} passphrase
   */
  async #restore(file, passphrase) {
    const { election: { electionId }, page } = this.#opened;
    try {
      const octets = new Uint8Array(await file.slice(0, BACKUP_LIMIT + 1).arrayBuffer());
      const code = await openBackup(octets, passphrase, electionId);
      await this.#identify(formatCode(code));
      code.fill(0);
    } catch (error) {
      const isNamed = error instanceof CannotOpen || error instanceof ForeignRecord;
      page.showErrors(codeErrors(isNamed ? error : { name: "NotABackup" }));
    }
  }

  /**
   * @param {string} credential
   * @param {import("../../engine/server.js").Standing} standing
   */
  async #stand(credential, { isOnRoll, revoked, state, ballots, limit }) {
    this.#hasReviewed = false;
    if (revoked) throw new Revoked("the code is revoked", { computed: await this.#reasonOf(revoked, credential) });
    if (!isOnRoll) throw new NotOnRoll("the code is not on the roll");
    if (state !== "open") throw new NotOpen("voting is not open");
    this.#code = "";
    this.#take({ type: "identified", credential, limit, ballots: ballots.map(({ tracker }) => tracker) });
  }

  /**
   * @param {string} sha256 of a roll change
   * @param {string} credential
   * @returns {Promise<string>} why the registrar has revoked it, in the registrar's signed words; throws a Refusal
   */
  async #reasonOf(sha256, credential) {
    const { election: { fingerprint, registrar }, server } = this.#opened;
    const change = await readRollChange(await server.blob(sha256), { fingerprint, registrar: registrar.key });
    if (!change.revoke.includes(credential)) throw new BadAnswer("a roll change that does not revoke this code");
    return change.reason;
  }

  /** Another ballot: who is still known here need not give the code again, but is asked for anew at the server. */
  async #again() {
    const { step, credential } = this.#state;
    [this.#outgoing, this.#opening] = [undefined, ""];
    if (step === "confirmed" || credential === "") await this.#newWorker();
    this.#take({ type: "again" });
    if (step === "confirmed" || step === "tested" || credential === "") return;
    try {
      await this.#stand(credential, await this.#opened.server.standing(credential));
    } catch {
      // the code is asked for: the step shows that already
    }
  }

  #show() {
    const { page } = this.#opened;
    const [heading, ...children] = this.#view();
    const banner = bannerView(bannerOf(this.#state));
    page.show(String(heading), children, { banner, isFirst: this.#isFirst });
    this.#isFirst = false;
  }

  /** @returns {[string, ...Child[]]} heading and content */
  #view() {
    const state = this.#state;
    const { registrar } = this.#opened.election;
    switch (state.step) {
      case "identify": return [say("Vote"), identifyView({ code: this.#code, name: registrar.name, 
        onsubmit: (code) => this.#identify(code), onbackup: (file, passphrase) => this.#restore(file, passphrase) })];
      case "choose": return this.#choosing();
      case "review": return this.#reviewing();
      case "ask-test": return [say("Test this ballot?"), askTestView({ checkCode: this.#checkCode,
        ontest: () => this.#take({ type: "test" }), onback: () => this.#take({ type: "show", step: "review" }) })];
      case "sending": return [say("Sending"), sendingView(state.fate)];
      case "unconfirmed": return [say("Not confirmed yet"), unconfirmedView({ fate: state.fate, why: state.why, evidence: this.#evidence(),
        checkAddress: this.#checkAddress, onretry: () => this.#take({ type: "retry" }) })];
      case "confirmed": return [say("You have voted"), confirmedView({ checkCode: this.#checkCode, checkAddress: this.#checkAddress,
        receipt: this.#receipt.file, seq: this.#receipt.seq, left: this.#left,
        closes: this.#opened.election.schedule.closes, onagain: () => this.#again() })];
      case "refused": return [say("Not counted"), refusedView({ code: state.why, evidence: this.#evidence(),
        checkAddress: this.#checkAddress, onagain: () => this.#again() })];
      case "stale": return [say("Overtaken"), staleView({ rival: this.#rival, onagain: () => this.#again() })];
      case "tested": return [say("A test"), testedView({ checkCode: this.#checkCode, opening: this.#opening, onagain: () => this.#again(),
        address: this.#opened.server.testedAddress(this.#opening) })];
      default: return ["", null];
    }
  }

  /** @returns {[string, ...Child[]]} */
  #choosing() {
    const { contests } = this.#opened.election;
    const { index, selections } = this.#state;
    const contest = contests[index];
    const show = (/** @type {"identify" | "choose" | "review"} */ step, at = 0) => this.#take({ type: "show", step, index: at });
    const leadsToReview = this.#hasReviewed || index + 1 === contests.length;
    const onnext = () => {
      const errors = answerErrors(contest, this.#state.selections[contest.id] ?? {});
      if (errors) this.#opened.page.showErrors(errors);
      else if (leadsToReview) this.#showReview();
      else show("choose", index + 1);
    };
    return [plain(contest.question), progressView(contests, index), chooseView({
      contest, leadsToReview, selection: selections[contest.id], order: this.#orders[contest.id], onnext,
      onchange: (selection) => this.#take({ type: "choose", contest: contest.id, selection }),
      onback: () => (index > 0 ? show("choose", index - 1) : show("identify")),
    })];
  }

  /** To the review, or to the first question that has no answer yet though it needs one. */
  #showReview() {
    const { contests } = this.#opened.election;
    const missing = contests.findIndex((contest) => answerErrors(contest, this.#state.selections[contest.id] ?? {}));
    this.#take(missing < 0 ? { type: "show", step: "review" } : { type: "show", step: "choose", index: missing });
  }

  /** @returns {[string, ...Child[]]} */
  #reviewing() {
    const { engine, election, server } = this.#opened;
    const review = reviewView({
      contests: election.contests, selections: this.#state.selections, checkAddress: (code) => server.checkAddress(code),
      onchange: (index) => this.#take({ type: "show", step: "choose", index }),
      oncast: () => this.#take({ type: "cast" }), ontest: () => this.#take({ type: "ask-test" }),
    });
    engine.onprogress = ({ made, total }) => review.progress(made, total);
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
    return this.#opened.server.checkAddress(this.#checkCode);
  }

  get #left() {
    const { ballots, limit } = this.#state;
    return this.#state.credential ? Math.max(0, limit - ballots.length) : 0;
  }

  /** @returns {Evidence} */
  #evidence() {
    const { sent, answer } = this.#outgoing ?? {};
    return {
      fingerprint: this.#opened.election.fingerprint, checkCode: this.#checkCode, why: "",
      sent: sent && new TextDecoder().decode(sent), answer,
    };
  }
}
