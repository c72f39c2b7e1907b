// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";

import { encode } from "../../voting/static/voting/booth/codec/canonical.js";
import { toBase64url } from "../../voting/static/voting/booth/codec/base64.js";
import { openBackup, sealBackup } from "../../voting/static/voting/booth/credentials/backup.js";
import { formatCode } from "../../voting/static/voting/booth/credentials/codes.js";
import { credentialOf, deriveCredential } from "../../voting/static/voting/booth/credentials/derivation.js";
import { newCode } from "../../voting/static/voting/booth/credentials/new_code.js";
import { fromHex, toHex, utf8 } from "../../voting/static/voting/booth/octets.js";
import {
  addressOf, makeRegistration, readRegistration, referenceOf, subjectOf,
} from "../../voting/static/voting/booth/record/registration.js";
import { refuses, refusesLater, vectors } from "./support.mjs";

const { election_id: ELECTION, code, passphrase: PASSPHRASE, salt, nonce, backup, registrations } = vectors("registration");
const CODE = fromHex(code);
const OTHER = "ff".repeat(16);
const text = (octets) => new TextDecoder().decode(octets);

function changedBackup(change) {
  const value = JSON.parse(backup);
  change(value);
  return encode(value);
}

function changedRegistration(change) {
  const value = JSON.parse(registrations[0].registration);
  change(value);
  return encode(value);
}

test("a backup is made as the vectors say", async () => {
  const draws = [fromHex(salt), fromHex(nonce)];
  assert.equal(text(await sealBackup(CODE, PASSPHRASE, ELECTION, () => draws.shift())), backup);
});

test("a backup opens to its code", async () => {
  assert.equal(toHex(await openBackup(utf8(backup), PASSPHRASE, ELECTION)), code);
});

test("a passphrase is the same in every Unicode form", async () => {
  const sealed = await sealBackup(CODE, "Z\u00fcrich by night", ELECTION);
  assert.equal(toHex(await openBackup(sealed, "Zu\u0308rich by night", ELECTION)), code);
});

test("two backups of a code have nothing in common", async () => {
  const [first, second] = await Promise.all([1, 2].map(() => sealBackup(CODE, PASSPHRASE, ELECTION)));
  const [one, two] = [first, second].map((octets) => JSON.parse(text(octets)));
  assert.notEqual(one.kdf.salt, two.kdf.salt);
  assert.notEqual(one.cipher.nonce, two.cipher.nonce);
  assert.notEqual(one.ciphertext, two.ciphertext);
});

test("a short passphrase seals nothing", () => refusesLater(() => sealBackup(CODE, "elevenchars", ELECTION), "WeakPassphrase"));
test("half a character is no passphrase", () => refusesLater(() => sealBackup(CODE, "\ud800".repeat(12), ELECTION), "BadPassphraseText"));
test("an endless passphrase is refused", () => refusesLater(() => sealBackup(CODE, "x".repeat(1025), ELECTION), "BadPassphraseText"));
test("another passphrase opens nothing", () => refusesLater(() => openBackup(utf8(backup), "correct horse batterz", ELECTION), "CannotOpen"));
test("an empty passphrase opens nothing", () => refusesLater(() => openBackup(utf8(backup), "", ELECTION), "BadPassphraseText"));
test("a backup for another election is refused by name", () => refusesLater(() => openBackup(utf8(backup), PASSPHRASE, OTHER), "ForeignRecord"));

