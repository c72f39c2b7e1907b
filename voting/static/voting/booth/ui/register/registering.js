// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The page to register: who you are → your code → check that you have it → sent. The code lives in this page alone and
 * is overwritten when it is sent or the page is left.
 */
import { addressOf, makeRegistration, referenceOf } from "../../record/registration.js";
import { encode, parse } from "../../codec/canonical.js";
import { deriveCredential } from "../../credentials/derivation.js";
import { newCode } from "../../credentials/new_code.js";
import { say, sayMany } from "../../texts.js";
import { button, el, errorSummary, notice, replace } from "../dom.js";
import { checkStep } from "./checking.js";
import { codeStep } from "./showing.js";
import { inWords, post } from "./sending.js";

/** @import { Octets } from "../../octets.js" */
/** @import { Registrant } from "../../record/registration.js" */

const LIMIT = 4096;

/**
 * @typedef {object} Registering what the steps share
 * @property {HTMLElement} root
 * @property {string} electionId
 * @property {Registrant | null} registrant
 * @property {Octets | null} code overwritten by `forget`
 */

/** @param {HTMLElement} root */
export function startRegistering(root) {
  const { electionId = "", issuer, subject } = root.dataset;
  /** @type {Registering} */
  const state = { root, electionId, registrant: null, code: null };
  if (issuer && subject) state.registrant = { kind: "oidc", issuer, name: subject };
  globalThis.addEventListener("pagehide", () => forget(state));
  globalThis.addEventListener("pageshow", (event) => {
    if (event.persisted) globalThis.location.reload();
  });
  whoStep(state);
}

/**
 * Without the means to make a key, or to vote with it, nobody registers.
 * @param {HTMLElement} root
 */
export function showNoKeys(root) {
  show({ root }, say("This browser cannot be used here"),
    el("p", { class: "lead" }, say("This browser cannot make the key that you need to vote: it is too old, or it is set to be very strict.")),
    el("p", {}, say("Update it, or use another browser or another device. You are not registered yet.")));
}

/** @param {Registering} state */
function forget(state) {
  state.code?.fill(0);
  state.code = null;
}

/**
 * @param {Pick<Registering, "root">} state
 * @param {string} title
 * @param {...(Node | null | false)} children
 */
export function show({ root }, title, ...children) {
  const heading = el("h1", { tabindex: -1 }, title);
  replace(root, heading, ...children);
  heading.focus();
}

/**
 * @param {Registering} state
 * @param {HTMLElement | null} [problem]
 */
function whoStep(state, problem = null) {
  const { dataset } = state.root;
  const failed = dataset.signInFailed ? notice("bad", say("This did not work"), el("p", {}, inWords("sign-in-failed"))) : null;
  const who = state.registrant?.kind === "oidc" ? signedIn(state) : emailForm(state);
  show(state, say("Register to vote"), problem ?? failed,
    el("p", { class: "lead" }, say("Your device makes a secret code for you. Only you will have it, and you need it to vote.")),
    el("ol", { class: "steps" },
      el("li", {}, say("Say who you are.")), el("li", {}, say("Keep the code that is shown.")),
      el("li", {}, say("Show that you have it.")), el("li", {}, say("The officials decide who may vote."))),
    ...who, learns(state.root.dataset));
  problem?.focus();
}

/** What the server learns, in plain words (docs/threat-model.md). @param {DOMStringMap} dataset */
function learns({ keepDays = "", keepAbandonedDays = "" }) {
  return el("details", { class: "column" }, el("summary", {}, say("What the server learns about you")),
    el("p", {}, say("The server learns who you are and which public key is yours. So whoever runs it can see whether you have voted. Nobody can see how you voted.")),
    el("p", {}, sayMany("Who you are is deleted here %(count)s day after the end of the election.", "Who you are is deleted here %(count)s days after the end of the election.", Number(keepDays)), " ",
      sayMany("If the election is given up, that is done %(count)s day after its planned end, or after the officials last worked on it.", "If the election is given up, that is done %(count)s days after its planned end, or after the officials last worked on it.", Number(keepAbandonedDays))),
    el("p", {}, say("Your code never leaves this device. If you lose it, nobody can find it again; until you are approved, you can register again.")),
    el("p", {}, say("When voting has opened, the page for voting says whether your key is on the list of voters. If it is not, complain to the people who run this election.")));
}

/** @param {Registering} state */
function signedIn(state) {
  const name = state.root.dataset.address || state.root.dataset.subject || "";
  return [
    el("p", {}, say("You are signed in as:"), " ", el("strong", {}, el("bdi", {}, name))),
    el("div", { class: "actions" },
      button(say("Make my code"), () => makeCode(state), { class: "btn btn-primary" }),
      button(say("This is not me"), () => void signOut(state))),
  ];
}

