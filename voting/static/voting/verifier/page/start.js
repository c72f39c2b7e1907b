// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page's behaviour, whoever starts the workers: ask, show progress, show the report. */
import { reportOctets } from "../checks/ledger.js";
import { runVerification } from "./engine.js";
import { field, nameOf, readForm } from "./form.js";
import { one } from "./make.js";
import { showReport, showRun, showTrouble } from "./show.js";

/** @typedef {import("../checks/verify.js").Progress} Progress */
/** @typedef {import("../worker.js").Answer} Answer */

/** @param {() => Worker} start */
export function startPage(start) {
  const form = /** @type {HTMLFormElement} */ (one(document, "#verifier-form"));
  one(document, "#verifier-needs-script").hidden = true;
  form.hidden = false;
  preferFiles(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { asked, problems } = readForm(form);
    showProblems(problems);
    if (!asked) return;
    showRun(one(document, "#verifier-report"), { record: nameOf(form, asked.place), begun: new Date() });
    verifyAsked(start, { ...asked, isTestAllowed: form.dataset.testModulus === "true" });
  });
  one(document, "[data-again]").addEventListener("click", () => {
    showOnly("form");
    one(document, "#verifier-form").focus();
  });
}

/**
 * Whoever chooses a file has chosen that record.
 * @param {HTMLFormElement} form
 */
function preferFiles(form) {
  for (const name of ["archive", "folder"]) {
    field(form, name).addEventListener("change", () => {
      const choice = /** @type {HTMLInputElement | null} */ (form.querySelector(`[name="record"][value="${name}"]`));
      if (choice) choice.checked = true;
    });
  }
}

/** @param {readonly string[]} problems */
function showProblems(problems) {
  const summary = one(document, "#verifier-problems");
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (summary.querySelectorAll("[data-problem]"))) {
    item.hidden = !problems.includes(item.dataset.problem ?? "");
  }
  summary.hidden = !problems.length;
  if (problems.length) summary.focus();
}

/**
 * @param {() => Worker} start
 * @param {import("../worker.js").Job} job
 */
async function verifyAsked(start, job) {
  showOnly("progress");
  showProgress({ entries: 0, size: 0, judged: 0, ballots: 0 });
  const place = one(document, "#verifier-report");
  showAnswer(place, await runVerification(start, job, showProgress));
  showOnly("report");
  place.focus();
}

/**
 * @param {HTMLElement} place
 * @param {Answer} answer
 */
function showAnswer(place, answer) {
  if (answer.kind === "done") {
    showReport(place, answer.verification);
    offer(/** @type {HTMLAnchorElement} */ (one(place, "[data-download]")), reportOctets(answer.verification.report));
  } else if (answer.kind === "unusable" || answer.kind === "unreadable") {
    showTrouble(place, answer.kind, `${answer.name}: ${answer.message}`);
  } else if (answer.kind === "trouble") {
    showTrouble(place, "trouble", answer.message);
  }
}

/**
 * @param {HTMLAnchorElement} link
 * @param {Uint8Array} octets
 */
function offer(link, octets) {
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([/** @type {any} */ (octets)], { type: "application/json" }));
}

/** @param {Progress} progress */
function showProgress({ entries, size, judged, ballots }) {
  const bar = /** @type {HTMLProgressElement} */ (one(document, "#verifier-progress progress"));
  bar.max = Math.max(1, size + ballots);
  if (size) bar.value = entries + judged;
  else bar.removeAttribute("value");
  one(document, "[data-entries]").textContent = `${entries} / ${size}`;
  one(document, "[data-judged]").textContent = `${judged} / ${ballots}`;
}

/** @param {"form" | "progress" | "report"} state */
function showOnly(state) {
  for (const name of ["form", "progress", "report"]) one(document, `#verifier-${name}`).hidden = name !== state;
}
