// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Notices that a word which is expected does not come.
 *
 * It counts the ticks of a timer while the page can be seen, and asks no clock: a page that slept, with all that it
 * waits for, has not waited, nor has one in the background, where browsers hold workers and timers up.
 */
const TICK = 5_000; // ms

export class Silence {
  #onsilent;
  #left = 0; // ms
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {() => void} onsilent called once for each silence */
  constructor(onsilent) {
    this.#onsilent = onsilent;
  }

  /** From now on a word is expected. @param {number} patience ms */
  expect(patience) {
    this.#left = patience;
    this.#timer ??= setInterval(() => this.#tick(), TICK);
  }

  /** None is expected any more. */
  end() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick() {
    if (globalThis.document?.visibilityState === "hidden") return;
    this.#left -= TICK;
    if (this.#left > 0) return;
    this.end();
    this.#onsilent();
  }
}
