// SPDX-License-Identifier: AGPL-3.0-or-later
/** Notes, checkpoints, proofs of inclusion and receipts, and a server that lies about them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { openCheckpoint, readCheckpoint } from "../../voting/static/voting/booth/board/checkpoint.js";
import { readEnvelope } from "../../voting/static/voting/booth/board/envelope.js";
import { checkConsistency, checkInclusion, leafHash, nodeHash } from "../../voting/static/voting/booth/board/merkle.js";
import { openNote, readNote } from "../../voting/static/voting/booth/board/note.js";
import { policyOf } from "../../voting/static/voting/booth/board/policy.js";
import { checkInclusionUnder, checkReceipt, readReceipt } from "../../voting/static/voting/booth/board/receipt.js";
import { checkName, readVerifierKey } from "../../voting/static/voting/booth/board/verifier_keys.js";
import { toBase64 } from "../../voting/static/voting/booth/codec/base64.js";
import { encode } from "../../voting/static/voting/booth/codec/canonical.js";
import { credentialOf } from "../../voting/static/voting/booth/credentials/derivation.js";
import { sign } from "../../voting/static/voting/booth/credentials/signatures.js";
import { concat, toHex, utf8 } from "../../voting/static/voting/booth/octets.js";
import { refuses, refusesLater, vectors } from "./support.mjs";

const found = vectors("transparency_log");
const alone = (log) => policyOf({ log, witnesses: [], quorum: 0 });
const foo = await readVerifierKey(found.note.vkey);

test("a note by a known key is opened", async () => {
  const { text, signers } = await openNote(utf8(found.note.note), [foo]);
  assert.equal(text, found.note.text);
  assert.deepEqual(signers, [foo]);
});

for (const { name, vkey = found.note.vkey, note } of found.notes_accepted) {
  test(`note is accepted: ${name}`, async () => {
    const key = await readVerifierKey(vkey);
    const { signers } = await openNote(utf8(note), [key]);
    assert.ok(signers.includes(key));
  });
}

for (const { name, vkey = found.note.vkey, note, error } of found.notes_refused) {
  test(`note is refused: ${name}`, async () => refusesLater(openNote(utf8(note), [await readVerifierKey(vkey)]), error));
}

for (const { name, proof } of found.proofs_with_extra) {
  test(`proof with extra: ${name}`, () => assert.deepEqual(readReceipt(utf8(proof)), readReceipt(utf8(found.proof.proof))));
}

for (const { name, proof, error } of found.proofs_refused) {
  test(`proof is refused: ${name}`, () => refuses(() => readReceipt(utf8(proof)), error));
}

for (const { name, vkey, error } of found.vkeys_refused) {
  test(`verifier key is refused: ${name}`, () => refusesLater(readVerifierKey(vkey), error));
}

test("a verifier key that anyone can sign under is refused", async () => {
  const typed = concat(new Uint8Array([1, 1]), new Uint8Array(31));
  const keyId = createHash("sha256").update("a\n").update(typed).digest("hex").slice(0, 8);
  await refusesLater(readVerifierKey(`a+${keyId}+${toBase64(typed)}`), "WeakKey");
});

for (const name of ["", "a b", "a+b", "a\u00a0b", "a\u200bb", "a\n", "x".repeat(256)]) {
  test(`no name of a key: ${JSON.stringify(name.slice(0, 9))}`, () => refuses(() => checkName(name), "MalformedKey"));
}

test("a note is not opened by nobody's key, only read", async () => {
  assert.deepEqual((await openNote(utf8(found.note.note), [])).signers, []);
});

for (const [name, octets] of [
  ["bytes that are not UTF-8", new Uint8Array([0xff])],
  ["too many octets", new Uint8Array(65_537).fill(0x61)],
]) {
  test(`no note: ${name}`, () => refuses(() => readNote(octets), "MalformedNote"));
}

const leaves = await Promise.all(found.tree.leaves.map((leaf) => leafHash(utf8(leaf))));

/** RFC 6962, section 2.1, by its recursive definition. */
async function rootOf(hashes) {
  if (hashes.length === 1) return hashes[0];
  const middle = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  return nodeHash(await rootOf(hashes.slice(0, middle)), await rootOf(hashes.slice(middle)));
}

async function pathOf(index, hashes) {
  if (hashes.length === 1) return [];
  const middle = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  const [left, right] = [hashes.slice(0, middle), hashes.slice(middle)];
  return index < middle ? [...await pathOf(index, left), await rootOf(right)]
    : [...await pathOf(index - middle, right), await rootOf(left)];
}

test("hashes of leaves and roots", async () => {
  assert.equal(toHex(leaves[0]), found.tree.leaf_hash_of_one);
  for (const [size, root] of Object.entries(found.tree.roots).filter(([size]) => size !== "0")) {
    assert.equal(toBase64(await rootOf(leaves.slice(0, Number(size)))), root);
  }
});

