// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the worker does for the page, and what it refuses to do; asked through the page's side of it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test, { after } from "node:test";

import { leafHash } from "../../voting/static/voting/booth/board/merkle.js";
import { toBase64, toBase64url } from "../../voting/static/voting/booth/codec/base64.js";
import { encode } from "../../voting/static/voting/booth/codec/canonical.js";
import { parseCode } from "../../voting/static/voting/booth/credentials/codes.js";
import { credentialOf, deriveCredential } from "../../voting/static/voting/booth/credentials/derivation.js";
import { sign } from "../../voting/static/voting/booth/credentials/signatures.js";
import { Engine } from "../../voting/static/voting/booth/engine/client.js";
import { Desk } from "../../voting/static/voting/booth/engine/desk.js";
import { serve } from "../../voting/static/voting/booth/engine/service.js";
import { concat, utf8 } from "../../voting/static/voting/booth/octets.js";
import { digestOf, signRecord } from "../../voting/static/voting/booth/record/signed.js";
import { record, vectors } from "./support.mjs";

const CHOICE = { selections: { park: { no: 1 } }, supersedes: "" };
const [OTHER_CODE, CODE] = vectors("credentials").codes.map(({ voting_code: code }) => code);
const ORIGIN = "vote.example/board/park";
const [log, witness, stranger] = await Promise.all([1, 3, 9].map((octet) => credentialOf(new Uint8Array(32).fill(octet))));
const engines = [];

/** A worker in this very process: messages are cloned, as they are on the way to a real one. */
function worker() {
  const { port1, port2 } = new MessageChannel();
  const theirs = { onmessage: null, postMessage: (message) => port2.postMessage(message) };
  port2.on("message", (data) => theirs.onmessage({ data }));
  serve(new Desk(), theirs);
  const ours = { onmessage: null, postMessage: (message) => port1.postMessage(message), terminate: () => port1.close() };
  port1.on("message", (data) => ours.onmessage({ data }));
  return ours;
}

async function opened() {
  const engine = new Engine(worker());
  engines.push(engine);
  const payloads = { manifest: record("manifest.json"), key: record("key.json"), opening: record("open.json") };
  const election = await engine.open(payloads, { allowTestModulus: true });
  return { engine, election };
}

async function identified() {
  const { engine, election } = await opened();
  const { credential } = await engine.identify(CODE);
  return { engine, election, credential, choice: { credential, ...CHOICE } };
}

after(() => {
  engines.forEach((engine) => engine.stop());
  setTimeout(() => process.exit(), 100).unref(); // the loops' channels stay open
});

function rejects(promise, name) {
  return assert.rejects(promise, (error) => error.name === name || assert.equal(error.name, name));
}

async function signature(key, octets, typed, stamp = new Uint8Array()) {
  const keyId = createHash("sha256").update(concat(utf8(`${typed.name}\n`), new Uint8Array([typed.type]), key.publicKey)).digest();
  return `— ${typed.name} ${toBase64(concat(keyId.subarray(0, 4), stamp, await sign(key.privateKey, octets)))}\n`;
}

/** The answer of a board that has this one entry, signed by its log and its witness. */
async function answerFor(sent, { type = "ballot", by = log, seenBy = [witness] } = {}) {
  const entry = encode({
    v: 1, type, seq: 0, prev: "00".repeat(32), time: "2026-11-22T21:45:00Z",
    payload_sha256: createHash("sha256").update(sent).digest("hex"), payload_len: sent.length,
  });
  const text = `${ORIGIN}\n1\n${toBase64(await leafHash(entry))}\n`;
  const stamp = new Uint8Array(8);
  stamp[7] = 1;
  const seen = utf8(`cosignature/v1\ntime 1\n${text}`);
  const cosigned = await Promise.all(seenBy.map((one) => signature(one, seen, { name: "witness.example", type: 4 }, stamp)));
  const signed = await signature(by, utf8(text), { name: ORIGIN, type: 1 });
  const receipt = `c2sp.org/tlog-proof@v1\nindex 0\n\n${text}\n${signed}${cosigned.join("")}`;
  return { type, entry: new TextDecoder().decode(entry), receipt };
}

async function refusalOf(sent, code, { by = log, fingerprint } = {}) {
  const digest = createHash("sha256").update(sent).digest("hex");
  const text = `veritally refusal v1\n${fingerprint}\n${digest}\n${code}\n2026-11-22T21:45:00Z\n`;
  return { code, refusal: `${text}\n${await signature(by, utf8(text), { name: ORIGIN, type: 1 })}` };
}

