// SPDX-License-Identifier: AGPL-3.0-or-later
/** Elements of the page, made without any markup: text from a record is never read as code. */

/**
 * @param {string} name
 * @param {{ class?: string, text?: string }} [looks]
 * @param {readonly Node[]} [children]
 */
export function make(name, looks = {}, children = []) {
  const element = document.createElement(name);
  if (looks.class) element.className = looks.class;
  if (looks.text !== undefined) element.textContent = looks.text;
  element.append(...children);
  return element;
}

/**
 * @param {ParentNode} parent
 * @param {string} selector
 */
export function one(parent, selector) {
  return /** @type {HTMLElement} */ (parent.querySelector(selector));
}