/** @param {Registering} state */
function emailForm(state) {
  const input = /** @type {HTMLInputElement} */ (el("input", {
    class: "form-control", id: "address", type: "text", inputmode: "email", autocomplete: "email", autocapitalize: "none",
    spellcheck: "false", dir: "ltr", "aria-describedby": "address-help", value: state.registrant?.name,
  }));
  const form = el("form", { class: "sheet", novalidate: true, onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    takeAddress(state, input.value);
  } },
    el("div", { class: "field" }, el("label", { class: "form-label", for: "address" }, say("Your e-mail address")),
      el("span", { class: "form-text", id: "address-help" }, say("You will get a message with a link. Your registration counts when you have confirmed it.")), input),
    el("div", { class: "actions" }, el("button", { class: "btn btn-primary", type: "submit" }, say("Make my code"))));
  if (!state.root.dataset.signIn) return [form];
  return [el("h2", {}, say("With the sign-in of your organisation")),
    el("div", { class: "actions" }, button(say("Sign in"), () => void signIn(state))),
    el("h2", {}, say("Or by e-mail")), form];
}

/**
 * @param {Registering} state
 * @param {string} typed
 */
function takeAddress(state, typed) {
  try {
    state.registrant = { kind: "email", issuer: "", name: addressOf(typed) };
  } catch {
    whoStep(state, errorSummary(say("There is a problem"), [
      { text: say("Enter an e-mail address, such as name@example.org."), field: "address" }]));
    const again = /** @type {HTMLInputElement | null} */ (document.getElementById("address"));
    if (again) again.value = typed;
    return;
  }
  makeCode(state);
}

/** @param {Registering} state */
function makeCode(state) {
  forget(state);
  state.code = newCode();
  keepCode(state);
}

/**
 * @param {Registering} state
 * @param {string} code why it did not work
 */
function startAgain(state, code) {
  if (code === "not-signed-in") state.registrant = null; // so that the sign-in is offered
  whoStep(state);
}

/** @param {Registering} state */
function keepCode(state) {
  codeStep(state, () => checkStep(state, () => keepCode(state), () => void send(state)));
}

/** @param {Registering} state */
async function send(state) {
  const { code, registrant } = state;
  if (!code || !registrant) return;
  show(state, say("Sending …"), el("p", { role: "status" }, say("This takes a few seconds.")));
  const made = await makeBody(code, registrant, state.electionId).catch(() => undefined);
  if (made) await submit(state, made.body, made.reference);
  else showNoKeys(state.root); // nothing was sent
}

/**
 * @param {Octets} code
 * @param {Registrant} registrant
 * @param {string} electionId
 */
async function makeBody(code, registrant, electionId) {
  const credential = await deriveCredential(code, electionId);
  const registration = parse(await makeRegistration(credential, registrant, electionId), LIMIT);
  return { body: encode({ registrant: { ...registrant }, registration }), reference: referenceOf(credential.publicKey) };
}

/**
 * @param {Registering} state
 * @param {Octets} body sent again unchanged if there was no answer
 * @param {string} reference
 */
async function submit(state, body, reference) {
  const isByEmail = state.registrant?.kind === "email";
  const answer = await post(state.root, isByEmail ? "by-email" : "as-signed-in", body);
  if (!answer.ok) {
    const problem = notice("bad", say("You are not registered yet"), el("p", {}, inWords(answer.code, answer.wait)));
    problem.setAttribute("role", "alert");
    show(state, say("This did not work"), problem, el("div", { class: "actions" },
      button(say("Send again"), () => void submit(state, body, reference), { class: "btn btn-primary" }),
      button(say("Start again"), () => startAgain(state, answer.code))));
    return;
  }
  forget(state);
  const number = el("p", { class: "register-reference" }, say("The number of your registration:"), " ",
    el("strong", { class: "mono", dir: "ltr" }, reference));
  if (isByEmail) done(state, number);
  else {
    show(state, say("You are registered"), notice("good", say("Your registration has arrived"), number),
      el("p", {}, say("Now the officials decide who may vote. Keep your code or your backup file: you need it to vote, and nobody can give it to you again.")));
  }
}

/**
 * @param {Registering} state
 * @param {HTMLElement} number
 */
function done(state, number) {
  show(state, say("Look into your e-mail"),
    notice("care", say("You are not registered yet"), el("p", {}, say("If %(address)s can be written to, a message is on its way. Open its link within 48 hours, and confirm.", { address: state.registrant?.name ?? "" }))),
    number, el("p", {}, say("The message shows the same number. If it is another one, somebody else has asked in your name: open its link all the same, and type your number there.")),
    el("p", { class: "soft" }, say("Nothing after ten minutes? Look among unwanted messages, or register again: the later registration replaces this one.")));
}

/** @param {Registering} state */
async function signIn(state) {
  const answer = await post(state.root, "sign-in");
  if (answer.ok && /^https?:\/\//.test(answer.address)) globalThis.location.assign(answer.address);
  else whoStep(state, notice("bad", say("This did not work"), el("p", {}, inWords(answer.code, answer.wait))));
}

/** @param {Registering} state */
async function signOut(state) {
  await post(state.root, "sign-out");
  globalThis.location.assign(globalThis.location.pathname);
}
