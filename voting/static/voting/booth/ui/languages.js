// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Another language, without losing the place. The page is loaded again, and gets the text that stood after # in its address,
 * or stands in its field for a code now: the form alone would lose that, and neither server nor history may see it.
 */
import { handOver } from "./link.js";

/** @param {string} [text] what stood after # in the address; on the voting page none: its field has the code */
export function keepPlace(text = "") {
  const form = document.querySelector(".languages")?.closest("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void change(form, event.submitter, text);
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} chosen
 * @param {string} text
 */
async function change(form, chosen, text) {
  const body = new FormData(form, chosen);
  try {
    await fetch(form.action, { method: "POST", body, redirect: "manual" });
  } catch {
    return; // no connection: the page stays as it is, with all that it holds
  }
  handOver(typed() || text);
  globalThis.location.reload();
}

function typed() {
  const field = document.getElementById("code");
  return field instanceof HTMLInputElement ? field.value : "";
}
