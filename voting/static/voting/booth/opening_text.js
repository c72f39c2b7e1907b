// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The opening of a tested ballot as text, for another device: in a link's fragment, a QR code or a file
 * (docs/spec/intake.md, "Openings"). It says how the voter chose, so it goes to nobody else.
 *
 * 1 octet version, 32 seed, 32 tracker, 32 credential, 32 supersedes (zeros for none), then the amounts of all options in
 * manifest order, each as a LEB128 number; all in base64url.
 */
import { MalformedOpening, Refusal } from "./errors.js";
import { fromBase64url, toBase64url } from "./codec/base64.js";
import { concat, fromHex, toHex } from "./octets.js";

/** @import { Selections } from "./casting.js" */
/** @import { Common } from "./contests/base.js" */
/** @import { Octets } from "./octets.js" */

/** @typedef {{seed: Octets, tracker: string, credential: string, supersedes: string, selections: Selections}} Opening `credential`: whose ballot it is */

const VERSION = 2;
const DIGEST_OCTETS = 32;
const HEAD = 1 + 4 * DIGEST_OCTETS;
const LIMIT = 100_000; // characters
const NONE = "00".repeat(DIGEST_OCTETS);

/**
 * @param {Opening} opening
 * @param {readonly Common[]} contests
 * @returns {string}
 */
export function writeOpening({ seed, tracker, credential, supersedes, selections }, contests) {
  const amounts = contests.flatMap(({ id, options }) => options.map((option) => selections[id]?.[option.id] ?? 0));
  const head = [new Uint8Array([VERSION]), seed, fromHex(tracker), fromHex(credential), fromHex(supersedes || NONE)];
  return toBase64url(concat(...head, new Uint8Array(amounts.flatMap(leb128))));
}

/**
 * @param {string} text
 * @param {readonly Common[]} contests
 * @returns {Opening} throws MalformedOpening
 */
export function readOpening(text, contests) {
  const octets = decode(text);
  if (octets[0] !== VERSION || octets.length < HEAD) throw new MalformedOpening("not the opening of a tested ballot");
  const [seed, tracker, credential, supersedes] = [0, 1, 2, 3].map((part) =>
    octets.slice(1 + part * DIGEST_OCTETS, 1 + (part + 1) * DIGEST_OCTETS));
  const amounts = readNumbers(octets.slice(HEAD));
  const count = contests.reduce((sum, { options }) => sum + options.length, 0);
  if (amounts.length !== count) {
    throw new MalformedOpening("of a ballot with other questions", { expected: count, computed: amounts.length });
  }
  const before = toHex(supersedes);
  const selections = selectionsOf(amounts, contests);
  return { seed, tracker: toHex(tracker), credential: toHex(credential), supersedes: before === NONE ? "" : before, selections };
}

/**
 * @param {number[]} amounts
 * @param {readonly Common[]} contests
 */
function selectionsOf(amounts, contests) {
  let at = 0;
  return Object.fromEntries(contests.map(({ id, options }) => {
    const rows = options.map((option) => /** @type {const} */ ([option.id, amounts[at++]]));
    return [id, Object.fromEntries(rows.filter(([, amount]) => amount > 0))];
  }));
}

/** @param {string} text @returns {Octets} */
function decode(text) {
  if (text.length > LIMIT) throw new MalformedOpening("too long");
  try {
    return fromBase64url(text, Math.floor((text.length * 3) / 4));
  } catch (error) {
    if (error instanceof Refusal) throw new MalformedOpening("not the opening of a tested ballot");
    throw error;
  }
}

/** @param {number} number below 2^53 */
function leb128(number) {
  const octets = [];
  let rest = number;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    octets.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return octets;
}

/** @param {Octets} octets @returns {number[]} */
function readNumbers(octets) {
  const numbers = [];
  let [number, scale] = [0, 1];
  for (const octet of octets) {
    number += (octet % 128) * scale;
    if (!Number.isSafeInteger(number)) throw new MalformedOpening("a number that is too large");
    if (octet >= 128) {
      scale *= 128;
      continue;
    }
    if (octet === 0 && scale > 1) throw new MalformedOpening("a number with a second spelling");
    numbers.push(number);
    [number, scale] = [0, 1];
  }
  if (scale > 1) throw new MalformedOpening("cut off in the middle of a number");
  return numbers;
}
