// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a hostile record may write into a report: bounded, readable, and canonical again. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Ledger, plain, reportOctets } from "../../voting/static/voting/verifier/checks/ledger.js";
import { parse } from "../../voting/static/voting/verifier/codec/canonical.js";
import { Refusal } from "../../voting/static/voting/verifier/errors.js";

const LONG = "x".repeat(199) + "\u{1f600}".repeat(1_000);

test("what no record may hold is written as an escape", () => {
  assert.equal(plain("a\u001b\u202e\ud800 e\u0301 \u0378 \u{105d2}"), "a\\u001b\\u202e\\ud800 é \\u0378 \\u{105d2}");
});

test("messages and evidence are bounded, and the report is canonical", () => {
  const ledger = new Ledger();
  ledger.fail("A.1", new Refusal("codec", "UnknownField", `record.${"k".repeat(1_000_000)}`, { expected: LONG, computed: `y${LONG}` }));
  const report = ledger.report([["election", "\u{105d2}\u0307"]]);
  const [{ message, expected, computed }] = report.checks[0].failures;
  assert.deepEqual([[...message].length, [...expected].length, [...computed].length], [401, 201, 201]);
  assert.ok(parse(reportOctets(report), 1 << 20));
});

test("what fits is not cut", () => {
  const ledger = new Ledger();
  ledger.fail("A.1", new Refusal("codec", "UnknownField", "short", { expected: "\u{1f600}".repeat(200), computed: "x".repeat(200) }));
  const [{ message, expected, computed }] = ledger.report([]).checks[0].failures;
  assert.deepEqual([message, [...expected].length, computed.length], ["short", 200, 200]);
});