test("a ballot is fixed, cast and confirmed", async () => {
  const { engine, choice, credential } = await identified();
  const { tracker, checkCode } = await engine.seal(choice);
  assert.match(tracker, /^[0-9a-f]{64}$/);
  assert.match(checkCode, /^(?:[0-9A-Z]{4}-){6}[0-9A-Z*~$=]$/);
  const { sent, body } = await engine.cast({ tracker });
  const value = JSON.parse(new TextDecoder().decode(body));
  assert.deepEqual(Object.keys(value), ["ballot", "commitments"]);
  assert.equal(Buffer.from(value.ballot.credential, "base64url").toString("hex"), credential);
  assert.deepEqual(encode(value.ballot), sent);
  assert.deepEqual(await engine.confirm({ type: "ballot", sent, tracker, answer: await answerFor(sent) }), {
    credential, seq: 0, size: 1, time: Date.UTC(2026, 10, 22, 21, 45),
  });
});

for (const [name, seenBy] of [
  ["that no witness has signed", []],
  ["that only a stranger has signed, in the witness's name", [stranger]],
]) {
  test(`a fork of the board ${name} confirms nothing, though the log has signed it`, async () => {
    const { engine, choice } = await identified();
    const shown = await engine.seal(choice);
    const { sent } = await engine.cast(shown);
    await rejects(engine.confirm({ type: "ballot", sent, tracker: shown.tracker, answer: await answerFor(sent, { seenBy }) }), "QuorumNotMet");
    assert.equal((await engine.confirm({ type: "ballot", sent, tracker: shown.tracker, answer: await answerFor(sent) })).seq, 0);
  });
}

test("cast twice gives the identical octets", async () => {
  const { engine, choice } = await identified();
  const shown = await engine.seal(choice);
  assert.deepEqual(await engine.cast(shown), await engine.cast(shown));
});

test("every ballot has powers of its own", async () => {
  const { engine, choice } = await identified();
  const trackers = [await engine.seal(choice), await engine.seal(choice)].map(({ tracker }) => tracker);
  assert.notEqual(trackers[0], trackers[1]);
});

test("only the ballot whose check code was shown is cast or tested", async () => {
  const { engine, choice } = await identified();
  const [first, second] = [await engine.seal(choice), await engine.seal(choice)];
  await rejects(engine.cast(first), "NothingSealed");
  await rejects(engine.challenge(first), "NothingSealed");
  const { sent } = await engine.cast(second);
  const answer = await answerFor(sent);
  await rejects(engine.confirm({ type: "ballot", sent, tracker: first.tracker, answer }), "AnotherEntry");
  await engine.confirm({ type: "ballot", sent, tracker: second.tracker, answer });
});

test("no ballot is fixed for another code than the one that was given last", async () => {
  const { engine, choice } = await identified();
  await engine.identify(OTHER_CODE);
  await rejects(engine.seal(choice), "NotIdentified");
});

test("a choice that is not allowed fixes nothing", async () => {
  const { engine, choice } = await identified();
  await rejects(engine.seal({ ...choice, selections: { park: { no: 1, yes: 1 } } }), "InvalidSelection");
  await rejects(engine.cast({ tracker: "" }), "NothingSealed");
  await engine.seal(choice);
});

test("what was cast is never tested, and what was tested never cast", async () => {
  const { engine, choice } = await identified();
  const first = await engine.seal(choice);
  await engine.cast(first);
  await rejects(engine.challenge(first), "NothingSealed");
  const second = await engine.seal(choice);
  await engine.challenge(second);
  await rejects(engine.cast(second), "NothingSealed");
});

test("nothing is done without an election, a code or a fixed ballot", async () => {
  const bare = new Engine(worker());
  engines.push(bare);
  await rejects(bare.identify(CODE), "NothingSealed");
  const { engine } = await opened();
  await rejects(engine.seal(CHOICE), "NotIdentified");
  await rejects(engine.cast({ tracker: "" }), "NothingSealed");
  await rejects(engine.reveal(), "NotTested");
});

test("a code that was mistyped is refused with its place", async () => {
  const { engine } = await opened();
  await assert.rejects(engine.identify(CODE.replace("Z", "!")), ({ name, computed }) => {
    return name === "ForbiddenCodeCharacter" && Number.isInteger(computed);
  });
});

test("the receipt of another test opens nothing", async () => {
  const { engine, choice } = await identified();
  const shown = await engine.seal(choice);
  const { sent } = await engine.challenge(shown);
  const other = await engine.seal(choice);
  await engine.challenge(other);
  await engine.confirm({ type: "challenged", sent, tracker: shown.tracker, answer: await answerFor(sent, { type: "challenged" }) });
  await rejects(engine.reveal(), "NotTested");
});

