// SPDX-License-Identifier: AGPL-3.0-or-later
/** Notes, keys, checkpoints, the tree, bundles and envelopes, by the vectors of other implementations. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { checkPublicKey, signedMessage, verify } from "../../voting/static/voting/verifier/curve/ed25519.js";
import { checkEncryptionKey } from "../../voting/static/voting/verifier/curve/x25519.js";
import { Refusal } from "../../voting/static/voting/verifier/errors.js";
import { readBundle } from "../../voting/static/voting/verifier/log/bundle.js";
import { checkCosigned, checkLogSigned, readCheckpoint } from "../../voting/static/voting/verifier/log/checkpoint.js";
import { checkChain, readEnvelope } from "../../voting/static/voting/verifier/log/envelope.js";
import { checkName, readVerifierKey } from "../../voting/static/voting/verifier/log/keys.js";
import { readNote, signersOf } from "../../voting/static/voting/verifier/log/note.js";
import { bundlePath, isResource } from "../../voting/static/voting/verifier/log/paths.js";
import { Tree, leafHash } from "../../voting/static/voting/verifier/log/tree.js";
import { octets, refuses, specification, vectors } from "./verifier_support.mjs";

const found = vectors("transparency_log");
const keys = vectors("ed25519");
const foo = readVerifierKey(found.note.vkey);
const utf8 = (text) => new TextEncoder().encode(text);

for (const { name, key, message, signature } of keys.signatures) {
  test(`signature is verified: ${name}`, () => {
    checkPublicKey(octets(key));
    verify(octets(key), octets(message), octets(signature));
  });
}

for (const { name, key, reason } of keys.refused_keys) {
  test(`public key is refused: ${name}`, () => refuses(() => checkPublicKey(octets(key)), reason));
}

for (const { name, key, message, signature, reason } of keys.refused_signatures) {
  test(`signature is refused: ${name}`, () => refuses(() => verify(octets(key), octets(message), octets(signature)), reason));
}

for (const { name, key } of vectors("sealed").refused_encryption_keys) {
  test(`encryption key is refused: ${name}`, () => refuses(() => checkEncryptionKey(octets(key)), "BadEncryptionKey"));
}

for (const { name, key } of keys.forgeries) {
  test(`forgery is refused by its key: ${name}`, () => assert.throws(() => checkPublicKey(octets(key)), Refusal));
}

for (const { format, digest, message } of keys.signing_messages) {
  test(`what is signed for ${format}`, () => assert.deepEqual(signedMessage(format, octets(digest)), octets(message)));
}

for (const { name, vkey, note } of [{ name: "the known one", note: found.note.note }, ...found.notes_accepted]) {
  const key = vkey ? readVerifierKey(vkey) : foo;
  test(`note is accepted: ${name}`, () => assert.ok(signersOf(readNote(utf8(note)), [key]).has(key)));
}

for (const { name, vkey, note, error } of found.notes_refused) {
  const key = vkey ? readVerifierKey(vkey) : foo;
  test(`note is refused: ${name}`, () => refuses(() => signersOf(readNote(utf8(note)), [key]), error));
}

for (const { name, vkey, error } of found.vkeys_refused) {
  test(`verifier key is refused: ${name}`, () => refuses(() => readVerifierKey(vkey), error));
}

for (const name of ["", "a b", "a+b", "a\u00a0b", "a\u200bb", "a\n", "x".repeat(256)]) {
  test(`no name of a key: ${JSON.stringify(name.slice(0, 9))}`, () => refuses(() => checkName(name), "MalformedKey"));
}

test("the tree has the roots of the vectors", () => {
  const tree = new Tree();
  const roots = new Map([[0, tree.root()]]);
  for (const leaf of found.tree.leaves) {
    tree.add(utf8(leaf));
    roots.set(tree.size, tree.root());
  }
  for (const [size, root] of Object.entries(found.tree.roots)) {
    assert.equal(Buffer.from(roots.get(Number(size))).toString("base64"), root);
  }
  assert.deepEqual(leafHash(utf8("one")), octets(found.tree.leaf_hash_of_one));
});

test("paths of bundles are those of the vectors", () => {
  assert.equal(bundlePath(5, 256), "tile/entries/005");
  assert.equal(bundlePath(1234067, 256), "tile/entries/x001/x234/067");
  assert.equal(bundlePath(0, 7), "tile/entries/000.p/7");
  for (const [path] of found.tile_paths) assert.ok(isResource(path));
});

test("a board has no other paths than those of its resources", () => {
  for (const path of found.resource_paths) assert.ok(isResource(path), path);
  for (const path of found.resource_paths_refused) assert.ok(!isResource(path), path);
});

const spec = specification("board");
const blocks = [...spec.matchAll(/```\n([^`]*)```/g)].map(([, text]) => text);
const log = readVerifierKey(blocks.find((text) => text.includes("+1aee76e7+")).trim());
const checkpoint = blocks.find((text) => text.startsWith("vote.example.org/board/spring\n3\n"));
const [witnessKey, cosignature] = blocks.find((text) => text.startsWith("witness.example+")).split("\n");
const witness = readVerifierKey(witnessKey);
const cosigned = utf8(`${checkpoint}${cosignature}\n`);

test("the checkpoint of the specification is read and its signatures hold", () => {
  const note = readNote(cosigned);
  assert.equal(readCheckpoint(note.text).size, 3);
  checkLogSigned(note, log);
  checkCosigned(note, { log, witnesses: [witness], quorum: 1 });
});

test("a quorum that is not met is refused", () => {
  refuses(() => checkCosigned(readNote(utf8(checkpoint)), { log, witnesses: [witness], quorum: 1 }), "TooFewCosignatures");
});

test("one witness that signs twice is one", () => {
  const twice = readNote(utf8(`${checkpoint}${cosignature}\n${cosignature}\n`));
  refuses(() => checkCosigned(twice, { log, witnesses: [witness], quorum: 2 }), "TooFewCosignatures");
});

test("a witness's signature at another time is refused", () => {
  const at = cosignature.lastIndexOf(" ") + 1;
  const stamped = Buffer.from(cosignature.slice(at), "base64");
  stamped[11] ^= 1;
  const note = readNote(utf8(`${checkpoint}${cosignature.slice(0, at)}${stamped.toString("base64")}\n`));
  refuses(() => checkCosigned(note, { log, witnesses: [witness], quorum: 0 }), "BadSignature");
});

test("a checkpoint of another log is refused", () => {
  refuses(() => checkLogSigned(readNote(utf8(checkpoint)), foo), "NotSigned");
});

for (const [name, text] of [
  ["two lines", "a\n1\n"],
  ["a line more", `${checkpoint.split("\n").slice(0, 3).join("\n")}\nx\n`],
  ["a size with a zero in front", checkpoint.replace("\n3\n", "\n03\n").split("\n\n")[0] + "\n"],
  ["a size of 2^53", checkpoint.replace("\n3\n", "\n9007199254740992\n").split("\n\n")[0] + "\n"],
  ["a short root", "a\n1\nAAAA\n"],
  ["no origin", `\n1\n${"A".repeat(43)}=\n`],
]) {
  test(`checkpoint is refused: ${name}`, () => refuses(() => readCheckpoint(text), "MalformedCheckpoint"));
}

const entries = spec.match(/^\{"payload_len.*\}$/gm).map(utf8);

test("the entries of the specification form a chain", () => {
  const [first, second] = entries.map(readEnvelope);
  checkChain(null, first);
  checkChain(first, second);
});

for (const [name, change, error] of [
  ["a gap", (envelope) => ({ ...envelope, seq: 2 }), "WrongSequence"],
  ["another predecessor", (envelope) => ({ ...envelope, prev: "0".repeat(64) }), "WrongPrevious"],
  ["an earlier time", (envelope) => ({ ...envelope, time: envelope.time - 300 }), "TimeReversed"],
]) {
  test(`chain is refused: ${name}`, () => {
    const [first, second] = entries.map(readEnvelope);
    refuses(() => checkChain(first, change(second)), error);
  });
}

test("an entry to the second is refused", () => {
  const fine = new TextDecoder().decode(entries[0]).replace("21:45:00", "21:45:01");
  refuses(() => readEnvelope(utf8(fine)), "TimeTooFine");
});

test("bundles are exactly filled", () => {
  assert.deepEqual(readBundle(octets("000261620000"), 2), [octets("6162"), octets("")]);
  for (const [hex, width] of [["0002616200", 2], ["00026162000000", 2], ["000261620000", 1], ["0002", 1], ["", 1], ["00", 1]]) {
    refuses(() => readBundle(octets(hex), width), "MalformedTile");
  }
});
