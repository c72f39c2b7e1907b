// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page behind the link in the message. The token leaves the address at once; only the button uses it up. */
import { encode } from "../../codec/canonical.js";
import { say } from "../../texts.js";
import { button, el, notice, replace } from "../dom.js";
import { inWords, post } from "./sending.js";

const TOKEN = /^#[A-Za-z0-9_-]{22}$/;

/** @param {HTMLElement} root */
export function startConfirming(root) {
  const fragment = globalThis.location.hash;
  globalThis.history.replaceState(null, "", globalThis.location.pathname);
  const heading = say("Confirm your registration");
  if (!TOKEN.test(fragment)) {
    show(root, heading, notice("bad", say("This link is not complete"),
      el("p", {}, say("Copy the whole link from the message into the address bar, or open the message again."))));
    return;
  }
  const confirm = button(say("Confirm my registration"), () => {
    if (confirm.getAttribute("aria-disabled") === "true") return;
    confirm.setAttribute("aria-disabled", "true");
    void finish(root, fragment.slice(1), confirm);
  }, { class: "btn btn-primary" });
  show(root, heading,
    el("p", { class: "lead" }, say("Confirm only if you registered yourself, just now.")),
    el("p", {}, say("The message shows the number of your registration. It must be the number that you saw when you registered. If it is another one, close this page: without you, nothing is registered.")),
    el("div", { class: "actions" }, confirm), el("div", { id: "outcome" }));
}

/**
 * @param {HTMLElement} root
 * @param {string} token
 * @param {HTMLElement} confirm
 */
async function finish(root, token, confirm) {
  const answer = await post(root, "confirmation", encode({ token }));
  if (answer.ok) {
    show(root, say("Your registration is confirmed"),
      notice("good", say("You are registered"),
        el("p", {}, say("The number of your registration is %(number)s.", { number: answer.reference }))),
      el("p", {}, say("Now the officials decide who may vote. Keep your code or your backup file: you need it to vote, and nobody can give it to you again.")));
    return;
  }
  const outcome = document.getElementById("outcome");
  const problem = notice("bad", say("This did not work"), el("p", {}, inWords(answer.code, answer.wait)));
  problem.setAttribute("role", "alert");
  if (outcome) replace(outcome, problem);
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
