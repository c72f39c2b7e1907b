// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the pages for registration say when the server refuses, and how long it asks them to wait. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { numberOf } from "../../voting/static/voting/booth/ui/register/confirming.js";
import { inWords, post, secondsOf } from "../../voting/static/voting/booth/ui/register/sending.js";

for (const [header, seconds] of /** @type {[string | null, number][]} */ ([
  ["1", 1], ["600", 600], ["3600", 3600], ["999999999", 3600],
  [null, 0], ["", 0], ["-1", 0], ["1.5", 0], ["1e9", 0], ["9999999999", 0], ["Sat, 28 Nov 2026 16:00:00 GMT", 0], ["0x10", 0],
])) {
  test(`Retry-After: ${header} is ${seconds} seconds`, () => {
    assert.equal(secondsOf(header), seconds);
  });
}

for (const [seconds, words] of /** @type {[number, string][]} */ ([
  [1, "Wait 1 minute,"], [60, "Wait 1 minute,"], [61, "Wait 2 minutes,"], [3600, "Wait 60 minutes,"], [0, "Wait 60 minutes,"],
])) {
  test(`who asked too often and must wait ${seconds} seconds reads “${words}”`, () => {
    assert.ok(inWords("too-many-requests", seconds).includes(words));
  });
}

for (const [typed, number] of [
  ["A3F0 91BC", "a3f091bc"], ["a3f0-91bc", "a3f091bc"], [" a3fo 91bc ", "a3f091bc"],
  ["", ""], ["A3F0 91B", ""], ["A3F0 91BC 1", ""], ["G3F0 91BC", ""], ["%3F0 91BC", ""],
]) {
  test(`the number “${typed}” is read as “${number}”`, () => {
    assert.equal(numberOf(typed), number);
  });
}

test("the wait that the server asks for reaches the page", async (t) => {
  const root = /** @type {HTMLElement} */ (/** @type {unknown} */ ({ dataset: { slug: "spring", csrf: "" } }));
  const body = JSON.stringify({ code: "too-many-requests" });
  t.mock.method(globalThis, "fetch", async () => new Response(body, { status: 429, headers: { "Retry-After": "1800" } }));
  const answer = await post(root, "by-email");
  assert.deepEqual([answer.ok, answer.code, answer.wait], [false, "too-many-requests", 1800]);
});
