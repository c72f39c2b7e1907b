// SPDX-License-Identifier: AGPL-3.0-or-later
/** Making parts of a page, by DOM calls alone: no text ever becomes markup. */

const SAVING = 60_000; // ms

/** @typedef {Node | string | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | undefined | ((event: any) => void)>} Attributes */

/**
 * @param {string} tag
 * @param {Attributes} [attributes] `onclick` and the like are listeners; false and undefined leave one out
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.filter(isShown));
  return element;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {Attributes[string]} value
 */
function set(element, name, value) {
  if (typeof value === "function") element.addEventListener(name.slice(2), value);
  else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
}

/**
 * @param {Child} child
 * @returns {child is Node | string}
 */
function isShown(child) {
  return child !== null && child !== undefined && child !== false;
}

/**
 * @param {Element} parent
 * @param {...Child} children
 */
export function replace(parent, ...children) {
  parent.replaceChildren(...children.filter(isShown));
}

/**
 * A button that does something on this page.
 * @param {string} label
 * @param {(event: Event) => void} onclick
 * @param {Attributes} [attributes]
 */
export function button(label, onclick, attributes = {}) {
  return el("button", { type: "button", class: "btn btn-secondary", onclick, ...attributes }, label);
}

/**
 * A notice: its title says what its colour says.
 * @param {"" | "good" | "care" | "bad"} kind
 * @param {string} title
 * @param {...Child} children
 */
export function notice(kind, title, ...children) {
  return el("div", { class: kind ? `notice notice-${kind}` : "notice" }, el("p", { class: "notice-title" }, title),
    ...children);
}

/**
 * What is wrong on this page, with a link to each field (GOV.UK's pattern). It takes the focus.
 * @param {string} title
 * @param {readonly {text: string, field: string}[]} problems
 */
export function errorSummary(title, problems) {
  const items = problems.map(({ text, field }) => el("li", {}, el("a", { href: `#${field}`, onclick: goTo(field) }, text)));
  return el("div", { class: "error-summary", role: "alert", tabindex: -1 }, el("h2", {}, title), el("ul", {}, ...items));
}

/** @param {string} field */
function goTo(field) {
  return (/** @type {Event} */ event) => {
    event.preventDefault(); // the address stays as it is
    document.getElementById(field)?.focus();
  };
}

/**
 * A button that gives the voter a file to keep.
 * @param {string} label
 * @param {string} name
 * @param {Blob} blob
 */
export function download(label, name, blob) {
  return button(label, () => saveFile(name, blob));
}

/**
 * Some browsers read the file only after this turn, or after a person was asked where to put it.
 * @param {string} name
 * @param {Blob} blob
 */
export function saveFile(name, blob) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), SAVING);
}