test("every leaf of every tree is proved, at its own place only", async () => {
  for (let size = 1; size <= leaves.length; size += 1) {
    const tree = leaves.slice(0, size);
    const root = await rootOf(tree);
    for (let index = 0; index < size; index += 1) {
      const inclusion = { index, size, leaf: tree[index], proof: await pathOf(index, tree), root };
      await checkInclusion(inclusion);
      const elsewhere = { ...inclusion, index: (index + 1) % size };
      if (size > 1) await assert.rejects(checkInclusion(elsewhere), /RootMismatch|WrongProofLength/);
    }
  }
});

const inclusion = async () => ({
  index: 4, size: 15, leaf: leaves[4], proof: await pathOf(4, leaves), root: await rootOf(leaves),
});
for (const [name, change, error] of [
  ["another leaf", (i) => (i.leaf = leaves[5]), "RootMismatch"],
  ["another root", (i) => (i.root = leaves[0]), "RootMismatch"],
  ["two hashes exchanged", (i) => i.proof.reverse(), "RootMismatch"],
  ["a hash missing", (i) => i.proof.pop(), "WrongProofLength"],
  ["a hash more", (i) => i.proof.push(leaves[0]), "WrongProofLength"],
  ["a short hash", (i) => (i.proof[0] = i.proof[0].slice(1)), "WrongProofLength"],
  ["outside the tree", (i) => (i.index = 15), "OutsideTree"],
  ["before the tree", (i) => (i.index = -1), "OutsideTree"],
  ["in no tree", (i) => Object.assign(i, { index: 0, size: 0, proof: [] }), "OutsideTree"],
]) {
  test(`no inclusion: ${name}`, async () => {
    const value = await inclusion();
    change(value);
    await refusesLater(checkInclusion(value), error);
  });
}

function consistency({ old, size, old_root: oldRoot, root, proof }) {
  return { old, size, oldRoot: octetsOf(oldRoot), root: octetsOf(root), proof: proof.map(octetsOf) };
}