test("a tested ballot is opened only when its test is on the board", async () => {
  const { engine, choice, credential } = await identified();
  const { tracker } = await engine.seal(choice);
  const { sent } = await engine.challenge({ tracker });
  await rejects(engine.reveal(), "NotTested");
  await rejects(engine.confirm({ type: "challenged", sent, tracker, answer: await answerFor(sent, { type: "challenged", by: stranger }) }), "NotSigned");
  await rejects(engine.reveal(), "NotTested");
  const answer = await answerFor(sent, { type: "challenged" });
  await engine.confirm({ type: "challenged", sent, tracker, answer });
  const opening = await engine.reveal();
  assert.deepEqual([opening.tracker, opening.credential, opening.selections], [tracker, credential, CHOICE.selections]);
  const other = (await opened()).engine;
  await other.checkOpening(opening);
  await rejects(other.checkOpening({ ...opening, selections: { park: { yes: 1 } } }), "OpeningRefuted");
  const found = await other.checkEntry({ digits: tracker, answer, payload: sent });
  assert.deepEqual([found.type, found.tracker, found.credential], ["challenged", tracker, credential]);
});

test("a receipt for other octets, of another type or by another key confirms nothing", async () => {
  const { engine, choice } = await identified();
  const shown = await engine.seal(choice);
  const { sent } = await engine.cast(shown);
  await rejects(engine.confirm({ type: "ballot", sent, tracker: shown.tracker, answer: await answerFor(utf8("another")) }), "AnotherEntry");
  await rejects(engine.confirm({ type: "ballot", sent, tracker: shown.tracker, answer: await answerFor(sent, { type: "challenged" }) }), "AnotherEntry");
  await rejects(engine.confirm({ type: "ballot", sent, tracker: shown.tracker, answer: await answerFor(sent, { by: stranger }) }), "NotSigned");
  await rejects(engine.confirm({ type: "ballot", sent, tracker: shown.tracker, answer: { entry: "", receipt: "" } }), "MalformedProof");
});

test("a refusal counts only if the log's key signed it, for these octets and this reason", async () => {
  const { engine, choice, election: { fingerprint } } = await identified();
  const shown = await engine.seal(choice);
  const { sent } = await engine.cast(shown);
  const good = await refusalOf(sent, "not-open", { fingerprint });
  assert.deepEqual(await engine.refusal({ sent, answer: good }), { code: "not-open" });
  for (const answer of [
    await refusalOf(utf8("another"), "not-open", { fingerprint }),
    await refusalOf(sent, "not-open", { fingerprint: "00".repeat(32) }),
    await refusalOf(sent, "not-open", { fingerprint, by: stranger }),
    { ...good, code: "limit-reached" },
  ]) await rejects(engine.refusal({ sent, answer }), "RefusalOfSomethingElse");
  await rejects(engine.refusal({ sent, answer: { code: "not-open", refusal: "" } }), "MalformedNote");
});

test("an entry is checked down to its proof", async () => {
  const { engine, choice } = await identified();
  const { tracker } = await engine.seal(choice);
  const { sent } = await engine.cast({ tracker });
  const answer = await answerFor(sent);
  const found = await engine.checkEntry({ digits: tracker.slice(0, 30), answer, payload: sent });
  assert.deepEqual([found.type, found.tracker, found.supersedes], ["ballot", tracker, ""]);
  await rejects(engine.checkEntry({ digits: "0".repeat(30), answer, payload: sent }), "AnotherEntry");
  await rejects(engine.checkEntry({ digits: tracker, answer: { ...answer, type: "manifest" }, payload: sent }), "UnknownEntryType");
  const forged = encode({ ...JSON.parse(new TextDecoder().decode(sent)), supersedes: "ab".repeat(32) });
  await rejects(engine.checkEntry({ digits: tracker, answer: await answerFor(forged), payload: forged }), "BadSignature");
});

test("how far the check of a proof has come is told", async () => {
  const { engine, choice } = await identified();
  const { tracker } = await engine.seal(choice);
  const { sent } = await engine.cast({ tracker });
  const told = [];
  engine.onchecking = (progress) => told.push(progress);
  await engine.checkEntry({ digits: tracker, answer: await answerFor(sent), payload: sent });
  const { made, total } = told.at(-1);
  assert.equal(made, total);
  assert.ok(total >= JSON.parse(new TextDecoder().decode(sent)).contests.length);
  assert.ok(told.every((one) => one.total === total && one.made <= total));
});

