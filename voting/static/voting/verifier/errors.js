// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one kind of error that a record can cause: a refusal with the name that docs/spec/verification.md gives it.
 *
 * `family` says which page of the specification the name is from; two pages use some names for different things.
 */

/**
 * @typedef {"codec" | "log" | "source" | "unavailable" | "contest" | "manifest" | "derived" | "record" | "crypto" | "tally"} Family
 */

export class Refusal extends Error {
  /**
   * @param {Family} family
   * @param {string} name
   * @param {string} message
   * @param {{ expected?: unknown, computed?: unknown }} [evidence]
   */
  constructor(family, name, message, { expected, computed } = {}) {
    super(message);
    this.family = family;
    this.name = name;
    this.expected = expected;
    this.computed = computed;
  }

  /**
   * The same refusal, its message led by where it happened.
   * @param {string} place
   */
  at(place) {
    return new Refusal(this.family, this.name, `${place}: ${this.message}`, this);
  }
}

/**
 * Run `act` and put `place` in front of any refusal.
 * @template T
 * @param {string} place
 * @param {() => T} act
 * @returns {T}
 */
export function placed(place, act) {
  try {
    return act();
  } catch (error) {
    throw error instanceof Refusal ? error.at(place) : error;
  }
}
