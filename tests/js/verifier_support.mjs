// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the tests of the verifier in the browser share: vectors, records, refusals by name. Nothing of the booth. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { encode } from "../../voting/static/voting/verifier/codec/canonical.js";
import { Refusal } from "../../voting/static/voting/verifier/errors.js";

const VECTORS = new URL("../vectors/", import.meta.url);

export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, VECTORS), "utf8"));
}

export function specification(name) {
  return readFileSync(new URL(`../../docs/spec/${name}.md`, VECTORS), "utf8");
}

export function record(name) {
  return new Uint8Array(readFileSync(new URL(`records/${name}`, VECTORS)));
}

/** A JSON value as the verifier holds it: objects are maps. */
export function valueOf(value) {
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, valueOf(item)]));
}

/** The octets of a record after a test has changed it. */
export function changed(name, change) {
  const value = JSON.parse(new TextDecoder().decode(record(`${name}.json`)));
  change(value);
  return encode(valueOf(value));
}

/** Minimal hexadecimal, with "-" in front of a negative number. */
export function number(text) {
  return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

export function refuses(act, reason) {
  assert.throws(act, (error) => {
    assert.ok(error instanceof Refusal, `${error?.stack}`);
    assert.equal(error.name, reason);
    return true;
  });
}

export function octets(hexadecimal) {
  return new Uint8Array(Buffer.from(hexadecimal, "hex"));
}
