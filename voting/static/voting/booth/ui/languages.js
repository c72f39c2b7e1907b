// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Another language, without losing the place. The page is loaded again with what stood after # in its address, or
 * stands in its field for a code now: the form alone would lose that, and the server may not see it.
 */
import { readLink } from "./link.js";

/** @param {string} fragment what stands after # in the address, with the #; on the voting page without the code: its field has it */
export function keepPlace(fragment) {
  const form = document.querySelector(".languages")?.closest("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void change(form, event.submitter, fragment);
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} chosen
 * @param {string} fragment
 */
async function change(form, chosen, fragment) {
  const body = new FormData(form, chosen);
  try {
    await fetch(form.action, { method: "POST", body, redirect: "manual" });
  } catch {
    return; // no connection: the page stays as it is, with all that it holds
  }
  const { pathname, search } = globalThis.location;
  globalThis.history.replaceState(globalThis.history.state, "", pathname + search + typed(fragment));
  globalThis.location.reload();
}

/** @param {string} fragment */
function typed(fragment) {
  const field = document.getElementById("code");
  const { pin } = readLink(fragment);
  return field instanceof HTMLInputElement && field.value ? `#${encodeURIComponent(field.value)}${pin && `.${pin}`}` : fragment;
}