const BACKUP_CHANGES = [
  ["too few rounds", "ParametersRefused", (value) => { value.kdf.rounds = 599_999; }],
  ["endless rounds", "ParametersRefused", (value) => { value.kdf.rounds = 2_400_001; }],
  ["other rounds than were sealed", "CannotOpen", (value) => { value.kdf.rounds = 600_001; }],
  ["another derivation", "WrongForm", (value) => { value.kdf.name = "pbkdf2-hmac-sha1"; }],
  ["another cipher", "WrongForm", (value) => { value.cipher.name = "aes-128-gcm"; }],
  ["another format", "WrongForm", (value) => { value.format = "veritally/backup/2"; }],
  ["a short salt", "WrongLength", (value) => { value.kdf.salt = "AA"; }],
  ["a long ciphertext", "WrongLength", (value) => { value.ciphertext += "AA"; }],
  ["another salt", "CannotOpen", (value) => { value.kdf.salt = toBase64url(new Uint8Array(32)); }],
  ["another ciphertext", "CannotOpen", (value) => { value.ciphertext = toBase64url(new Uint8Array(31)); }],
  ["a missing nonce", "MissingField", (value) => { delete value.cipher.nonce; }],
  ["one field more", "UnknownField", (value) => { value.more = 1; }],
  ["one field more inside", "UnknownField", (value) => { value.kdf.more = 1; }],
];
for (const [name, reason, change] of BACKUP_CHANGES) {
  test(`a backup with ${name} is refused`, () => refusesLater(() => openBackup(changedBackup(change), PASSPHRASE, ELECTION), reason));
}
test("a large file is refused unread", () => refusesLater(() => openBackup(new Uint8Array(2049), PASSPHRASE, ELECTION), "InputTooLarge"));
test("a file of something else is refused", () => refusesLater(() => openBackup(utf8("%PDF-1.7"), PASSPHRASE, ELECTION), "NotJson"));

for (const { registrant, subject, registration } of registrations) {
  test(`a registration by ${registrant.kind} is made as the vectors say, and read`, async () => {
    const credential = await deriveCredential(CODE, ELECTION);
    assert.equal(await subjectOf(registrant, ELECTION), subject);
    assert.equal(text(await makeRegistration(credential, registrant, ELECTION)), registration);
    assert.equal((await readRegistration(utf8(registration), ELECTION)).subject, subject);
  });
}

const REGISTRATION_CHANGES = [
  ["another person", "BadSignature", (value) => { value.subject = "00".repeat(32); }],
  ["another election", "ForeignRecord", (value) => { value.election_id = OTHER; }],
  ["another key", "BadSignature", async (value) => { value.credential = registrationKey; }],
  ["a key of small order", "SmallOrderKey", (value) => { value.credential = toBase64url(fromHex("01" + "00".repeat(31))); }],
  ["no signature", "MissingField", (value) => { delete value.signature; }],
  ["one field more", "UnknownField", (value) => { value.code = "1"; }],
];
const registrationKey = toBase64url((await credentialOf(new Uint8Array(32).fill(7))).publicKey);
for (const [name, reason, change] of REGISTRATION_CHANGES) {
  test(`a registration with ${name} is refused`, () => refusesLater(() => readRegistration(changedRegistration(change), ELECTION), reason));
}

for (const [typed, address] of [[" Ada@Example.ORG ", "ada@example.org"], ["a.b+c@x-y.co", "a.b+c@x-y.co"]]) {
  test(`the address ${typed} is spelt ${address}`, () => assert.equal(addressOf(typed), address));
}
for (const typed of ["", "ada", "ada@", "@example.org", "ada@example", "a b@example.org", "ada@example.org, b@c.org",
  "ad\u0131@example.org", "ada@example.org\nBcc: all@example.org", `${"a".repeat(65)}@example.org`,
  `a@${"b".repeat(250)}.org`, "<ada@example.org>"]) {
  test(`no address: ${JSON.stringify(typed.slice(0, 40))}`, () => refuses(() => addressOf(typed), "ForbiddenAddress"));
}

test("a code is drawn again until its check character is a digit or a letter of codes", () => {
  const draws = [15, 16, 17, 18, 14, 5].map((last) => { const octets = new Uint8Array(15); octets[14] = last; return octets; });
  assert.equal(newCode(() => draws.shift())[14], 5);
  assert.equal(draws.length, 0);
});

test("drawn codes differ, and end in an ordinary character", () => {
  const drawn = Array.from({ length: 200 }, () => formatCode(newCode()));
  assert.equal(new Set(drawn).size, 200);
  assert.deepEqual(drawn.filter((one) => /[*~$=U]/.test(one)), []);
});

test("the number of a registration is the beginning of its key", () => {
  assert.equal(referenceOf(fromHex("0a1b2c3d" + "00".repeat(28))), "0A1B 2C3D");
});
