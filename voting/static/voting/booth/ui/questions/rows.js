// SPDX-License-Identifier: AGPL-3.0-or-later
/** The options of a question, each a row that can be clicked as a whole, of at least 48 pixels. */
import { say, sayNumber } from "../../texts.js";
import { el } from "../dom.js";
import { plain, shown } from "../election_text.js";

/** @import { Option } from "../../contests/base.js" */

/**
 * @param {Option} option
 * @returns {HTMLElement} its name, and its cost where there is one
 */
export function labelOf(option) {
  return el("span", { class: "choice-label" }, shown(option.label),
    option.cost > 0 && el("span", { class: "choice-cost" }, say("costs %(cost)s", { cost: option.cost })));
}

/**
 * @param {Option} option
 * @param {{id: string, name: string, type: "radio" | "checkbox", checked: boolean, onchange: (input: HTMLInputElement) => void}} how
 */
export function tickRow(option, { id, name, type, checked, onchange }) {
  const listener = (/** @type {Event} */ event) => onchange(/** @type {HTMLInputElement} */ (event.currentTarget));
  const input = el("input", { type, id, name, value: option.id, checked, onchange: listener, autocomplete: "off" });
  return el("label", { class: "choice", for: id }, input, labelOf(option));
}

const DIGITS = /^[0-9]+$/;
/** Decimal digits that keyboards write in Arabic and Persian: the zero of each. */
const ZEROS = [0x660, 0x6f0];

/**
 * @param {string} typed
 * @returns {number} NaN for what is no whole number; nothing is 0
 */
export function readAmount(typed) {
  const plainDigits = typed.trim().replaceAll(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (ZEROS.find((zero) => code >= zero && code < zero + 10) ?? code));
  });
  if (plainDigits === "") return 0;
  return DIGITS.test(plainDigits) ? Number(plainDigits) : NaN;
}

/**
 * A number between 0 and `most`, with a button on either side. What cannot stand is not made into something else.
 * @param {Option} option
 * @param {{id: string, amount: number, most: number, onchange: (amount: number) => number}} how `onchange` is given
 *   what is wanted, NaN for what is no number, and answers with the amount that stands
 */
export function amountRow(option, { id, amount, most, onchange }) {
  const input = /** @type {HTMLInputElement} */ (el("input", {
    type: "text", inputmode: "numeric", id, class: "form-control amount", value: amount, autocomplete: "off",
    maxlength: 6, "aria-describedby": `${id}-most`, onchange: () => put(readAmount(input.value)),
  }));
  let current = amount;
  const put = (/** @type {number} */ wanted) => {
    current = onchange(wanted);
    input.value = String(current);
    row.classList.toggle("choice-given", current > 0);
  };
  const step = (/** @type {number} */ by, /** @type {string} */ sign, /** @type {string} */ label) =>
    el("button", { type: "button", class: "btn btn-secondary step", "aria-label": label, onclick: () => put(Math.min(Math.max(current + by, 0), most)) }, sign);
  const name = plain(option.label);
  const row = el("div", { class: amount > 0 ? "choice choice-amount choice-given" : "choice choice-amount" },
    el("label", { for: id }, labelOf(option), el("span", { class: "visually-hidden", id: `${id}-most` }, say("0 to %(most)s", { most: sayNumber(most) }))),
    el("span", { class: "steps" }, step(-1, "−", say("Less for %(option)s", { option: name })), input,
      step(1, "+", say("More for %(option)s", { option: name }))));
  return row;
}
