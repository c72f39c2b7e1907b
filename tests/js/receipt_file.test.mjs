// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";

import { LIMIT, readReceiptFile, writeReceiptFile } from "../../voting/static/voting/booth/receipt_file.js";
import { refuses } from "./support.mjs";

const ELECTION = "ab".repeat(32);
const KEPT = { election: ELECTION, tracker: "cd".repeat(32), ballot: "{}", entry: "{}", receipt: "a\nb\n" };

function changed(changes) {
  return JSON.stringify({ ...JSON.parse(writeReceiptFile(KEPT)), ...changes });
}

test("a receipt is read back as it was written", () => {
  assert.deepEqual(readReceiptFile(writeReceiptFile(KEPT), ELECTION), KEPT);
});

test("nothing else is written than what is asked for", () => {
  const written = JSON.parse(writeReceiptFile({ ...KEPT, selections: "secret" }));
  assert.deepEqual(Object.keys(written).sort(), ["ballot", "election", "entry", "format", "receipt", "tracker"]);
});

for (const [name, text] of Object.entries({
  nothing: "", "no JSON": "receipt", "no object": "[]", null: "null", "another format": changed({ format: "veritally/receipt/2" }),
  "no ballot": changed({ ballot: undefined }), "a number for an entry": changed({ entry: 7 }),
  "no tracker": changed({ tracker: "cd" }), "a path for a tracker": changed({ tracker: "../".repeat(21) + "x" }), "far too much": " ".repeat(LIMIT + 1),
})) {
  test(`${name} is no receipt`, () => refuses(() => readReceiptFile(text, ELECTION), "MalformedReceipt"));
}

test("a receipt of another election is refused", () => {
  refuses(() => readReceiptFile(writeReceiptFile(KEPT), "ef".repeat(32)), "ForeignRecord");
});
