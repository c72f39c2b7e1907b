// SPDX-License-Identifier: AGPL-3.0-or-later
/** Proofs that are made from the tiles of a board, and two boards that do not continue each other. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";

import { checkConsistency, checkInclusion, leafHash, nodeHash } from "../../voting/static/voting/booth/board/merkle.js";
import { checkPublished } from "../../voting/static/voting/booth/board/published.js";
import { policyOf } from "../../voting/static/voting/booth/board/policy.js";
import { tilePath, Tiles } from "../../voting/static/voting/booth/board/tiles.js";
import { readVerifierKey } from "../../voting/static/voting/booth/board/verifier_keys.js";
import { toBase64 } from "../../voting/static/voting/booth/codec/base64.js";
import { encode } from "../../voting/static/voting/booth/codec/canonical.js";
import { credentialOf } from "../../voting/static/voting/booth/credentials/derivation.js";
import { sign } from "../../voting/static/voting/booth/credentials/signatures.js";
import { fetchPublished } from "../../voting/static/voting/booth/engine/published.js";
import { concat, toHex, utf8 } from "../../voting/static/voting/booth/octets.js";
import { refusesLater, vectors } from "./support.mjs";

const ORIGIN = "vote.example/board/park";
const book = await credentialOf(new Uint8Array(32).fill(1));
const typed = concat(new Uint8Array([1]), book.publicKey);
const keyId = createHash("sha256").update(`${ORIGIN}\n`).update(typed).digest().subarray(0, 4);
const log = await readVerifierKey(`${ORIGIN}+${keyId.toString("hex")}+${toBase64(typed)}`);
const policy = await policyOf({ log, witnesses: [], quorum: 0 });

function entry(seq, type = "ballot", word = "") {
  const payload = createHash("sha256").update(`${word} ${seq}`).digest("hex");
  return encode({ v: 1, type, seq, prev: "00".repeat(32), time: "2026-11-22T21:45:00Z", payload_sha256: payload, payload_len: 1 });
}

const entries = (count, word) => Array.from({ length: count }, (_, seq) => entry(seq, "ballot", word));

/** RFC 6962, section 2.1, by its recursive definition. */
async function rootOf(hashes) {
  if (hashes.length === 1) return hashes[0];
  const middle = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  return nodeHash(await rootOf(hashes.slice(0, middle)), await rootOf(hashes.slice(middle)));
}

/** All files of a board, as the log would serve them under its newest head. */
async function boardOf(all) {
  const leaves = await Promise.all(all.map(leafHash));
  const files = new Map();
  for (let [row, hashes] = [0, leaves]; hashes.length > 0; row += 1) {
    const whole = [];
    for (let number = 0; number * 256 < hashes.length; number += 1) {
      const part = hashes.slice(number * 256, (number + 1) * 256);
      files.set(tilePath({ row, number, width: part.length }), concat(...part));
      if (part.length === 256) whole.push(await rootOf(part));
    }
    hashes = whole;
  }
  for (let number = 0; number * 256 < all.length; number += 1) {
    const part = all.slice(number * 256, (number + 1) * 256);
    files.set(tilePath({ row: "entries", number, width: part.length }), concat(...part.map((one) => concat(new Uint8Array([one.length >> 8, one.length & 255]), one))));
  }
  const root = leaves.length > 0 ? await rootOf(leaves) : new Uint8Array(32);
  const text = `${ORIGIN}\n${all.length}\n${toBase64(root)}\n`;
  const signed = toBase64(concat(keyId, await sign(book.privateKey, utf8(text))));
  files.set("checkpoint", utf8(`${text}\n— ${ORIGIN} ${signed}\n`));
  return { leaves, root, files, size: all.length, read: async (path) => files.get(path) };
}

/** A tlog-proof under a board's head; who compares two boards does not look at its hashes. */
function receiptUnder({ files }) {
  return `c2sp.org/tlog-proof@v1\nindex 0\n\n${new TextDecoder().decode(files.get("checkpoint"))}`;
}

function serving({ files }) {
  return { file: async (path) => files.get(path), fileIfThere: async (path) => files.get(path) };
}

for (const [path, level, index, width] of vectors("transparency_log").tile_paths) {
  const row = level ?? "entries";
  test(`the path ${path}`, () => assert.equal(tilePath({ row, number: index, width }), path));
}

const whole = await boardOf(entries(700, "true"));

for (const size of [1, 2, 255, 256, 257, 512, 513, 700]) {
  test(`every proof of a board of ${size} entries comes out of its tiles`, async () => {
    const { root, leaves, read } = await boardOf(entries(size, "true"));
    const tiles = new Tiles(size, read);
    for (const old of new Set([0, 1, Math.floor(size / 2), size - 1, size])) {
      const oldRoot = old ? await rootOf(leaves.slice(0, old)) : new Uint8Array(createHash("sha256").digest());
      await checkConsistency({ old, size, oldRoot, root, proof: await tiles.proveConsistency(old) });
    }
    for (const index of new Set([0, Math.floor(size / 2), size - 1])) {
      await checkInclusion({ index, size, leaf: leaves[index], proof: await tiles.proveInclusion(index), root });
    }
    const last = await tiles.entries(tiles.bundles - 1);
    assert.equal(toHex(last.at(-1)), toHex(entry(size - 1, "ballot", "true")));
    assert.equal(last.length, ((size - 1) % 256) + 1);
  });
}

