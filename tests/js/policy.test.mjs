// SPDX-License-Identifier: AGPL-3.0-or-later
/** Policies in the booth: the same files are read, refused and met as in Python and in the verifier. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { openCheckpoint } from "../../voting/static/voting/booth/board/checkpoint.js";
import { LIMIT, policyOf, policyText, readPolicy } from "../../voting/static/voting/booth/board/policy.js";
import { readVerifierKey } from "../../voting/static/voting/booth/board/verifier_keys.js";
import { utf8 } from "../../voting/static/voting/booth/octets.js";
import { refusesLater, vectors } from "./support.mjs";

const { manifests, opened, refused } = vectors("policies");
const octetsOf = ({ hex, policy }) => (hex ? new Uint8Array(Buffer.from(hex, "hex")) : utf8(policy));

for (const { name, note, error, ...file } of opened) {
  test(`under a policy: ${name}`, async () => {
    const checked = openCheckpoint(utf8(note), await readPolicy(octetsOf(file)));
    if (error) await refusesLater(checked, error);
    else assert.equal((await checked).size, 7);
  });
}

for (const { name, error, ...file } of refused) {
  test(`policy is refused: ${name}`, () => refusesLater(readPolicy(octetsOf(file)), error));
}

for (const { name, board, policy } of manifests) {
  test(`the policy of a manifest: ${name}`, async () => {
    const witnesses = await Promise.all(board.witnesses.map(readVerifierKey));
    const keys = { log: await readVerifierKey(board.log), witnesses, quorum: board.quorum };
    assert.equal(policyText(keys), policy);
    assert.deepEqual(await policyOf(keys), await readPolicy(utf8(policy)));
  });
}

test("64 of a kind are read", async () => {
  const [{ policy }] = refused.filter(({ name }) => name === "65 lines of the kind group");
  const lines = policy.split("\n").filter((line) => !line.startsWith("group g64 "));
  assert.equal((await readPolicy(utf8(lines.join("\n")))).groups.length, 64);
});

test("a policy too long is refused", () => refusesLater(readPolicy(utf8(`# ${"a".repeat(LIMIT)}\nquorum none\n`)), "MalformedPolicy"));
