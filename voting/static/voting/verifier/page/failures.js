// SPDX-License-Identifier: AGPL-3.0-or-later
/** What failed, for people: one plain sentence for each check, with the evidence beneath. In English, as the checks are. */
import { make } from "./make.js";
import { MEANINGS } from "./meanings.js";
import { REASONS } from "./reasons.js";

/** @typedef {import("../checks/ledger.js").Finding} Finding */
/** @typedef {import("../checks/ledger.js").Failure} Failure */

/**
 * @param {readonly Finding[]} checks
 * @returns {Node[]} none where nothing failed
 */
export function failedChecks(checks) {
  const failed = checks.filter(({ status }) => status === "FAIL");
  return failed.length ? [make("h2", { text: "What failed" }), ...failed.map(failedCheck)] : [];
}

/** @param {Finding} finding */
function failedCheck({ id, statement, failed, failures }) {
  const block = make("div", { class: "check-failed" }, [
    make("h3", { text: `${id}: ${MEANINGS.get(id) ?? statement}` }),
    make("p", { class: "soft", text: `What was checked, and does not hold: “${statement}”` }),
    ...failures.map(evidenceOf),
  ]);
  if (failed > failures.length) block.append(make("p", { text: `… and ${failed - failures.length} more` }));
  return block;
}

/**
 * Expected is what must stand there: signed, named, brought, or following from the rest of the record. Found is what stands
 * there.
 * @param {Failure} failure
 */
function evidenceOf({ error, where, message, expected, computed }) {
  const rows = [
    ["What", REASONS.get(error) ?? "", "span"],
    ["Where", where, "span"],
    ["Expected", expected, "code"],
    ["Found", computed, "code"],
    ["In technical terms", `${error}: ${message}`, "span"],
  ];
  const groups = rows.filter(([, text]) => text).map(([name, text, tag]) => make("div", {}, [
    make("dt", { text: name }),
    make("dd", {}, [make(tag, { text })]),
  ]));
  const list = make("dl", { class: "check-evidence" }, groups);
  list.dataset.error = error;
  return list;
}
