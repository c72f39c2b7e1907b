// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  formatCheckCode, formatCode, parseCheckCode, parseCode,
} from "../../voting/static/voting/booth/credentials/codes.js";
import {
  credentialOf, deriveCredential, deriveSeed, saltOf,
} from "../../voting/static/voting/booth/credentials/derivation.js";
import { sign, verify } from "../../voting/static/voting/booth/credentials/signatures.js";
import { fromHex, toHex, utf8 } from "../../voting/static/voting/booth/octets.js";
import { refuses, refusesLater, vectors } from "./support.mjs";

const { codes, forgiven, refused, derivations } = vectors("credentials");

const READERS = { check: parseCheckCode, voting: (typed) => toHex(parseCode(typed)) };

for (const { octets, voting_code: code, check_code: checkCode } of codes) {
  test(`codes ${code} and ${checkCode} are written and read`, () => {
    assert.equal(formatCode(fromHex(octets)), code);
    assert.equal(READERS.voting(code), octets);
    assert.equal(formatCheckCode(octets + "ab".repeat(17)), checkCode);
    assert.equal(READERS.check(checkCode), octets);
  });
}

for (const { name, kind, typed, octets } of forgiven) {
  test(`forgiven: ${name}`, () => assert.equal(READERS[kind](typed), octets));
}

for (const { name, kind, typed, reason, is_of: isOf } of refused) {
  test(`refused: ${name}`, () => {
    refuses(() => READERS[kind](typed), reason);
    if (isOf) assert.throws(() => READERS[kind](typed), { computed: isOf });
  });
}

test("a refusal never repeats what was typed", () => {
  const typed = "04HM-ASW9-NF6Y-ZZPW-QAC7-CN1J-3";
  assert.throws(() => parseCode(typed), (error) => !JSON.stringify([error.message, error]).includes("04HM"));
});

test("a code is 15 octets", () => refuses(() => formatCode(new Uint8Array(16)), "BadCodeValue"));

test("a check code stands for the first 120 bits of a tracker", () => {
  const tracker = "25cca1447642e11f4883f7d0124d5a3d3d6581baad7aeb005253a317ddef0417";
  assert.equal(parseCheckCode(formatCheckCode(tracker)), tracker.slice(0, 30));
});

for (const { code, octets, election_id: id, salt, seed, key } of derivations.slice(0, 2)) {
  test(`key of ${code} in election ${id}`, async () => {
    assert.equal(toHex(saltOf(id)), salt);
    assert.equal(toHex(await deriveSeed(fromHex(octets), id)), seed);
    const credential = await deriveCredential(parseCode(code), id);
    assert.equal(toHex(credential.publicKey), key);
  });
}

for (const { seed, key } of derivations) {
  test(`public key of seed ${seed.slice(0, 8)}…`, async () => {
    assert.equal(toHex((await credentialOf(fromHex(seed))).publicKey), key);
  });
}

test("the private key cannot be taken out", async () => {
  const { privateKey, publicKey } = await credentialOf(fromHex(derivations[0].seed));
  assert.equal(privateKey.extractable, false);
  assert.deepEqual(privateKey.usages, ["sign"]);
  await assert.rejects(crypto.subtle.exportKey("pkcs8", privateKey));
  await assert.rejects(crypto.subtle.exportKey("jwk", privateKey));
  await verify(publicKey, utf8("x"), await sign(privateKey, utf8("x")));
});

test("a code of another length gives no key", async () => {
  await refusesLater(deriveSeed(new Uint8Array(16), "00".repeat(16)), "WrongLength");
});
test("a seed of another length gives no key", () => refusesLater(credentialOf(new Uint8Array(31)), "WrongLength"));
test("an election id of another length gives no salt", () => refuses(() => saltOf("00".repeat(15)), "WrongLength"));
test("an election id that is not hexadecimal gives no salt", () => refuses(() => saltOf("zz".repeat(16)), "NotHex"));
