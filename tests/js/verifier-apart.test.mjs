// SPDX-License-Identifier: AGPL-3.0-or-later
/** The verifier stands apart: nothing of the booth in it, and no dependency. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const STATIC = new URL("../../voting/static/voting/", import.meta.url);
const TABLE = "codec/unicode14.js"; // of Unicode's, the same in both: tests/unit/board/test_codec_characters.py
const RUN = 8; // lines in a row; fewer are alike where both read the same fields of one specification

function modulesOf(name) {
  return readdirSync(new URL(`${name}/`, STATIC), { recursive: true })
    .filter((path) => path.endsWith(".js") && path !== TABLE)
    .map((path) => ({ path, source: readFileSync(new URL(`${name}/${path}`, STATIC), "utf8") }));
}

const verifier = modulesOf("verifier");

/** Every run of lines that do something, as one text each. */
function runsOf(source) {
  const lines = source.split("\n").map((line) => line.trim()).filter((line) => line.length > 3 && !/^(?:\/\/|\/?\*|import )/.test(line));
  return lines.slice(RUN - 1).map((_, index) => lines.slice(index, index + RUN).join("\n"));
}

test("there is a verifier", () => assert.ok(verifier.length > 50));

for (const { path, source } of verifier) {
  test(`imports only what stands beside it: ${path}`, () => {
    const depth = path.split("/").length - 1;
    for (const [, from] of source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
      assert.match(from, /^\.\.?\//);
      assert.ok(from.split("../").length - 1 <= depth, `${from} leads out of the verifier`);
    }
  });

  test(`stays small: ${path}`, () => assert.ok(source.split("\n").length < 400));
}

test("no passage of the booth stands in the verifier", () => {
  const booth = new Set(modulesOf("booth").flatMap(({ source }) => runsOf(source)));
  assert.ok(booth.size > 1000);
  assert.deepEqual(verifier.flatMap(({ source }) => runsOf(source)).filter((run) => booth.has(run)), []);
});
