// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the tests of the booth share: vectors, refusals by name, changed copies of records. */
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";

import { encode } from "../../voting/static/voting/booth/codec/canonical.js";
import { Refusal } from "../../voting/static/voting/booth/errors.js";
import { openElection } from "../../voting/static/voting/booth/record/election.js";

globalThis.crypto ??= webcrypto; // node 18 has it under this name only

const VECTORS = new URL("../vectors/", import.meta.url);

export const VOTERS = [21, 22].map((octet) => new Uint8Array(32).fill(octet)); // seeds, as record_election.py has them

export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, VECTORS), "utf8"));
}

export function specification(name) {
  return readFileSync(new URL(`../../docs/spec/${name}.md`, VECTORS), "utf8");
}

export function record(name) {
  return new Uint8Array(readFileSync(new URL(`records/${name}`, VECTORS)));
}

/** The record as an object that a test may change, and its octets after the change. */
export function changed(name, change) {
  const value = JSON.parse(new TextDecoder().decode(record(`${name}.json`)));
  change(value);
  return encode(value);
}

export function example(payloads = {}) {
  const whole = { manifest: record("manifest.json"), key: record("key.json"), opening: record("open.json") };
  return openElection({ ...whole, ...payloads }, { allowTestModulus: true });
}

/** Minimal hexadecimal, with "-" in front of a negative number. */
export function number(text) {
  return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

export function refuses(act, reason) {
  assert.throws(act, (error) => isRefusal(error, reason));
}

export async function refusesLater(act, reason) {
  await assert.rejects(act, (error) => isRefusal(error, reason));
}

function isRefusal(error, reason) {
  assert.ok(error instanceof Refusal, `${error?.stack}`);
  assert.equal(error.name, reason);
  return true;
}
