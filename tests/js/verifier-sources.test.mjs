// SPDX-License-Identifier: AGPL-3.0-or-later
/** Where a board is read from: archives that lie, folders, and servers that answer with something else. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { crc32 } from "../../voting/static/voting/verifier/hash/crc32.js";
import { folderSource } from "../../voting/static/voting/verifier/sources/folder.js";
import { webSource } from "../../voting/static/voting/verifier/sources/web.js";
import { zipSource } from "../../voting/static/voting/verifier/sources/zip.js";
import { Refusal } from "../../voting/static/voting/verifier/errors.js";

const utf8 = (text) => new TextEncoder().encode(text);
const text = async (promise) => new TextDecoder().decode(await promise);

async function refusesLater(promise, name) {
  await assert.rejects(promise, (error) => error instanceof Refusal && error.name === name);
}

/** A ZIP archive of plain members; each may lie about itself. */
function archive(members, { tail = {}, between = 0 } = {}) {
  const parts = [];
  const directory = [];
  let place = 0;
  for (const { path, data = utf8(path), flags = 0, method = 0, packed = data.length, size = data.length, kind = 0o100644, crc = crc32(data), start = place, local = path } of members) {
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt32LE(crc, 14);
    header.writeUInt16LE(local.length, 26);
    parts.push(header, utf8(local), data, Buffer.alloc(between));
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc, 16);
    entry.writeUInt32LE(packed, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(path.length, 28);
    entry.writeUInt32LE((kind << 16) >>> 0, 38);
    entry.writeUInt32LE(start, 42);
    directory.push(entry, Buffer.from(path, "latin1"));
    place += 30 + local.length + data.length + between;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(tail.count ?? members.length, 10);
  end.writeUInt32LE(tail.size ?? listed.length, 12);
  end.writeUInt32LE(tail.start ?? place, 16);
  return new Blob([...parts, listed, end]);
}

test("members of an archive are read, and what is not there is said", async () => {
  const source = await zipSource(archive([{ path: "checkpoint" }, { path: "blob/00", data: utf8("payload") }]));
  assert.equal(await text(source.read("blob/00", 7)), "payload");
  await refusesLater(source.read("blob/01", 7), "NotFound");
  await refusesLater(source.read("blob/00", 6), "ResourceTooLarge");
});

for (const [name, blob] of [
  ["no archive", new Blob(["PK"])],
  ["nothing", new Blob([])],
  ["a path that climbs out", archive([{ path: "../etc/passwd" }])],
  ["an absolute path", archive([{ path: "/etc/passwd" }])],
  ["a folder", archive([{ path: "blob/" }])],
  ["a path in capitals", archive([{ path: "README" }])],
  ["one path twice", archive([{ path: "a" }, { path: "a" }])],
  ["a link", archive([{ path: "a", kind: 0o120777 }])],
  ["an encrypted member", archive([{ path: "a", flags: 1 }])],
  ["a compressed member", archive([{ path: "a", method: 8 }])],
  ["a member that grows", archive([{ path: "a", size: 1 << 30 }])],
  ["members that overlap", archive([{ path: "a" }, { path: "b", start: 0 }])],
  ["a member beyond the end", archive([{ path: "a", start: 1 << 20 }])],
  ["fewer members than promised", archive([{ path: "a" }], { tail: { count: 2 } })],
  ["more members than promised", archive([{ path: "a" }, { path: "b" }], { tail: { count: 1 } })],
  ["a directory somewhere else", archive([{ path: "a" }], { tail: { start: 0 } })],
  ["a directory beyond the end", archive([{ path: "a" }], { tail: { size: 1 << 20 } })],
  ["large numbers without their place", archive([{ path: "a" }], { tail: { size: 0xffffffff } })],
  ["something behind it", new Blob([archive([{ path: "a" }]), "x"])],
]) {
  test(`archive is refused: ${name}`, () => refusesLater(zipSource(blob), "UnsafeArchive"));
}

for (const [name, member] of [
  ["another checksum", { path: "a", crc: 1 }],
  ["another name at its place", { path: "a", local: "b" }],
  ["a longer name at its place", { path: "a", local: "ab" }],
]) {
  test(`member is refused: ${name}`, async () => {
    const source = await zipSource(archive([member], { between: 9 }));
    await refusesLater(source.read("a", 99), "UnsafeArchive");
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