test("a partial tile that has filled up is read from the full one", async () => {
  const { root, leaves, size } = await boardOf(entries(200, "true"));
  const tiles = new Tiles(size, whole.read);
  await checkConsistency({ old: 77, size, oldRoot: await rootOf(leaves.slice(0, 77)), root, proof: await tiles.proveConsistency(77) });
  assert.equal((await tiles.entries(0)).length, 200);
});

for (const [name, change] of [
  ["missing", () => undefined], ["cut", (octets) => octets.slice(1)], ["too short", (octets) => octets.slice(32)],
]) {
  test(`a tile that is ${name} proves nothing, and accuses nobody`, async () => {
    const read = async (path) => (path.startsWith("tile/0/002") ? change(whole.files.get("tile/0/002.p/188")) : whole.read(path));
    await refusesLater(new Tiles(700, read).proveConsistency(600), "BadAnswer");
  });
}

for (const [name, change] of [["cut off", (octets) => octets.slice(0, -1)], ["one entry short", (octets) => octets.slice(2 + entry(0, "ballot", "true").length)]]) {
  test(`a bundle that is ${name} is no answer`, async () => {
    const { files } = await boardOf(entries(3, "true"));
    await refusesLater(new Tiles(3, async (path) => change(files.get(path))).entries(0), "BadAnswer");
  });
}

async function judged(published, { seq = 0, word = "true", seen, isOver = false, waits = [] }) {
  const asked = { entry: new TextDecoder().decode(entry(seq, "ballot", word)), receipt: seen && receiptUnder(seen), isOver };
  return checkPublished(await fetchPublished(serving(published), asked, async (ms) => waits.push(ms)), policy);
}

test("a ballot that the published board has is on the board that everybody is shown", async () => {
  for (const seq of [0, 255, 256, 699]) {
    assert.deepEqual(await judged(whole, { seq }), { size: 700, root: toHex(whole.root), isClosed: false });
  }
});

test("the published board has to continue that of a saved receipt", async () => {
  for (const size of [1, 255, 256, 699, 700]) assert.equal((await judged(whole, { seen: await boardOf(entries(size, "true")) })).size, 700);
  const seen = await boardOf([...entries(9, "true"), entry(9, "ballot", "false")]);
  for (const size of [10, 11, 300]) await refusesLater(judged(await boardOf(entries(size, "true")), { seen }), "BoardForked");
});

test("a board that was made for one ballot is found out, whether the published one has grown or not", async () => {
  for (const size of [10, 11, 300]) await refusesLater(judged(await boardOf(entries(size, "true")), { seq: 9, word: "false" }), "BoardForked");
});

test("false tiles do not make two boards one", async () => {
  const published = await boardOf(entries(12, "true"));
  const leaves = [...published.leaves.slice(0, 9), await leafHash(entry(9, "ballot", "false")), ...published.leaves.slice(10)];
  const files = new Map([...published.files, ["tile/0/000.p/12", concat(...leaves)]]);
  for (const seq of [9, 8]) await refusesLater(judged({ ...published, files }, { seq, word: seq === 9 ? "false" : "true" }), "BoardForked");
});

test("a published board that is behind is asked for again, a few times, and accuses nobody", async () => {
  const behind = await boardOf(entries(9, "true"));
  for (const given of [{ seq: 9 }, { seen: whole }]) {
    const waits = [];
    await refusesLater(judged(behind, { ...given, waits }), "NotPublished");
    assert.deepEqual(waits, [1000, 2000, 4000]);
  }
  const files = new Map(whole.files);
  let asked = 0;
  files.get = (path) => (path === "checkpoint" && (asked += 1) < 3 ? behind : whole).files.get(path);
  const waits = [];
  assert.equal((await judged({ files }, { seq: 9, waits })).size, 700);
  assert.equal(waits.length, 2);
});

test("a published head that the log has not signed is refused", async () => {
  const files = new Map(whole.files);
  files.set("checkpoint", utf8(new TextDecoder().decode(files.get("checkpoint")).replace(toBase64(whole.root), toBase64(new Uint8Array(32)))));
  await refusesLater(judged({ ...whole, files }, {}), "BadSignature");
});

test("voting is over when the closing entry is on the published board, after the ballot", async () => {
  for (const [before, after] of [[3, 0], [250, 3], [250, 20], [256, 5]]) {
    const list = [...entries(before), entry(before, "close"), ...Array.from({ length: after }, (_, at) => entry(before + 1 + at, "share")), entry(before + 1 + after)];
    const board = await boardOf(list);
    assert.equal((await judged(board, { seq: before - 1, word: "", isOver: true })).isClosed, true);
    await refusesLater(judged(board, { seq: before + 1 + after, word: "", isOver: true }), "AfterClosing");
  }
  assert.equal((await judged(whole, { isOver: true })).isClosed, false);
});

test("an entry that is not in the published tree, or is of another type, closes nothing", async () => {
  const board = await boardOf([...entries(3), entry(3, "close")]);
  const { closing, ...shown } = await fetchPublished(serving(board), { entry: new TextDecoder().decode(entry(0)), isOver: true });
  const closed = (other) => checkPublished({ ...shown, closing: { proof: closing.proof, entry: other } }, policy);
  assert.equal((await closed(closing.entry)).isClosed, true);
  await refusesLater(closed(entry(3, "close", "other")), "BoardForked");
  await refusesLater(closed(entry(9, "close")), "NotPublished");
  await refusesLater(closed(entry(3)), "AnotherEntry");
});
