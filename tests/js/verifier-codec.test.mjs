// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { decodeStandard, decodeUrl, encodeStandard, encodeUrl } from "../../voting/static/voting/verifier/codec/base64.js";
import { encode, parse } from "../../voting/static/voting/verifier/codec/canonical.js";
import { Fields, hexInteger } from "../../voting/static/voting/verifier/codec/fields.js";
import { coarse, readTime, timeText } from "../../voting/static/voting/verifier/codec/times.js";
import { sha256 } from "../../voting/static/voting/verifier/hash/sha256.js";
import { sha512 } from "../../voting/static/voting/verifier/hash/sha512.js";
import { shake256 } from "../../voting/static/voting/verifier/hash/shake256.js";
import { octets, refuses, valueOf, vectors } from "./verifier_support.mjs";

const canonical = vectors("canonical_json");

for (const { name, hex } of canonical.accepted) {
  test(`canonical JSON is read and written: ${name}`, () => {
    assert.deepEqual(encode(parse(octets(hex), 1 << 20)), octets(hex));
  });
}

for (const { name, hex, error } of canonical.refused) {
  const limit = error === "InputTooLarge" ? hex.length / 2 - 1 : 1 << 20;
  test(`canonical JSON is refused: ${name}`, () => refuses(() => parse(octets(hex), limit), error));
}

test("more octets than allowed are not looked at", () => refuses(() => parse(octets("7b7d"), 1), "InputTooLarge"));

test("ten thousand brackets are refused by name", () => {
  refuses(() => parse(new TextEncoder().encode("[".repeat(10_000)), 1 << 20), "TooDeep");
});

for (const [name, ours, theirs] of [
  ["SHA-256", sha256, (data) => createHash("sha256").update(data).digest()],
  ["SHA-512", sha512, (data) => createHash("sha512").update(data).digest()],
  ["SHAKE-256, 32 octets", (data) => shake256(data, 32), (data) => createHash("shake256", { outputLength: 32 }).update(data).digest()],
  ["SHAKE-256, 400 octets", (data) => shake256(data, 400), (data) => createHash("shake256", { outputLength: 400 }).update(data).digest()],
]) {
  test(`${name} is the platform's at every length around its blocks`, () => {
    for (let length = 0; length < 280; length += 1) {
      const data = Uint8Array.from({ length }, (_, index) => (index * 37 + length) % 256);
      assert.equal(Buffer.from(ours(data)).toString("hex"), theirs(data).toString("hex"));
    }
  });
}

test("a part of a larger buffer is hashed as what it is", () => {
  const data = Uint8Array.from({ length: 300 }, (_, index) => index % 256).subarray(7, 207);
  assert.equal(Buffer.from(sha256(data)).toString("hex"), createHash("sha256").update(data).digest("hex"));
});

test("every length of octets has one base64 and one base64url text, as the platform writes them", () => {
  for (let length = 0; length < 50; length += 1) {
    const data = Uint8Array.from({ length }, (_, index) => (index * 91 + 250) % 256);
    assert.equal(encodeStandard(data), Buffer.from(data).toString("base64"));
    assert.equal(encodeUrl(data), Buffer.from(data).toString("base64url"));
    assert.deepEqual(decodeStandard(encodeStandard(data)), data);
    assert.deepEqual(decodeUrl(encodeUrl(data), length), data);
  }
});

for (const [text, length, error] of [
  ["AAB", 2, "NotBase64"],
  ["AA=", 2, "NotBase64"],
  ["+/+/", 3, "NotBase64"],
  ["AA A", 3, "NotBase64"],
  ["AAé8", 3, "NotBase64"],
  ["AAAA", 2, "WrongLength"],
  ["AA", 2, "WrongLength"],
]) {
  test(`base64url is refused: ${text}`, () => refuses(() => decodeUrl(text, length), error));
}

for (const text of ["A", "AA", "AAA", "AAB=", "A A=", "_-_-", "AA==\n", "é", "=", "====", "A===", "AAAA=", "AA=A"]) {
  test(`base64 is refused: ${JSON.stringify(text)}`, () => refuses(() => decodeStandard(text), "NotBase64"));
}

test("a time is read, written, and made coarse", () => {
  assert.equal(timeText(readTime("2028-02-29T23:59:59Z")), "2028-02-29T23:59:59Z");
  assert.equal(timeText(coarse(readTime("2028-02-29T23:59:59Z"))), "2028-02-29T23:55:00Z");
});

for (const text of [
  "2026-11-22T21:45:00", "2026-11-22T21:45:00.0Z", "2026-11-22 21:45:00Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
  "2026-01-01T24:00:00Z", "0000-01-01T00:00:00Z", "2026-01-01T00:00:60Z", "2026-11-22T21:45:00Z\n", "",
]) {
  test(`time is refused: ${JSON.stringify(text)}`, () => refuses(() => readTime(text), "WrongForm"));
}

test("hexadecimal integers of any sign and size are read", () => {
  assert.deepEqual(["0", "1f", "-102"].map((text) => hexInteger(text, "x")), [0n, 31n, -258n]);
});

for (const text of ["", "-", "-0", "00", "0x1", "1F", "+1", " 1", "1\n", "1".repeat(4097)]) {
  test(`hexadecimal integer is refused: ${JSON.stringify(text.slice(0, 9))}`, () => refuses(() => hexInteger(text, "x"), "NotHexInteger"));
}

for (const [name, value, read, error] of [
  ["a missing field", {}, (fields) => fields.text("a"), "MissingField"],
  ["a name of the language", {}, (fields) => fields.text("constructor"), "MissingField"],
  ["an unknown field", { a: 1 }, (fields) => fields.done(), "UnknownField"],
  ["an array for an object", [], () => 0, "WrongType"],
  ["true for 1", { a: true }, (fields) => fields.integer("a", 0), "WrongType"],
  ["1 for true", { a: 1 }, (fields) => fields.boolean("a"), "WrongType"],
  ["an integer for text", { a: 1 }, (fields) => fields.text("a"), "WrongType"],
  ["an object for an array", { a: {} }, (fields) => fields.items("a"), "WrongType"],
  ["an integer below", { a: 0 }, (fields) => fields.integer("a", 1), "OutOfRange"],
  ["too many items", { a: [1, 2] }, (fields) => fields.items("a", { high: 1 }), "OutOfRange"],
  ["an empty text", { a: "" }, (fields) => fields.text("a"), "WrongLength"],
  ["a long text", { a: "xxx" }, (fields) => fields.text("a", { limit: 2 }), "WrongLength"],
  ["a short digest", { a: "00" }, (fields) => fields.digest("a"), "WrongLength"],
  ["a digest in upper case", { a: "A".repeat(64) }, (fields) => fields.digest("a"), "WrongForm"],
  ["no identifier", { a: "-a" }, (fields) => fields.identifier("a"), "WrongForm"],
  ["another constant", { a: "x" }, (fields) => fields.constant("a", "y"), "WrongForm"],
  ["a constant of another type", { a: "1" }, (fields) => fields.constant("a", 1), "WrongType"],
  ["another choice", { a: "x" }, (fields) => fields.choice("a", ["y"]), "WrongForm"],
  ["a number of another width", { a: "AAAB" }, (fields) => fields.number("a", 4), "WrongLength"],
]) {
  test(`field is refused: ${name}`, () => refuses(() => read(new Fields(valueOf(value), "f")), error));
}

test("a text is measured in code points", () => {
  assert.equal(new Fields(valueOf({ a: "🜁🜂" }), "f").text("a", { limit: 2 }), "🜁🜂");
});
