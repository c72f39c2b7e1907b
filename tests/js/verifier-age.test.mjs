// SPDX-License-Identifier: AGPL-3.0-or-later
/** How old a board is: the same is said as in Python. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ageOf } from "../../voting/static/voting/verifier/checks/age.js";
import { readNote } from "../../voting/static/voting/verifier/log/note.js";
import { checkUnder, readPolicy } from "../../voting/static/voting/verifier/log/policy.js";
import { vectors } from "./verifier_support.mjs";

const utf8 = (text) => new TextEncoder().encode(text);

for (const { name, quorum, times, read, fact, stale } of vectors("ages").cases) {
  test(`age: ${name}`, () => {
    const words = new Map(times.map((time, index) => [{ name: `w${index}` }, BigInt(time)]));
    const isMet = (has) => [...words.keys()].filter(has).length >= quorum;
    const age = ageOf({ isMet, times: words }, read);
    assert.equal(age.fact, fact);
    assert.equal(age.warning.startsWith("StaleBoard: "), stale);
  });
}

test("under a policy, the times are those of its witnesses, and its groups must be met by them", () => {
  const { policy, note } = vectors("policies").opened.find(({ name }) => name === "two houses, signed by a, b, d");
  const { isMet, times } = checkUnder(readNote(utf8(note)), readPolicy(utf8(policy)));
  assert.deepEqual([...times.keys()].map(({ name }) => name), ["a.example", "b.example", "d.example"]);
  assert.deepEqual([...times.values()], [5n, 5n, 5n]);
  const named = (...names) => isMet(({ name }) => names.includes(name));
  assert.deepEqual([named("a.example", "b.example"), named("a.example", "b.example", "e.example"), named()], [false, true, false]);
  assert.equal(ageOf({ isMet, times }, 600).fact, "1970-01-01T00:00:05Z, 9 min before it was read");
});
