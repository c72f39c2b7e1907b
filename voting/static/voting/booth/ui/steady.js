// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Keeps the page still under a finger or mouse. A press takes the focus from a field, and what is then said about the
 * field may move a button away from under the pointer before it is let go: there would be no click.
 */

let isPressed = false;
/** @type {(() => void)[]} */
let waiting = [];

function release() {
  const changes = waiting;
  [isPressed, waiting] = [false, []];
  for (const change of changes) change();
}

globalThis.document?.addEventListener("mousedown", () => (isPressed = true), { capture: true });
for (const end of ["mouseup", "dragend", "contextmenu", "keydown"]) { // a menu or another window may swallow the first
  globalThis.document?.addEventListener(end, () => setTimeout(release), { capture: true }); // the click comes in between
}

/**
 * Change what stands on the page, at once or after the press that is going on.
 * @param {() => void} change
 */
export function whenSteady(change) {
  if (isPressed) waiting.push(change);
  else change();
}
