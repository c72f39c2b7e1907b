// SPDX-License-Identifier: AGPL-3.0-or-later
/** Entry bundles: u16be length ‖ entry, 256 times (docs/spec/board.md, "Tiles"). */
import { Refusal } from "../errors.js";
import { WIDTH } from "./paths.js";

export const BUNDLE_LIMIT = WIDTH * (2 + 65_535); // octets

/**
 * @param {Uint8Array} octets
 * @param {number} width
 */
export function readBundle(octets, width) {
  const entries = [];
  let place = 0;
  for (let index = 0; index < width; index += 1) {
    const start = place + 2;
    place = start + ((octets[place] ?? 0) << 8) + (octets[place + 1] ?? 0);
    if (place > octets.length) break;
    entries.push(octets.subarray(start, place));
  }
  if (place !== octets.length) {
    throw new Refusal("log", "MalformedTile", "entries do not fill the bundle", { expected: place, computed: octets.length });
  }
  return entries;
}
