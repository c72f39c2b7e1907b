// SPDX-License-Identifier: AGPL-3.0-or-later
/** The reader's own policy: the same files are read, refused and met as in Python. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { readNote } from "../../voting/static/voting/verifier/log/note.js";
import { checkUnder, readPolicy } from "../../voting/static/voting/verifier/log/policy.js";
import { octets, refuses, vectors } from "./verifier_support.mjs";

const { opened, refused } = vectors("policies");
const utf8 = (text) => new TextEncoder().encode(text);
const octetsOf = ({ hex, policy }) => (hex ? octets(hex) : utf8(policy));

for (const { name, note, error, ...file } of opened) {
  test(`under a policy: ${name}`, () => {
    const check = () => checkUnder(readNote(utf8(note)), readPolicy(octetsOf(file)));
    if (error) refuses(check, error);
    else check();
  });
}

for (const { name, error, ...file } of refused) {
  test(`policy is refused: ${name}`, () => refuses(() => readPolicy(octetsOf(file)), error));
}

test("64 of a kind are read", () => {
  const [{ policy }] = refused.filter(({ name }) => name === "65 lines of the kind group");
  const lines = policy.split("\n").filter((line) => !line.startsWith("group g64 "));
  assert.equal(readPolicy(utf8(lines.join("\n"))).groups.length, 64);
});

test("a policy too long is refused", () => refuses(() => readPolicy(utf8(`# ${"a".repeat(65_536)}\nquorum none\n`)), "MalformedPolicy"));

test("a refusal names its line", () => {
  assert.throws(() => readPolicy(utf8("\n# nothing\nquorum c\n")), { name: "UnknownInPolicy", message: /^line 3: / });
});
