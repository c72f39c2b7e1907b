// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";

import { credentialOf } from "../../voting/static/voting/booth/credentials/derivation.js";
import { checkEncryptionKey, checkPublicKey } from "../../voting/static/voting/booth/credentials/public_keys.js";
import {
  sign, signingMessage, verify, verifyUnder, withEd25519,
} from "../../voting/static/voting/booth/credentials/signatures.js";
import { fromHex, toHex } from "../../voting/static/voting/booth/octets.js";
import { Refusal } from "../../voting/static/voting/booth/errors.js";
import { refuses, refusesLater, vectors } from "./support.mjs";

const found = vectors("ed25519");

for (const { name, seed, key, message, signature } of found.signatures) {
  test(`signs and verifies: ${name}`, async () => {
    const { publicKey, privateKey } = await credentialOf(fromHex(seed));
    assert.equal(toHex(publicKey), key);
    assert.equal(toHex(await sign(privateKey, fromHex(message))), signature);
    await verify(fromHex(key), fromHex(message), fromHex(signature));
  });
}

for (const { format, digest, message } of found.signing_messages) {
  test(`what is signed for ${format}`, () => {
    assert.equal(toHex(signingMessage(format, fromHex(digest))), message);
  });
}

for (const { name, key, reason } of found.refused_keys) {
  test(`key is refused: ${name}`, () => refuses(() => checkPublicKey(fromHex(key)), reason));
}

for (const { name, key } of vectors("sealed").refused_encryption_keys) {
  test(`encryption key is refused: ${name}`, () => refuses(() => checkEncryptionKey(fromHex(key)), "BadEncryptionKey"));
}

for (const { name, key, message, signature, reason } of found.refused_signatures) {
  test(`signature is refused: ${name}`, async () => {
    await refusesLater(verify(fromHex(key), fromHex(message), fromHex(signature)), reason);
  });
}

for (const { name, key, message, signature } of found.forgeries) {
  test(`forgery is refused: ${name}`, async () => {
    await assert.rejects(verify(fromHex(key), fromHex(message), fromHex(signature)), Refusal);
  });
}

test("without the check of the key, the platform would believe a forgery", async () => {
  const believed = await Promise.allSettled(
    found.forgeries.map(({ key, message, signature }) =>
      verifyUnder(fromHex(key), fromHex(message), fromHex(signature))),
  );
  assert.ok(believed.some(({ status }) => status === "fulfilled"));
});

for (const [format, octets] of [["", 32], ["a b", 32], ["a\n", 32], ["é", 32], ["a", 31], ["a", 33]]) {
  test(`nothing is signed for ${JSON.stringify(format)} and ${octets} octets`, () => {
    refuses(() => signingMessage(format, new Uint8Array(octets)), "BadSigningInput");
  });
}

test("a platform without Ed25519 is told apart from a bad key", async () => {
  const missing = () => Promise.reject(new DOMException("unknown", "NotSupportedError"));
  await refusesLater(withEd25519(missing), "NoEd25519");
  const other = () => Promise.reject(new DOMException("bad", "DataError"));
  await assert.rejects(withEd25519(other), { name: "DataError" });
});
