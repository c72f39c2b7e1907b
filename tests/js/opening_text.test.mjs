// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";

import { toBase64url } from "../../voting/static/voting/booth/codec/base64.js";
import { readOpening, writeOpening } from "../../voting/static/voting/booth/opening_text.js";
import { refuses } from "./support.mjs";

const CONTESTS = [
  { id: "mayor", options: [{ id: "ada" }, { id: "bo" }] },
  { id: "fund", options: [{ id: "music" }, { id: "sport" }, { id: "chess" }] },
];
const OPENING = {
  seed: new Uint8Array(32).fill(7), tracker: "ab".repeat(32), credential: "ef".repeat(32), supersedes: "cd".repeat(32),
  selections: { mayor: { bo: 1 }, fund: { music: 300, chess: 9_007_199_254_740_991 } },
};

function octets(amounts, version = 2) {
  return toBase64url(new Uint8Array([version, ...Array(128).fill(1), ...amounts]));
}

test("an opening is read back as it was written", () => {
  assert.deepEqual(readOpening(writeOpening(OPENING, CONTESTS), CONTESTS), OPENING);
});

test("a first ballot supersedes none, and a blank one chooses nothing", () => {
  const blank = { ...OPENING, supersedes: "", selections: { mayor: {}, fund: {} } };
  assert.deepEqual(readOpening(writeOpening(blank, CONTESTS), CONTESTS), blank);
});

test("it stays short enough for a camera", () => {
  const contests = [{ id: "q", options: Array.from({ length: 60 }, (_, index) => ({ id: `o${index}` })) }];
  assert.ok(writeOpening({ ...OPENING, selections: {} }, contests).length < 300);
});

for (const [name, text] of Object.entries({
  nothing: "", "no base64url": "!!!!", "another version": octets([0, 0, 0, 0, 0], 1), "too short": toBase64url(new Uint8Array(50).fill(1)),
  "an amount too few": octets([0, 0, 0, 0]), "an amount too many": octets([0, 0, 0, 0, 0, 0]),
  "a second spelling of a number": octets([0x80, 0, 0, 0, 0, 0]), "the middle of a number": octets([0, 0, 0, 0, 0x80]),
  "a number that is too large": octets([0, 0, 0, 0, ...Array(9).fill(0xff), 1]), "far too much": "A".repeat(100_001),
})) {
  test(`${name} is no opening`, () => refuses(() => readOpening(text, CONTESTS), "MalformedOpening"));
}

test("an opening for other questions is refused", () => {
  refuses(() => readOpening(writeOpening(OPENING, CONTESTS), CONTESTS.slice(1)), "MalformedOpening");
});
