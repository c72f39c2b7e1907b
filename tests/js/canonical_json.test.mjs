// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";

import { encode, parse } from "../../voting/static/voting/booth/codec/canonical.js";
import { fromHex, toHex } from "../../voting/static/voting/booth/octets.js";
import { refuses, vectors } from "./support.mjs";

const { accepted, refused } = vectors("canonical_json");
const LIMIT = 65_536;

for (const { name, hex } of accepted) {
  test(`canonical: ${name}`, () => assert.equal(toHex(encode(parse(fromHex(hex), LIMIT))), hex));
}

for (const { name, hex, error, limit = LIMIT } of refused.filter((row) => row.error !== "InputTooLarge")) {
  test(`refused: ${name}`, () => refuses(() => parse(fromHex(hex), Math.max(limit, hex.length / 2)), error));
}

test("one octet too many is refused before anything else is looked at", () => {
  refuses(() => parse(fromHex("ffff"), 1), "InputTooLarge");
});

for (const [name, value, error] of [
  ["null", null, "ForbiddenValue"],
  ["undefined", undefined, "ForbiddenValue"],
  ["a big integer", 1n, "ForbiddenValue"],
  ["a function", () => 1, "ForbiddenValue"],
  ["a date", new Date(0), "ForbiddenValue"],
  ["a map", new Map(), "ForbiddenValue"],
  ["octets", new Uint8Array(2), "ForbiddenValue"],
  ["a hole in an array", [1, , 2], "ForbiddenValue"], // eslint-disable-line no-sparse-arrays
  ["a fraction", 0.5, "ForbiddenNumber"],
  ["NaN", NaN, "ForbiddenNumber"],
  ["an infinity", Infinity, "ForbiddenNumber"],
  ["an integer that is not exact", 2 ** 53, "ForbiddenNumber"],
  ["an upper-case key", { A: 1 }, "ForbiddenKey"],
  ["a lone surrogate", "\ud800", "ForbiddenText"],
  ["text in form D", "e\u0301", "ForbiddenText"],
]) {
  test(`never written: ${name}`, () => refuses(() => encode(value), error));
}

test("a cycle is refused as too deep", () => {
  const value = [];
  value.push(value);
  refuses(() => encode(value), "TooDeep");
});

test("a parsed object has no prototype to fall back to", () => {
  const value = parse(new TextEncoder().encode('{"constructor":1}'), LIMIT);
  assert.equal(Object.getPrototypeOf(value), null);
  assert.equal(value.constructor, 1);
  assert.equal(value.toString, undefined);
});
