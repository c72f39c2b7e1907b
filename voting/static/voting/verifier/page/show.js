// SPDX-License-Identifier: AGPL-3.0-or-later
/** Shows a report: the verdict, what failed, the facts, the result where it is verified, and every check. */
import { CATEGORIES } from "../checks/list.js";
import { plain } from "../checks/ledger.js";
import { failedChecks } from "./failures.js";
import { make, one } from "./make.js";

/** @typedef {import("../checks/ledger.js").Finding} Finding */
/** @typedef {import("../checks/ledger.js").Report} Report */
/** @typedef {import("../checks/verify.js").Answer} Answer */
/** @typedef {import("../checks/verify.js").Verification} Verification */
/** One run: the name of the record, a file's or an address, and when it began. */
/** @typedef {{ record: string, begun: Date }} Run */

const PILLS = { PASS: "pill pill-good", FAIL: "pill pill-bad", "NOT-RUN": "pill pill-care" };

/**
 * @param {HTMLElement} place the part of the page for the report
 * @param {Verification} verification
 */
export function showReport(place, { report, answers }) {
  showVerdict(place, report.verdict);
  one(place, "[data-remarks]").replaceChildren(...remarks(report.checks));
  showFailed(place, [...failedChecks(report.checks), ...(report.exhibits ?? []).flatMap(exhibit)]);
  showFacts(one(place, "[data-facts]"), report.facts);
  const results = one(place, "[data-results]");
  results.hidden = report.verdict !== "verified" || !answers.length;
  one(results, "[data-answers]").replaceChildren(...answers.map((answer) => answerTable(answer, results.dataset)));
  one(place, "[data-checks]").replaceChildren(...categories(report.checks));
  one(place, "[data-details]").hidden = false;
}

/**
 * Which record was read, and when: whatever was found.
 * @param {HTMLElement} place
 * @param {Run} run
 */
export function showRun(place, { record, begun }) {
  one(place, "[data-run=record]").textContent = plain(record);
  one(place, "[data-run=begun]").textContent = `${begun.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/**
 * A board that could not be read, or a program that stopped: nothing was found out.
 * @param {HTMLElement} place
 * @param {"unusable" | "unreadable" | "trouble"} verdict
 * @param {string} message
 */
export function showTrouble(place, verdict, message) {
  showVerdict(place, verdict);
  one(place, `[data-verdict="${verdict}"] [data-message]`).textContent = message;
  one(place, "[data-remarks]").replaceChildren();
  showFailed(place, []);
  one(place, "[data-details]").hidden = true;
}

/**
 * @param {HTMLElement} place
 * @param {string} verdict
 */
function showVerdict(place, verdict) {
  for (const notice of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-verdict]"))) {
    notice.hidden = notice.dataset.verdict !== verdict;
  }
}

/**
 * @param {HTMLElement} place
 * @param {readonly Node[]} parts
 */
function showFailed(place, parts) {
  const section = one(place, "[data-failed]");
  section.replaceChildren(...parts);
  section.hidden = !parts.length;
}

/**
 * What a reader of the verdict must know: every note beside a check that passed.
 * @param {readonly Finding[]} checks
 */
function remarks(checks) {
  const noted = checks.filter(({ status, note }) => status === "PASS" && note);
  return noted.map(({ id, note }) => make("p", { class: "notice notice-care", text: `${id}: ${note}` }));
}

/**
 * @param {HTMLElement} list
 * @param {Record<string, string>} facts
 */
function showFacts(list, facts) {
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-fact]"))) {
    const fact = facts[row.dataset.fact ?? ""];
    row.hidden = fact === undefined;
    one(row, "dd").textContent = fact ?? "";
  }
}

/**
 * @param {Answer} answer
 * @param {DOMStringMap} words
 */
function answerTable({ question, rows }, words) {
  const lines = rows.map(({ label, total, isWinner, isTied, isExtra }) => {
    const mark = isWinner ? words.winner : isTied ? words.tied : "";
    const name = make("th", { text: isExtra && label === "blank" ? words.blank : label });
    name.setAttribute("scope", "row");
    return make("tr", {}, [name, make("td", { class: "number", text: String(total) }), make("td", { text: mark })]);
  });
  const frame = make("div", { class: "table-frame" }, [
    make("table", { class: "table" }, [make("caption", { text: question }), make("tbody", {}, lines)]),
  ]);
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", question);
  return frame;
}

/**
 * @param {readonly Finding[]} checks
 * @returns {Node[]}
 */
function categories(checks) {
  return [...CATEGORIES].flatMap(([letter, title]) => [
    make("h3", { text: `${letter}. ${title}` }),
    make("ol", { class: "checks" }, checks.filter(({ id }) => id.startsWith(letter)).map(checkRow)),
  ]);
}

/**
 * Evidence as it stands.
 * @param {import("../checks/ledger.js").Exhibit} exhibit
 */
function exhibit({ name, lines }) {
  const text = make("pre", { class: "command", text: lines.join("\n") });
  text.tabIndex = 0;
  text.dir = "ltr";
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", name);
  return [make("h3", { text: name }), text];
}

/** @param {Finding} finding */
function checkRow({ id, statement, status, note }) {
  const head = make("p", { class: "check-head" }, [
    make("span", { class: "check-id", text: id }),
    make("span", { class: "check-statement", text: statement }),
    make("strong", { class: PILLS[status], text: status }),
  ]);
  const row = make("li", {}, [head]);
  row.id = `check-${id}`;
  if (note) row.append(make("p", { class: "check-note", text: note }));
  return row;
}
