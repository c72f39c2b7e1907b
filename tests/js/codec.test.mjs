// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBase64, fromBase64url, toBase64, toBase64url } from "../../voting/static/voting/booth/codec/base64.js";
import { Fields } from "../../voting/static/voting/booth/codec/fields.js";
import { hexInteger } from "../../voting/static/voting/booth/codec/hex_integers.js";
import { readTime, writeTime } from "../../voting/static/voting/booth/codec/times.js";
import { fromHex, fromInteger, toInteger } from "../../voting/static/voting/booth/octets.js";
import { refuses } from "./support.mjs";

test("every length of octets has one base64 and one base64url text, as the platform writes them", () => {
  for (let length = 0; length < 50; length += 1) {
    const octets = Uint8Array.from({ length }, (_, index) => (index * 37 + 251) % 256);
    assert.equal(toBase64(octets), Buffer.from(octets).toString("base64"));
    assert.equal(toBase64url(octets), Buffer.from(octets).toString("base64url"));
    assert.deepEqual(fromBase64(toBase64(octets)), octets);
    assert.deepEqual(fromBase64url(toBase64url(octets), length), octets);
  }
});

for (const [name, text, length, error] of [
  ["slack bits", "AAB", 2, "NotBase64"],
  ["padding", "AA==", 3, "NotBase64"],
  ["the standard alphabet", "+/+/", 3, "NotBase64"],
  ["white space", "AA A", 3, "NotBase64"],
  ["letters beyond ASCII", "AAé8", 3, "NotBase64"],
  ["one character too many", "AAAA", 2, "WrongLength"],
  ["one character too few", "AA", 2, "WrongLength"],
]) {
  test(`base64url is refused: ${name}`, () => refuses(() => fromBase64url(text, length), error));
}

for (const text of ["AAA", "AAB=", "A A=", "_-_-", "AA==\n", "é"]) {
  test(`base64 is refused: ${JSON.stringify(text)}`, () => refuses(() => fromBase64(text), "NotBase64"));
}

test("hexadecimal integers of any sign and size are read", () => {
  assert.deepEqual(["0", "1f", "-102", "1".padEnd(4096, "0")].map(hexInteger), [0n, 31n, -258n, 16n ** 4095n]);
});

for (const text of ["", "-", "-0", "00", "0x1", "1F", "+1", " 1", "1\n", "1".repeat(4097)]) {
  test(`hexadecimal integer is refused: ${JSON.stringify(text.slice(0, 9))}`, () => {
    refuses(() => hexInteger(text), "NotHexInteger");
  });
}

test("a time is read and written", () => {
  assert.equal(readTime("1970-01-02T00:00:01Z"), 86_401_000);
  assert.equal(writeTime(86_401_000), "1970-01-02T00:00:01Z");
  assert.equal(writeTime(readTime("2028-02-29T23:59:59Z")), "2028-02-29T23:59:59Z");
});

for (const text of [
  "2026-11-22T21:45:00", "2026-11-22T21:45:00+00:00", "2026-11-22T21:45:00.0Z", "2026-11-22 21:45:00Z",
  "2026-02-30T00:00:00Z", "2027-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
  "0000-01-01T00:00:00Z", "2026-01-01T00:00:60Z", "2026-11-22T21:45:00Z\n", "٢026-11-22T21:45:00Z",
]) {
  test(`time is refused: ${JSON.stringify(text)}`, () => refuses(() => readTime(text), "WrongForm"));
}

const digest = "0".repeat(64);
for (const [name, value, read, error] of [
  ["a missing field", {}, (f) => f.text("a"), "MissingField"],
  ["a field of the prototype", {}, (f) => f.text("constructor"), "MissingField"],
  ["an unknown field", { a: 1 }, (f) => f.done(), "UnknownField"],
  ["an array for an object", [], () => 0, "WrongType"],
  ["text for an object", "x", () => 0, "WrongType"],
  ["true for 1", { a: true }, (f) => f.integer("a", 0), "WrongType"],
  ["1 for true", { a: 1 }, (f) => f.boolean("a"), "WrongType"],
  ["an integer for text", { a: 1 }, (f) => f.text("a"), "WrongType"],
  ["text for an array", { a: "x" }, (f) => f.items("a"), "WrongType"],
  ["an object for an array", { a: {} }, (f) => f.items("a"), "WrongType"],
  ["an integer below the range", { a: 0 }, (f) => f.integer("a", 1), "OutOfRange"],
  ["an integer above the range", { a: 3 }, (f) => f.integer("a", 1, 2), "OutOfRange"],
  ["too many items", { a: [1, 2] }, (f) => f.items("a", { high: 1 }), "OutOfRange"],
  ["too few items", { a: [] }, (f) => f.items("a", { low: 1 }), "OutOfRange"],
  ["an empty text", { a: "" }, (f) => f.text("a"), "WrongLength"],
  ["a long text", { a: "xxx" }, (f) => f.text("a", { limit: 2 }), "WrongLength"],
  ["a short digest", { a: "00" }, (f) => f.digest("a"), "WrongLength"],
  ["an upper-case digest", { a: digest.replace("0", "A") }, (f) => f.digest("a"), "WrongForm"],
  ["no identifier", { a: "A" }, (f) => f.identifier("a"), "WrongForm"],
  ["an identifier of 65", { a: "a".repeat(65) }, (f) => f.identifier("a"), "WrongForm"],
  ["another constant", { a: 2 }, (f) => f.constant("a", 1), "WrongForm"],
  ["a constant of another type", { a: "1" }, (f) => f.constant("a", 1), "WrongType"],
  ["octets of another length", { a: "AAAA" }, (f) => f.octets("a", 2), "WrongLength"],
  ["an array of too few strings", { a: ["AA"] }, (f) => f.octetRows("a", [1, 1]), "OutOfRange"],
]) {
  test(`field is refused: ${name}`, () => refuses(() => read(new Fields(value, "x")), error));
}

test("a refusal names the path of the field", () => {
  const fields = new Fields({ rows: [{ a: "AAB" }] }, "x");
  assert.throws(() => fields.objects("rows")[0].octets("a", 2), /^NotBase64: x\.rows\[0\]\.a: /);
});

test("the limit of a text counts characters, not units", () => {
  assert.equal(new Fields({ a: "𝄞𝄞" }, "x").text("a", { limit: 2 }), "𝄞𝄞");
});

test("integers keep their width", () => {
  assert.deepEqual(fromInteger(258n, 4), fromHex("00000102"));
  assert.equal(toInteger(fromHex("00000102")), 258n);
  assert.equal(toInteger(new Uint8Array(0)), 0n);
});

for (const [integer, width] of [[256n, 1], [-1n, 4], [1n, 0]]) {
  test(`${integer} does not fit ${width} octets`, () => refuses(() => fromInteger(integer, width), "OutOfRange"));
}

for (const text of ["0", "0g", "AA", "0x00", " 00"]) {
  test(`no octets: ${JSON.stringify(text)}`, () => refuses(() => fromHex(text), "NotHex"));
}
