// SPDX-License-Identifier: AGPL-3.0-or-later
/** Where a board is read from: archives that lie, folders, and servers that answer with something else. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";

import { crc32 } from "../../voting/static/voting/verifier/hash/crc32.js";
import { folderSource } from "../../voting/static/voting/verifier/sources/folder.js";
import { webSource } from "../../voting/static/voting/verifier/sources/web.js";
import { zipSource } from "../../voting/static/voting/verifier/sources/zip.js";
import { BallotChecks } from "../../voting/static/voting/verifier/checks/ballots.js";
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
  const [[address, { signal, ...options }]] = asked;
  assert.equal(address, "https://vote.example/board/x/tile/entries/000.p/3");
  assert.deepEqual(options, { credentials: "omit", redirect: "error" });
  assert.ok(!signal.aborted);
});

/** A server that sends `first` and then nothing; the socket stays open. */
async function silent(first) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => first && socket.write(first));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return server;
}

for (const [name, first] of [
  ["no word", ""],
  ["a status", "HTTP/1.1 200 OK\r\n"],
  ["the headers", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"],
  ["half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhead"],
]) {
  test(`a server that falls silent after ${name} is given up`, async () => {
    const server = await silent(first);
    const source = webSource(`http://127.0.0.1:${server.address().port}`, fetch, { silence: 30, whole: 60_000 });
    await refusesLater(source.read("checkpoint", 9), "SourceUnavailable");
    server.close();
  });
}

test("a server that goes on for ever, octet by octet, is given up", async () => {
  const drip = (signal) => new ReadableStream({
    start: (controller) => signal.addEventListener("abort", () => controller.error(signal.reason)),
    pull: async (controller) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (!signal.aborted) controller.enqueue(utf8("x"));
    },
  });
  const source = webSource("https://x", async (_, { signal }) => new Response(drip(signal)), { silence: 60_000, whole: 30 });
  await refusesLater(source.read("checkpoint", 1e9), "SourceUnavailable");
});

test("an answer that ended in time is not stopped later", async () => {
  let stopped = false;
  const get = async (_, { signal }) => {
    signal.addEventListener("abort", () => (stopped = true));
    return new Response("head");
  };
  await webSource("https://x", get, { silence: 5, whole: 5 }).read("checkpoint", 9);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(!stopped);
});

test("a cache that does not answer is not asked again, and one without some ballots is", async () => {
  for (const [family, times] of [["unavailable", 1], ["source", 3]]) {
    let asked = 0;
    const read = async () => {
      asked += 1;
      throw new Refusal(family, "Any", "not now");
    };
    const checks = Object.assign(Object.create(BallotChecks.prototype), { source: { read }, opened: { shape: { branches: 1, width: 1 } }, isCompact: false });
    for (let ballot = 0; ballot < 3; ballot += 1) assert.equal(await checks.commitments("5e".repeat(32)), null);
    assert.equal(asked, times);
  }
});
