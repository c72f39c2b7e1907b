// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from "node:assert/strict";
import test from "node:test";

import { codeIn, isPinOf, readLink } from "../../voting/static/voting/booth/ui/link.js";
import { fateOf } from "../../voting/static/voting/booth/ui/check/found.js";
import { readAmount } from "../../voting/static/voting/booth/ui/questions/rows.js";
import { refuses } from "./support.mjs";

const FINGERPRINT = "c9b649aaf711911cc299477d5356c1852be800f1cbd5348eefd9180785d34b44";

for (const [fragment, text, pin] of [
  ["", "", ""], ["#", "", ""], ["#CODE", "CODE", ""], ["#CODE.C9B6", "CODE", "c9b6"], ["#.c9b6", "", "c9b6"],
  ["#CODE.", "CODE", ""], ["#a.b.c", "a", "b.c"], ["#%24%2E12", "$", "12"], ["#%zz.12", "%zz", "12"],
]) {
  test(`the link ${JSON.stringify(fragment)} is read`, () => assert.deepEqual(readLink(fragment), { text, pin }));
}

test("a link names an election by 12 digits of its fingerprint at least, and by all of them at most", () => {
  for (const length of [12, 13, 40, 64]) assert.ok(isPinOf(FINGERPRINT.slice(0, length), FINGERPRINT));
  for (const pin of ["", "c", FINGERPRINT.slice(0, 11), `${FINGERPRINT}0`, FINGERPRINT.slice(1, 20), FINGERPRINT.slice(0, 12).toUpperCase(),
    `${FINGERPRINT.slice(0, 12)}z`, ` ${FINGERPRINT.slice(0, 12)}`]) {
    assert.equal(isPinOf(pin, FINGERPRINT), false, pin);
  }
});

for (const [name, typed, code] of [
  ["a code", " 7K3M ", " 7K3M "], ["a link", "https://vote.example/elections/x/vote/#7K3M-V8QT", "7K3M-V8QT"],
  ["a link with the words around it", "Your link: https://vote.example/vote/#7K3M \n", "7K3M"],
  ["a link that names this election", `https://vote.example/vote/#7K3M.${FINGERPRINT.slice(0, 12).toUpperCase()}`, "7K3M"],
  ["what stands after # alone", "#7K3M", "7K3M"], ["a link without a code", `https://vote.example/vote/#.${FINGERPRINT}`, ""],
]) {
  test(`the code is taken from ${name}`, () => assert.equal(codeIn(typed, FINGERPRINT), code));
}

for (const pin of ["000000000000", FINGERPRINT.slice(0, 11), `${FINGERPRINT}0`, "x"]) {
  test(`a link to the election ${pin} gives no code here`, () => {
    refuses(() => codeIn(`https://vote.example/vote/#7K3M.${pin}`, FINGERPRINT), "AnotherElection");
  });
}

const FOUND = { state: "open", counts: true, later: [], revoked: "" };
for (const [fate, type, change, isClosed] of [
  ["counts", "ballot", {}], ["ended", "ballot", { state: "closed" }], ["ended", "ballot", { state: "final" }],
  ["final", "ballot", { state: "checking" }, true], ["final", "ballot", {}, true], ["replaced", "ballot", { counts: false, later: [{}] }, true], ["tested", "challenged", { counts: false }],
  ["revoked", "ballot", { counts: false, revoked: "a".repeat(64), later: [{}] }], ["replaced", "ballot", { counts: false, later: [{}] }],
  ["refused", "ballot", { counts: false }], ["refused", "ballot", { counts: false, state: "final" }, true],
]) {
  const head = { isClosed: isClosed === true };
  const after = head.isClosed ? " before a proven closing entry" : "";
  test(`a ${type}${after} with ${JSON.stringify(change)} is ${fate}`, () => assert.equal(fateOf({ type, head }, { ...FOUND, ...change }), fate));
}

test("amounts are whole numbers in ASCII, Arabic or Persian digits, and nothing else", () => {
  assert.deepEqual(["7", " 07", "", "\u0661\u0662", "\u06f3"].map(readAmount), [7, 7, 0, 12, 3]);
  for (const typed of ["2,5", "2.5", "abc", "-1", "+1", "1e3", "0x1", "1 2", "\u0967", "\u0665x"]) assert.ok(Number.isNaN(readAmount(typed)), typed);
});