function octetsOf(text) {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

for (const known of found.consistency.proofs) {
  test(`the tree of ${known.old} leaves begins the one of ${known.size}`, () => checkConsistency(consistency(known)));
}

for (const { name, error, ...known } of found.consistency.refused) {
  test(`no consistency: ${name}`, () => refusesLater(checkConsistency(consistency(known)), error));
}

const { proof } = found;
const log = await readVerifierKey(proof.log_vkey);
const witness = await readVerifierKey(proof.witness_vkey);

test("a proof from another implementation holds, with its witness", async () => {
  const signers = await policyOf({ log, witnesses: [witness], quorum: 1 });
  const { size } = await checkInclusionUnder(readReceipt(utf8(proof.proof)), utf8(proof.entry), signers);
  assert.ok(size > 4);
});

test("a proof for another entry fails", async () => {
  await refusesLater(checkInclusionUnder(readReceipt(utf8(proof.proof)), utf8("six"), await alone(log)), "RootMismatch");
});

test("a missing witness is missed", async () => {
  const { checkpoint } = readReceipt(utf8(proof.proof));
  const other = await readVerifierKey("witness.example+3176bd45+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU");
  await refusesLater(openCheckpoint(checkpoint, await policyOf({ log, witnesses: [other], quorum: 1 })), "QuorumNotMet");
});

test("a checkpoint that the log did not sign is refused", async () => {
  const { checkpoint } = readReceipt(utf8(proof.proof));
  await refusesLater(openCheckpoint(checkpoint, await alone(foo)), "NotSigned");
});

const ROOT = toBase64(new Uint8Array(32));
for (const text of [
  "", "a\n1\n", `a\n1\n${ROOT}`, `a\n1\n${ROOT}\nmore\n`, `a\n01\n${ROOT}\n`, `a\n-1\n${ROOT}\n`, `a\n1.0\n${ROOT}\n`,
  `a\n1\n${ROOT.slice(0, -1)}\n`, `a\n9007199254740992\n${ROOT}\n`, `\n1\n${ROOT}\n`, `a b\n1\n${ROOT}\n`, "a\n1\nAAAA\n", "a\n1\n!\n",
]) {
  test(`no checkpoint: ${JSON.stringify(text.slice(0, 24))}`, () => {
    refuses(() => readCheckpoint(text), "MalformedCheckpoint");
  });
}

for (const [name, change, error] of [
  ["another header", (text) => text.replace("@v1", "@v2"), "MalformedProof"],
  ["an index with a leading zero", (text) => text.replace("index 4", "index 04"), "MalformedProof"],
  ["no index", (text) => text.replace("index 4\n", ""), "MalformedProof"],
  ["a hash in another spelling", (text) => text.replace("=\n", "\n"), "MalformedProof"],
  ["a short hash", (text) => text.replace(/index 4\n[^\n]+/, "index 4\nAAAA"), "MalformedProof"],
  ["no empty line", (text) => text.replaceAll("\n\n", "\n"), "MalformedProof"],
  ["an extra line", (text) => text.replace("index 4", "extra x\nindex 4"), "MalformedProof"],
  ["letters beyond ASCII", (text) => text.replace("index 4", "index ٤"), "MalformedProof"],
  ["too many hashes", (text) => text.replace("index 4\n", `index 4\n${`${ROOT}\n`.repeat(64)}`), "MalformedProof"],
  ["nothing", () => "", "MalformedProof"],
  ["a checkpoint that is no note", (text) => `${text.split("\n\n")[0]}\n\nx\n`, "MalformedNote"],
]) {
  test(`no receipt: ${name}`, () => refuses(() => readReceipt(utf8(change(proof.proof))), error));
}

// A board of our own, whose second entry is the ballot.
const ORIGIN = "vote.example/board/park";
const book = await credentialOf(new Uint8Array(32).fill(1));
const ownLog = await keyOf(ORIGIN, book);
const BALLOT = utf8("a ballot");

async function keyOf(name, { publicKey }) {
  const typed = concat(new Uint8Array([1]), publicKey);
  const keyId = createHash("sha256").update(`${name}\n`).update(typed).digest("hex").slice(0, 8);
  return readVerifierKey(`${name}+${keyId}+${toBase64(typed)}`);
}

function envelope(changes = {}) {
  return encode({
    v: 1, type: "ballot", seq: 1, prev: "00".repeat(32), time: "2026-11-22T21:45:00Z",
    payload_sha256: createHash("sha256").update(BALLOT).digest("hex"), payload_len: BALLOT.length, ...changes,
  });
}

async function answerFor(entry, { index = 1, origin = ORIGIN, signer = book } = {}) {
  const hashes = await Promise.all([utf8("open"), entry, utf8("later")].map(leafHash));
  const text = `${origin}\n3\n${toBase64(await rootOf(hashes))}\n`;
  const { keyId } = await keyOf(ORIGIN, signer);
  const signed = concat(Uint8Array.from(Buffer.from(keyId, "hex")), await sign(signer.privateKey, utf8(text)));
  const path = (await pathOf(index, hashes)).map((hash) => `${toBase64(hash)}\n`).join("");
  const receipt = `c2sp.org/tlog-proof@v1\nindex ${index}\n${path}\n${text}\n— ${ORIGIN} ${toBase64(signed)}\n`;
  return { receipt: utf8(receipt), entry, type: "ballot", payload: BALLOT };
}

test("a receipt proves that the octets that were sent are on the board", async () => {
  const checkpoint = await checkReceipt(await answerFor(envelope()), await alone(ownLog));
  assert.deepEqual([checkpoint.origin, checkpoint.size], [ORIGIN, 3]);
});

for (const [name, changes] of [
  ["another type", { type: "challenged" }],
  ["another ballot", { payload_sha256: "00".repeat(32) }],
  ["another length", { payload_len: BALLOT.length + 1 }],
  ["another place", { seq: 2 }],
]) {
  test(`a server that lies: ${name}`, async () => {
    await refusesLater(checkReceipt(await answerFor(envelope(changes)), await alone(ownLog)), "AnotherEntry");
  });
}

test("a server that lies: an entry that is not in the tree", async () => {
  const answer = await answerFor(envelope());
  const entry = envelope({ time: "2026-11-22T21:50:00Z" });
  await refusesLater(checkReceipt({ ...answer, entry }, await alone(ownLog)), "RootMismatch");
});

test("a server that lies: a head of another key", async () => {
  const answer = await answerFor(envelope(), { signer: await credentialOf(new Uint8Array(32).fill(2)) });
  await refusesLater(checkReceipt(answer, await alone(ownLog)), "NotSigned");
});

test("a server that lies: a head of another log", async () => {
  const answer = await answerFor(envelope(), { origin: "vote.example/board/other" });
  await refusesLater(checkReceipt(answer, await alone(ownLog)), "WrongOrigin");
});

test("a server that lies: too few witnesses", async () => {
  const signers = await policyOf({ log: ownLog, witnesses: [witness], quorum: 1 });
  await refusesLater(checkReceipt(await answerFor(envelope()), signers), "QuorumNotMet");
});

for (const [name, changes, error] of [
  ["a time too fine", { time: "2026-11-22T21:46:00Z" }, "TimeTooFine"],
  ["another version", { v: 2 }, "WrongForm"],
  ["an unknown field", { x: 1 }, "UnknownField"],
  ["too great a payload", { payload_len: 67_108_865 }, "OutOfRange"],
  ["a type in upper case", { type: "Ballot" }, "WrongForm"],
]) {
  test(`no envelope: ${name}`, () => refuses(() => readEnvelope(envelope(changes)), error));
}
