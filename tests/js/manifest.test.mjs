// SPDX-License-Identifier: AGPL-3.0-or-later
/** A lying server's manifests and keys: every difference is refused, and by name. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { encode } from "../../voting/static/voting/booth/codec/canonical.js";
import { electionFingerprint } from "../../voting/static/voting/booth/record/fingerprint.js";
import { readKeyRecord } from "../../voting/static/voting/booth/record/key_record.js";
import { readManifest } from "../../voting/static/voting/booth/record/manifest.js";
import { readOpening } from "../../voting/static/voting/booth/record/opening.js";
import { sha256Hex } from "../../voting/static/voting/booth/sha256.js";
import { changed, example, record, refusesLater, vectors } from "./support.mjs";

const ALLOWED = { allowTestModulus: true };
const SMALL_ORDER = Buffer.from(vectors("ed25519").refused_keys[0].key, "hex").toString("base64url");

test("the example is read", async () => {
  const manifest = await readManifest(record("manifest.json"), ALLOWED);
  assert.equal(manifest.electionId, "00112233445566778899aabbccddeeff");
  assert.deepEqual(manifest.languages, ["en"]);
  assert.equal(manifest.shape.branches, 2);
  assert.equal(manifest.board.log.name, "vote.example/board/park");
  assert.equal(manifest.trustees.members.length, 3);
});

test("a test modulus needs its switch", () => refusesLater(readManifest(record("manifest.json")), "ForbiddenModulusSize"));

const second = (m) => ({ ...structuredClone(m.contests[0]) });
for (const [name, change, error] of [
  ["another domain", (m) => (m.program[0].variables[0].domain[1] = "100"), "ProgramMismatch"],
  ["a value more in a domain", (m) => m.program[0].variables[0].domain.push("100"), "ProgramMismatch"],
  ["another number of counters", (m) => (m.program[0].variables[0].counters = 1), "ProgramMismatch"],
  ["a constraint more", (m) => m.program[0].constraints.push({ terms: [[0, "1"]], allowed: ["1"] }), "ProgramMismatch"],
  ["no program", (m) => (m.program = []), "ProgramMismatch"],
  ["a program more", (m) => m.program.push(m.program[0]), "ProgramMismatch"],
  ["a program that is none", (m) => (m.program[0].variables = []), "EmptySet"],
  ["an option more than the program", (m) => {
    m.contests[0].options.push({ cost: 0, id: "perhaps", label: { en: "Perhaps" } });
  }, "ProgramMismatch"],
  ["an aggregate shifted", (m) => (m.aggregates[0].terms[0][1] = 4), "AggregatesMismatch"],
  ["an aggregate of another contest", (m) => (m.aggregates[0].contest = "other"), "AggregatesMismatch"],
  ["no aggregates", (m) => (m.aggregates = []), "AggregatesMismatch"],
  ["an aggregate with another field", (m) => (m.aggregates[0].x = 1), "UnknownField"],
  ["counters too small", (m) => (m.parameters.counter_bits = 3), "CounterBaseTooSmall"],
  ["counters too large", (m) => (m.parameters.counter_bits = 5), "CounterBaseTooLarge"],
  ["another challenge", (m) => (m.parameters.challenge_bits = 64), "WrongForm"],
  ["less hiding", (m) => (m.parameters.hiding_bits = 1), "WrongForm"],
  ["another modulus size", (m) => (m.parameters.modulus_bits = 1536), "ForbiddenModulusSize"],
  ["an unknown field", (m) => (m.extra = 1), "UnknownField"],
  ["another format", (m) => (m.format = "veritally/manifest/2"), "WrongForm"],
  ["closing before opening", (m) => (m.schedule.closes = m.schedule.opens), "ClosesBeforeOpening"],
  ["a minimum out of reach", (m) => (m.rules.minimum_counted = 11), "MinimumOutOfReach"],
  ["a language twice", (m) => (m.languages = ["en", "en"]), "RepeatedLanguage"],
  ["a language without texts", (m) => m.languages.push("de"), "LanguageMismatch"],
  ["a text in a language more", (m) => (m.title.de = "Der Park"), "LanguageMismatch"],
  ["an empty title", (m) => (m.title.en = ""), "WrongLength"],
  ["a contest twice", (m) => m.contests.push(second(m)), "RepeatedContest"],
  ["no contests", (m) => (m.contests = []), "OutOfRange"],
  ["a short election id", (m) => (m.election_id = "00"), "WrongLength"],
  ["a key made by a ceremony", (m) => (m.trustees.key = "distributed"), "UnsupportedKeyKind"],
  ["a trustee whose secrets anyone can read", (m) => (m.trustees.members[0].encryption_key = "A".repeat(43)), "BadEncryptionKey"],
  ["no majority", (m) => (m.trustees.threshold = 1), "NoHonestMajority"],
  ["a threshold out of reach", (m) => (m.trustees.threshold = 4), "ThresholdOutOfRange"],
  ["too few acknowledgements", (m) => (m.trustees.acknowledgements = 2), "AcknowledgementsOutOfRange"],
  ["too many acknowledgements", (m) => (m.trustees.acknowledgements = 4), "AcknowledgementsOutOfRange"],
  ["another kind of key", (m) => (m.trustees.key = "found"), "WrongForm"],
  ["a trustee's name twice", (m) => (m.trustees.members[1].name = "Trustee 1"), "RepeatedName"],
  ["a trustee's key twice", (m) => {
    m.trustees.members[1].signing_key = m.trustees.members[0].signing_key;
  }, "RepeatedKey"],
  ["an encryption key twice", (m) => {
    m.trustees.members[1].encryption_key = m.trustees.members[0].encryption_key;
  }, "RepeatedKey"],
  ["codes made by nobody", (m) => (m.registrar.credentials = "nobody"), "WrongForm"],
  ["a registrar who does not say who made the codes", (m) => delete m.registrar.credentials, "MissingField"],
  ["a trustee who is the registrar", (m) => (m.registrar.key = m.trustees.members[0].signing_key), "RepeatedKey"],
  ["a registrar's key that anyone can use", (m) => (m.registrar.key = SMALL_ORDER), "SmallOrderKey"],
  ["a trustee's key that anyone can use", (m) => (m.trustees.members[0].signing_key = SMALL_ORDER), "SmallOrderKey"],
  ["a witness as the log", (m) => (m.board.log = m.board.witnesses[0]), "ForbiddenBoardKey"],
  ["the log as a witness", (m) => (m.board.witnesses = [m.board.log]), "ForbiddenBoardKey"],
  ["a witness twice", (m) => m.board.witnesses.push(m.board.witnesses[0]), "RepeatedName"],
  ["a quorum out of reach", (m) => (m.board.quorum = 2), "QuorumOutOfRange"],
  ["a log key that is none", (m) => (m.board.log = "vote.example"), "MalformedKey"],
]) {
  test(`no manifest: ${name}`, () => refusesLater(readManifest(changed("manifest", change), ALLOWED), error));
}

test("a manifest in another spelling is refused", async () => {
  const spaced = new TextEncoder().encode(`${new TextDecoder().decode(record("manifest.json"))}\n`);
  await refusesLater(readManifest(spaced, ALLOWED), "NotCanonical");
});

test("a ballot of more than 4 MiB is refused", async () => {
  const octets = changed("manifest", (m) => {
    // 12 contests of 4096 branches each, at 16 + 97 octets a branch
    const highest = 4095;
    m.contests = Array.from({ length: 12 }, (_, index) => {
      const { blank: _blank, ...rest } = second(m);
      return { ...rest, kind: "score", highest, id: `c${index}`, options: [{ ...rest.options[0] }] };
    });
    const domain = Array.from({ length: highest + 1 }, (_, x) => x.toString(16));
    m.parameters.counter_bits = 16;
    m.program = m.contests.map(() => ({ constraints: [], variables: [{ counters: 1, domain }] }));
    m.aggregates = m.contests.map(({ id }) => ({ contest: id, terms: [[0, 0]] }));
  });
  await refusesLater(readManifest(octets, ALLOWED), "BallotTooLarge");
});

test("the example's key is read, with h derived", async () => {
  const key = await readKeyRecord(record("key.json"), await readManifest(record("manifest.json"), ALLOWED));
  assert.equal(key.bits, 1024);
});

const other = (text) => (text[0] === "A" ? "B" : "A") + text.slice(1);
for (const [name, change, error] of [
  ["a key of another election", (k) => (k.election_id = "11".repeat(16)), "ForeignRecord"],
  ["another kind", (k) => (k.kind = "distributed"), "KeyKindMismatch"],
  ["another threshold", (k) => (k.threshold = 3), "TrusteesMismatch"],
  ["an even modulus", (k) => (k.modulus = `${k.modulus.slice(0, -2)}AA`), "EvenModulus"],
  ["a short modulus", (k) => (k.modulus = `AAAA${k.modulus.slice(4)}`), "WrongModulusSize"],
  ["another h, which its trustees did not sign", (k) => (k.h = other(k.h)), "BadAcknowledgement"],
  ["another modulus", (k) => (k.modulus = `${k.modulus.slice(0, 90)}AAAA${k.modulus.slice(94)}`), "BadAcknowledgement"],
  ["another root", (k) => (k.nth_roots[3] = other(k.nth_roots[3])), "BadAcknowledgement"],
  ["acknowledgements exchanged", (k) => k.acknowledgements.reverse(), "BadAcknowledgement"],
  ["an acknowledgement missing", (k) => k.acknowledgements.pop(), "OutOfRange"],
  ["a root missing", (k) => k.square_roots.pop(), "OutOfRange"],
  ["an unknown field", (k) => (k.extra = 1), "UnknownField"],
]) {
  test(`no key: ${name}`, async () => {
    const manifest = await readManifest(record("manifest.json"), ALLOWED);
    await refusesLater(readKeyRecord(changed("key", change), manifest), error);
  });
}

test("the fingerprint follows from the payloads", async () => {
  const [manifest, roll, key] = await Promise.all(
    ["manifest", "roll", "key"].map((name) => sha256Hex(record(`${name}.json`))),
  );
  const { fingerprint } = await example();
  assert.equal(await electionFingerprint({ manifest, roll, key }), fingerprint);
  assert.notEqual(await electionFingerprint({ manifest: key, roll, key: manifest }), fingerprint);
});

for (const [name, change, error] of [
  ["another fingerprint", (o) => (o.fingerprint = "00".repeat(32)), "FingerprintMismatch"],
  ["another roll", (o) => (o.roll = "00".repeat(32)), "FingerprintMismatch"],
  ["a missing field", (o) => delete o.key, "MissingField"],
  ["an unknown field", (o) => (o.extra = 1), "UnknownField"],
]) {
  test(`no opening: ${name}`, () => refusesLater(readOpening(changed("open", change)), error));
}

test("a manifest that the opening does not name is refused before it is read", async () => {
  const manifest = changed("manifest", (m) => (m.title.en = "The other park"));
  await refusesLater(example({ manifest }), "OpeningMismatch");
});

test("a key that the opening does not name is refused", async () => {
  await refusesLater(example({ key: changed("key", (k) => (k.transcript = "11".repeat(32))) }), "OpeningMismatch");
});

test("an h that every trustee signed is still derived again", async () => {
  const { credentialOf } = await import("../../voting/static/voting/booth/credentials/derivation.js");
  const { sign, signingMessage } = await import("../../voting/static/voting/booth/credentials/signatures.js");
  const { sha256 } = await import("../../voting/static/voting/booth/sha256.js");
  const { concat, u32be } = await import("../../voting/static/voting/booth/octets.js");
  const value = JSON.parse(new TextDecoder().decode(record("key.json")));
  const { acknowledgements: _left, ...rest } = { ...value, h: `${"A".repeat(value.h.length - 1)}Q` }; // h = 1
  const digest = await sha256(encode(rest));
  const acknowledgements = await Promise.all([11, 12, 13].map(async (octet, index) => {
    const { privateKey } = await credentialOf(new Uint8Array(32).fill(octet));
    const message = await sha256(concat(u32be(index + 1), digest));
    const signature = await sign(privateKey, signingMessage("veritally/key-acknowledgement/1", message));
    return Buffer.from(signature).toString("base64url");
  }));
  const manifest = await readManifest(record("manifest.json"), ALLOWED);
  await refusesLater(readKeyRecord(encode({ ...rest, acknowledgements }), manifest), "BaseMismatch");
});
