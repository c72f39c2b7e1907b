// SPDX-License-Identifier: AGPL-3.0-or-later
/** A board that grows while it is read replaces partial bundles by full ones (docs/spec/board.md, "Tiles"). */
import assert from "node:assert/strict";
import { test } from "node:test";

import { startWalk } from "../../voting/static/voting/verifier/checks/walk.js";
import { Refusal } from "../../voting/static/voting/verifier/errors.js";
import { vectors } from "./verifier_support.mjs";

const { proof } = vectors("transparency_log");
const note = new TextEncoder().encode(proof.proof.slice(proof.proof.indexOf("\n\n") + 2));
const full = new Uint8Array(Array.from({ length: 256 }, (_, index) => [0, 1, index]).flat());

/** A walk over a source that has these resources. */
const walk = (/** @type {Record<string, Uint8Array>} */ resources) => startWalk({
  /** @param {string} path */
  read: async (path) => {
    if (!(path in resources)) throw new Refusal("source", "NotFound", `no ${path}`);
    return resources[path];
  },
}, /** @type {any} */ (null));

test("the full bundle is read where the partial one is gone, and as much of it as the checkpoint covers", async () => {
  const found = await (await walk({ checkpoint: note, "tile/entries/000": full })).readBundle(0, 15);
  assert.deepEqual(found.map((entry) => entry[0]), Array.from({ length: 15 }, (_, index) => index));
});

test("a board that has neither is refused", async () => {
  const started = await walk({ checkpoint: note });
  await assert.rejects(started.readBundle(0, 15), { name: "NotFound" });
  await assert.rejects(started.readBundle(0, 256), { name: "NotFound" });
});
