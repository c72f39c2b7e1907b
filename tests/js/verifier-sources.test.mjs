// SPDX-License-Identifier: AGPL-3.0-or-later
/** Where a board is read from: archives that lie, folders, and servers that answer with something else. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { crc32 } from "../../voting/static/voting/verifier/hash/crc32.js";
import { folderSource } from "../../voting/static/voting/verifier/sources/folder.js";
import { webSource } from "../../voting/static/voting/verifier/sources/web.js";
import { zipSource } from "../../voting/static/voting/verifier/sources/zip.js";
import { Refusal } from "../../voting/static/voting/verifier/errors.js";
import { vectors } from "./verifier_support.mjs";

const utf8 = (text) => new TextEncoder().encode(text);
const text = async (promise) => new TextDecoder().decode(await promise);

async function refusesLater(promise, name) {
  await assert.rejects(promise, (error) => error instanceof Refusal && error.name === name);
}

const archive = ({ archive: octets }) => new Blob([Buffer.from(octets, "hex")]);
const { archives } = vectors("archives");

for (const found of archives.filter(({ refused }) => !refused)) {
  test(`archive is read: ${found.name}`, async () => {
    const source = await zipSource(archive(found));
    for (const [path, octets] of Object.entries(found.members)) {
      assert.equal(Buffer.from(await source.read(path, 9)).toString("hex"), octets);
      await refusesLater(source.read(path, octets.length / 2 - 1), "ResourceTooLarge");
    }
    await refusesLater(source.read(`blob/${"00".repeat(32)}`, 9), "NotFound");
  });
}

for (const found of archives.filter(({ refused }) => refused === "opened")) {
  test(`archive is refused: ${found.name}`, () => refusesLater(zipSource(archive(found)), "UnsafeArchive"));
}

for (const found of archives.filter(({ refused }) => refused === "read")) {
  test(`member is refused: ${found.name}`, async () => {
    const source = await zipSource(archive(found));
    await refusesLater(source.read(found.path, 9), "UnsafeArchive");
  });
}

test("the checksum is that of ISO 3309", () => assert.equal(crc32(utf8("123456789")), 0xcbf43926));

test("a folder gives its files up to the limit", async () => {
  const source = folderSource([{ path: "checkpoint", blob: new Blob(["head"]) }]);
  assert.equal(await text(source.read("checkpoint", 4)), "head");
  await refusesLater(source.read("checkpoint", 3), "ResourceTooLarge");
  await refusesLater(source.read("log.vkey", 3), "NotFound");
});

test("a file that cannot be read concludes nothing", async () => {
  const blob = { size: 1, arrayBuffer: () => Promise.reject(new Error("gone")) };
  await refusesLater(folderSource([{ path: "a", blob }]).read("a", 9), "SourceUnavailable");
});

const answering = (status, body) => webSource("https://vote.example/board/x", async () => new Response(body, { status }));

test("a server's answer is read up to the limit", async () => {
  assert.equal(await text(answering(200, "head").read("checkpoint", 4)), "head");
  await refusesLater(answering(200, "head").read("checkpoint", 3), "ResourceTooLarge");
  for (const status of [404, 410]) await refusesLater(answering(status, "").read("checkpoint", 9), "NotFound");
  for (const status of [500, 403, 206]) await refusesLater(answering(status, "").read("checkpoint", 9), "SourceUnavailable");
});

test("an answer that breaks off concludes nothing", async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error("broken")) });
  await refusesLater(answering(200, body).read("checkpoint", 9), "SourceUnavailable");
  await refusesLater(webSource("https://x", () => Promise.reject(new TypeError("no network"))).read("checkpoint", 9), "SourceUnavailable");
});

test("what is asked is the path below the address, without credentials and without following", async () => {
  const asked = [];
  const source = webSource("https://vote.example/board/x", async (...request) => {
    asked.push(request);
    return new Response("");
  });
  await source.read("tile/entries/000.p/3", 9);
  assert.deepEqual(asked, [["https://vote.example/board/x/tile/entries/000.p/3", { credentials: "omit", redirect: "error" }]]);
});
