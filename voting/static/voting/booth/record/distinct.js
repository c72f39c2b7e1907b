// SPDX-License-Identifier: AGPL-3.0-or-later
/** Names and keys of a manifest that must all be different (docs/spec/record.md, "Manifest"). */
import { RepeatedKey, RepeatedName } from "../errors.js";
import { toHex } from "../octets.js";

/** @param {readonly string[]} names throws RepeatedName */
export function checkDistinctNames(names) {
  if (new Set(names).size !== names.length) throw new RepeatedName("one name twice");
}

/** @param {readonly Uint8Array[]} keys throws RepeatedKey */
export function checkDistinctKeys(keys) {
  if (new Set(keys.map(toHex)).size !== keys.length) throw new RepeatedKey("one key twice");
}