test("a board that was published for everybody is compared with a receipt, under the manifest's witnesses", async () => {
  const { engine } = await identified();
  const [mine, others] = [await answerFor(utf8("mine")), await answerFor(utf8("others"))];
  const shown = ({ entry, receipt }, seen) => ({
    published: utf8(receipt.split("\n\n").slice(1).join("\n\n")), ballot: { entry: utf8(entry), proof: [] }, earlier: { receipt: seen.receipt, proof: [] },
  });
  const { size, quorum, isClosed } = await engine.checkBoard(shown(mine, mine));
  assert.deepEqual([size, quorum, isClosed], [1, 1, false]);
  await rejects(engine.checkBoard(shown(others, mine)), "BoardForked");
  await rejects(engine.checkBoard({ ...shown(mine, mine), ballot: shown(others, mine).ballot }), "BoardForked");
  const unseen = await answerFor(utf8("mine"), { seenBy: [] });
  await rejects(engine.checkBoard(shown(unseen, mine)), "QuorumNotMet");
  await rejects(engine.checkBoard(shown(mine, unseen)), "QuorumNotMet");
  await rejects(engine.checkBoard(shown(await answerFor(utf8("mine"), { by: stranger }), mine)), "NotSigned");
});

test("of ballots of one's own, signature, election and place are looked at, and not the proof", async () => {
  const { engine, credential, choice } = await identified();
  const { tracker } = await engine.seal(choice);
  const { sent } = await engine.cast({ tracker });
  const key = await deriveCredential(parseCode(CODE), JSON.parse(new TextDecoder().decode(record("manifest.json"))).election_id);
  const resigned = async (change) => {
    const { signature: _signature, ...value } = { ...JSON.parse(new TextDecoder().decode(sent)), ...change };
    const octets = await signRecord(value, key.privateKey);
    return { digits: Buffer.from(await digestOf(value)).toString("hex"), payload: octets, answer: await answerFor(octets) };
  };
  const unproven = await resigned({ challenge: toBase64url(new Uint8Array(16)) });
  await rejects(engine.checkEntry(unproven), "ChallengeSumMismatch");
  const found = await engine.checkSigned(unproven);
  assert.deepEqual([found.credential, found.tracker, found.seq], [credential, unproven.digits, 0]);
  await rejects(engine.checkSigned(await resigned({ election: "00".repeat(32) })), "ForeignRecord");
  await rejects(engine.checkSigned({ ...unproven, digits: tracker }), "AnotherEntry");
  const answer = await answerFor(unproven.payload, { type: "challenged" });
  await rejects(engine.checkSigned({ ...unproven, answer }), "AnotherEntry");
  await rejects(engine.checkSigned({ ...unproven, answer: await answerFor(unproven.payload, { by: stranger }) }), "NotSigned");
  await rejects(engine.checkSigned({ ...unproven, answer: await answerFor(unproven.payload, { seenBy: [] }) }), "QuorumNotMet");
  const forged = encode({ ...JSON.parse(new TextDecoder().decode(sent)), supersedes: "ab".repeat(32) });
  await rejects(engine.checkSigned({ digits: tracker, payload: forged, answer: await answerFor(forged) }), "BadSignature");
});

test("progress is told, and powers are made while nobody asks", async () => {
  const { engine } = await opened();
  const told = [];
  await new Promise((resolve) => {
    engine.onprogress = (progress) => {
      told.push(progress);
      if (progress.made === progress.total) resolve();
    };
  });
  assert.ok(told.every(({ made, total }) => 0 <= made && made <= total));
});

test("progress is told while a ballot waits for its powers", async () => {
  const desk = new Desk();
  const payloads = { manifest: record("manifest.json"), key: record("key.json"), opening: record("open.json") };
  await desk.open({ ...payloads, allowTestModulus: true });
  const { credential } = await desk.identify({ code: CODE });
  await desk.refill();
  const { total } = desk.progress;
  const told = [];
  desk.onprogress = ({ made }) => told.push(made);
  await desk.seal({ credential, ...CHOICE });
  assert.deepEqual(told, Array.from({ length: total - 1 }, (_, index) => index + 1));
});

test("a check code is told before anything is drawn for the next ballot", async (context) => {
  const desk = new Desk();
  const payloads = { manifest: record("manifest.json"), key: record("key.json"), opening: record("open.json") };
  await desk.open({ ...payloads, allowTestModulus: true });
  const { credential } = await desk.identify({ code: CODE });
  await desk.refill();
  const draws = context.mock.method(crypto.subtle, "deriveBits");
  const first = await desk.seal({ credential, ...CHOICE });
  assert.deepEqual([draws.mock.callCount(), desk.progress.total], [0, 0]);
  const second = await desk.seal({ credential, ...CHOICE });
  assert.ok(draws.mock.callCount() > 0);
  assert.notEqual(first.tracker, second.tracker);
});

test("whoever waits for a worker that is stopped is told so", async () => {
  const { engine } = await opened();
  const waiting = engine.identify(CODE);
  engine.stop();
  await rejects(waiting, "Stopped");
  assert.equal(engine.hasEnded, true);
  await rejects(engine.cast({ tracker: "" }), "Stopped");
});

test("an error that is no refusal tells its name alone", async () => {
  const { engine } = await opened();
  await assert.rejects(engine.seal(null), ({ name, message }) => name === "Failure" && message === "TypeError");
});
