// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";

import { qrModules } from "../../voting/static/voting/booth/qr.js";
import { refuses, vectors } from "./support.mjs";

const { example, cases } = vectors("qr");

function rowsOf(text, mask) {
  return qrModules(text, mask).map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
}

test("a QR code is the other library's, module for module", () => assert.deepEqual(rowsOf("a", 0), example));

for (const { text, mask, size, rows_sha256: digest } of cases) {
  test(`${text.length} characters under mask ${mask} are the other library's`, () => {
    const rows = rowsOf(text, mask);
    assert.equal(rows.length, size);
    assert.equal(createHash("sha256").update(rows.join("\n")).digest("hex"), digest);
  });
}

test("without a mask, one of the eight is chosen", () => {
  const masks = Array.from({ length: 8 }, (_, mask) => rowsOf("a", mask).join());
  assert.ok(masks.includes(rowsOf("a").join()));
});

test("what does not fit the largest code is refused", () => refuses(() => qrModules("q".repeat(2332)), "TooLongForQr"));
