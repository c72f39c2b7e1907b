// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Choose one option, or none where a blank vote is allowed (docs/spec/contests.md, "choose-one").
 */
import { DoesNotFit, InvalidCounterBits, TooManyParts, WrongNumberOfOptions } from "../errors.js";
import { amountsOf, checkChoices, total } from "./base.js";
import { MARGIN } from "./program.js";

/** @import { Common, Kind } from "./base.js" */
/** @import { Constraint, Sizes } from "./program.js" */

/** @typedef {Common & {blank: boolean}} ChooseOne */

/** @type {Kind<ChooseOne>} */
export const chooseOne = Object.freeze({
  kind: "choose-one",

  read(common, fields) {
    const contest = { ...common, blank: fields.boolean("blank") };
    if (slotsOf(contest) < 2) throw new WrongNumberOfOptions("one answer is no question", { expected: "at least 2" });
    return contest;
  },

  largest: () => 1,

  compile(contest, sizes) {
    const slots = slotsOf(contest);
    const parts = partSizes(slots, sizes);
    const powers = Array.from({ length: parts[0] }, (_, place) => 1n << BigInt(sizes.counterBits * place));
    if (parts.length === 1) return { variables: [{ domain: powers, counters: slots }], constraints: [] };
    const variables = parts.map((size) => ({ domain: [0n, ...powers.slice(0, size)], counters: size }));
    /** @type {Constraint} */
    const one = { terms: parts.map((_, part) => [part, 1n]), allowed: powers };
    return { variables, constraints: [one] };
  },

  answer(contest, selection) {
    const amounts = amountsOf(contest, selection, 1);
    checkChoices(total(amounts), contest.blank ? 0 : 1, 1);
    return amounts;
  },

  encode(contest, amounts, sizes) {
    const slot = amounts.includes(1) ? amounts.indexOf(1) : contest.options.length;
    const parts = partSizes(slotsOf(contest), sizes);
    const part = Math.floor(slot / parts[0]); // all parts but the last have the size of the first
    const value = 1n << BigInt(sizes.counterBits * (slot % parts[0]));
    return parts.map((_, index) => (index === part ? value : 0n));
  },
});

/** @param {ChooseOne} contest */
function slotsOf({ options, blank }) {
  return options.length + (blank ? 1 : 0);
}

/**
 * The number of slots in each ciphertext. B parts of B^j would add up to B^(j+1), which would pass for one choice.
 * @param {number} slots
 * @param {Sizes} sizes
 * @returns {number[]} throws InvalidCounterBits, DoesNotFit, TooManyParts
 */
function partSizes(slots, { counterBits, modulusBits }) {
  if (counterBits < 1) throw new InvalidCounterBits("counters too small", { computed: counterBits });
  const room = Math.floor((modulusBits - MARGIN) / counterBits);
  if (room < 1) throw new DoesNotFit("one counter", { expected: modulusBits - MARGIN, computed: counterBits });
  const parts = Math.ceil(slots / room);
  if (parts >= 2 ** counterBits) throw new TooManyParts("one-hot parts", { computed: parts });
  const size = Math.ceil(slots / parts);
  return Array.from({ length: Math.ceil(slots / size) }, (_, part) => Math.min(size, slots - part * size));
}
