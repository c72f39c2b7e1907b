// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the pages for registration post, and what the answers say in words. */
import { utf8 } from "../../octets.js";
import { say, sayMany } from "../../texts.js";

/** @import { Octets } from "../../octets.js" */

const PATIENCE = 30_000; // ms

const LONGEST_WAIT = 3600; // s: no limit of the server's is longer
const MINUTE = 60; // s

/** @typedef {{ok: boolean, code: string, address: string, reference: string, wait: number}} Answer `wait` in seconds, 0 if unknown */

/**
 * @param {HTMLElement} root
 * @param {string} name the last part of the address
 * @param {Octets} [body]
 * @returns {Promise<Answer>} code "unreachable" if there was no answer of the server's
 */
export async function post(root, name, body = utf8("{}")) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": root.dataset.csrf ?? "" };
  try {
    const address = `/elections/${root.dataset.slug}/register/${name}`;
    const signal = AbortSignal.timeout(PATIENCE);
    const response = await fetch(address, { method: "POST", headers, body, signal, redirect: "error" });
    const { code = "", address: next = "", reference = "" } = await response.json();
    return { ok: response.ok, code, address: next, reference, wait: secondsOf(response.headers.get("Retry-After")) };
  } catch {
    return { ok: false, code: "unreachable", address: "", reference: "", wait: 0 };
  }
}

/**
 * @param {string | null} text the header Retry-After
 * @returns {number} s; 0 for what is no number of seconds
 */
export function secondsOf(text) {
  return /^[0-9]{1,9}$/.test(text ?? "") ? Math.min(Number(text), LONGEST_WAIT) : 0;
}

/**
 * @param {string} code
 * @param {number} [wait] s; 0 if unknown
 * @returns {string} what went wrong and what to do
 */
export function inWords(code, wait = 0) {
  switch (code) {
    case "unreachable":
      return say("The server did not answer. Check your connection, and try again.");
    case "unknown-link":
      return say("This link was used already, was replaced by a later one, or is older than 48 hours. If you confirmed with it, all is well; otherwise register again.");
    case "unknown-registration":
      return say("No registration with this number waits for your address. Look at the number again; if it is right, register once more.");
    case "already-decided":
      return say("The officials have decided on your registration already, so that it cannot be replaced. Ask them to take the decision back.");
    case "key-taken":
      return say("Somebody else has registered this code. Start again, with a new one.");
    case "registration-closed":
    case "wrong-state":
      return say("Registration is over. Ask the people who run this election.");
    case "not-signed-in":
      return say("Your sign-in has ended. Sign in again.");
    case "too-many-requests":
      return sayMany("Too many requests came from your network. Wait %(count)s minute, and try again.",
        "Too many requests came from your network. Wait %(count)s minutes, and try again.", Math.ceil((wait || LONGEST_WAIT) / MINUTE));
    case "sign-in-failed":
    case "sign-in-unavailable":
      return say("The sign-in did not work. Try again later, or use your e-mail address.");
    default:
      return say("The server refused this registration. Start again; if it happens again, tell the people who run this election.");
  }
}
