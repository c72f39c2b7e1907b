// SPDX-License-Identifier: AGPL-3.0-or-later
/** The voting page: shows the step at which flow.js stands, and does what a step asks for. */
import { ballotsLeft, bannerOf, next, start, supersedes } from "../../engine/flow.js";
import { mayHoldSent, Memory, tabStore } from "../../engine/memory.js";
import { formatCheckCode } from "../../credentials/codes.js";
import { say } from "../../texts.js";
import { openPage, takeFragment } from "../election_page.js";
import { plain } from "../election_text.js";
import { Polling } from "../polling.js";
import { bannerView } from "./banner.js";
import { answerErrors, chooseView, progressView } from "./choose.js";
import { Delivery } from "./delivery.js";
import { confirmedView, refusedView, staleView, votedView } from "./ending.js";
import { Identification } from "./identification.js";
import { identifyView } from "./identify.js";
import { optionOrders } from "./orders.js";
import { reviewView } from "./review.js";
import { sendingView, unconfirmedView } from "./sending.js";
import { askTestView, testedView } from "./testing.js";

/** @import { Event as FlowEvent, State } from "../../engine/flow.js" */
/** @import { Store } from "../../engine/memory.js" */
/** @import { Evidence } from "../../engine/evidence.js" */
/** @import { Opened } from "../election_page.js" */
/** @import { Child } from "../dom.js" */

export class VotingPage {
  /** @type {Opened["page"]} */
  #page;
  /** @type {Opened["server"]} */
  #server;
  /** @type {Opened["election"]} */
  #election;
  #polling;
  #identification;
  #delivery;
  #memory;
  #orders;
  /** @type {State} */
  #state;
  #code = takeFragment();
  #isFirst = true;
  #hasReviewed = false; // from then on every question leads back to the review
  /** @type {ReturnType<typeof reviewView> | undefined} */
  #review;
  /** @type {{turn: number, found: Promise<{tracker: string, checkCode: string}>} | undefined} one for each turn */
  #sealing;

  /**
   * When voting is over, only a ballot that was sent and has no answer is left to do: else the page stays as it is.
   * @param {HTMLElement} root
   */
  static async begin(root) {
    const [store, isOver] = [tabStore(globalThis), root.dataset.state !== "open"];
    if (isOver && !mayHoldSent(store)) {
      takeFragment(); // it is not left behind in the address
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
    this.#identification = new Identification(opened, this.#polling, {
      isWaiting: () => this.#state.step === "identify", onidentified: (event) => this.#take(event),
    });
    this.#memory = new Memory(store, opened.election.fingerprint);
    this.#delivery = new Delivery(opened, this.#polling, this.#memory);
    const draft = this.#memory.draft;
    this.#orders = optionOrders(opened.election.contests, draft.orders);
    this.#state = start(draft);
  }

  #begin() {
    this.#listen();
    this.#remember("replaceState");
    const sent = this.#memory.sent;
    if (!sent) return this.#show();
    this.#delivery.resume(sent);
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
      this.#take({ type: this.#state.step === "sending" && !this.#delivery.hasBegun ? "lost" : "forgotten" });
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
    const code = takeFragment();
    if (!code) return;
    this.#code = code;
    this.#identification.drop();
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
    if (step === "identify" || step === "choose") this.#delivery.forget();
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
    const event = await this.#delivery.send(this.#state);
    if (event.type === "lost") this.#lose();
    else this.#take(event);
  }

  async #lookAgain() {
    const { step } = this.#state;
    const isSame = await this.#delivery.lookAgain();
    if (isSame && this.#state.step === step) this.#show();
  }

  /** Another ballot: who is still known here need not give the code again. */
  async #again() {
    this.#take({ type: "again" });
    const { step, hasKey, credential } = this.#state;
    if (step === "identify" && hasKey && !this.#polling.engine.hasEnded) await this.#identification.recognize(credential);
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
    const { receipt, opening, rival, isDenied, isKept, refusalCode } = this.#delivery;
    const [onagain, onother] = [() => this.#again(), () => this.#take({ type: "another-code" })];
    switch (state.step) {
      case "identify": return [say("Vote"), identifyView({ code: this.#code, registrar: this.#election.registrar, isStopped: state.why === "stopped",
        onsubmit: (code) => this.#identification.identify(code),
        onbackup: (file, passphrase) => this.#identification.restore(file, passphrase) })];
      case "choose": return this.#choosing();
      case "review": return this.#reviewing();
      case "ask-test": return [say("Test this ballot?"), askTestView({ checkCode: this.#checkCode,
        ontest: () => this.#take({ type: "test" }), onback: () => this.#take({ type: "show", step: "review" }) })];
      case "sending": return [say("Sending"), sendingView(state.fate)];
      case "unconfirmed": return [say("Not confirmed yet"), unconfirmedView({ fate: state.fate, why: state.why, code: refusalCode, isKept, evidence: this.#evidence(),
        checkAddress: this.#checkAddress, onretry: () => this.#take({ type: "retry" }), onagain })];
      case "confirmed": return [say("You have voted"), confirmedView({ checkCode: this.#checkCode, checkAddress: this.#checkAddress,
        receipt, later: rival, left: ballotsLeft(state),
        closes: this.#election.schedule.closes, onagain, onother })];
      case "voted": return [say("You have voted"), votedView({ checkCode: this.#checkCode, checkAddress: this.#checkAddress, onother })];
      case "refused": return [refusedHeading(state), refusedView({ fate: state.fate, code: state.why, rival, evidence: this.#evidence(),
        checkAddress: this.#server.checkAddress(rival), onagain, onother })];
      case "stale": return [say("Overtaken"), staleView({ rival, isDenied, evidence: this.#evidence(), onagain,
        onlook: () => this.#lookAgain() })];
      case "tested": return [say("A test"), testedView({ checkCode: this.#checkCode, opening, onagain,
        address: this.#server.testedAddress(opening), page: this.#server.testedPage })];
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

  /** @returns {Evidence} */
  #evidence() {
    return { fingerprint: this.#election.fingerprint, checkCode: this.#checkCode, why: "", ...this.#delivery.exchange };
  }
}

/** @param {State} state */
function refusedHeading({ fate, why }) {
  if (why === "already-cast") return say("Cast already");
  return fate === "ballot" ? say("Not counted") : say("Not tested");
}
