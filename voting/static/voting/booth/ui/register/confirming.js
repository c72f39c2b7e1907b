// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page behind the link in the message. The token leaves the address at once; only the button uses it up. */
import { encode } from "../../codec/canonical.js";
import { say } from "../../texts.js";
import { button, el, errorSummary, notice, replace } from "../dom.js";
import { takeText } from "../link.js";
import { inWords, post } from "./sending.js";

const TOKEN = /^[A-Za-z0-9_-]{22}$/;

/** @param {HTMLElement} root */
export function startConfirming(root) {
  const token = takeText();
  const heading = say("Confirm your registration");
  if (!TOKEN.test(token)) {
    show(root, heading, notice("bad", say("This link is not complete"),
      el("p", {}, say("Copy the whole link from the message into the address bar, or open the message again."))));
    return;
  }
  const confirm = button(say("Confirm my registration"), () => void finish(root, token, "", confirm), { class: "btn btn-primary" });
  show(root, heading,
    el("p", { class: "lead" }, say("Confirm only if you registered yourself, just now.")),
    el("p", {}, say("The message shows the number of your registration. It must be the number that you saw when you registered.")),
    el("div", { class: "actions" }, confirm), el("div", { id: "outcome" }), numberForm(root, token),
    el("p", { class: "soft" }, say("If you did not register, close this page: without you, nothing is registered.")));
}

/**
 * For whoever got a message that somebody else had asked for: it shows just as well whose address it is.
 * @param {HTMLElement} root
 * @param {string} token
 */
function numberForm(root, token) {
  const input = /** @type {HTMLInputElement} */ (el("input", {
    class: "form-control mono", id: "number", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    maxlength: 20, dir: "ltr",
  }));
  const confirm = button(say("Confirm the registration with this number"), () => {
    const number = numberOf(input.value);
    if (number) void finish(root, token, number, confirm);
    else complain(errorSummary(say("There is a problem"), [{ text: say("Type the eight characters of the number that you saw when you registered."), field: "number" }]));
  });
  return el("details", { class: "sheet" }, el("summary", {}, say("The message shows another number")),
    el("p", {}, say("Then somebody else has asked for this message. Type the number that you saw when you registered yourself.")),
    el("div", { class: "field" }, el("label", { class: "form-label", for: "number" }, say("Your number")), input),
    el("div", { class: "actions" }, confirm));
}

/**
 * @param {string} typed as it is shown, or with other spaces and letters
 * @returns {string} eight hexadecimal digits; "" if it is none
 */
export function numberOf(typed) {
  const digits = typed.replaceAll(/[\s-]/g, "").toLowerCase().replaceAll("o", "0");
  return /^[0-9a-f]{8}$/.test(digits) ? digits : "";
}

/** @param {HTMLElement} problem */
function complain(problem) {
  const outcome = document.getElementById("outcome");
  if (outcome) replace(outcome, problem);
  problem.focus();
}

/**
 * @param {HTMLElement} root
 * @param {string} token
 * @param {string} number "" for that of the message
 * @param {HTMLElement} confirm
 */
async function finish(root, token, number, confirm) {
  if (confirm.getAttribute("aria-disabled") === "true") return;
  confirm.setAttribute("aria-disabled", "true");
  const answer = await post(root, "confirmation", encode({ number, token }));
  if (answer.ok) {
    show(root, say("Your registration is confirmed"),
      notice("good", say("You are registered"),
        el("p", {}, say("The number of your registration is %(number)s.", { number: answer.reference }))),
      el("p", {}, say("Now the officials decide who may vote. Keep your code or your backup file: you need it to vote, and nobody can give it to you again.")));
    return;
  }
  const problem = notice("bad", say("This did not work"), el("p", {}, inWords(answer.code, answer.wait)));
  problem.setAttribute("role", "alert");
  complain(problem);
  confirm.removeAttribute("aria-disabled");
}

/**
 * @param {HTMLElement} root
 * @param {string} title
 * @param {...Node} children
 */
function show(root, title, ...children) {
  const heading = el("h1", { tabindex: -1 }, title);
  replace(root, heading, ...children);
  heading.focus();
}
