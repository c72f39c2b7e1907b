// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The worker of a page, or another one after it: a worker that has ended is replaced as soon as one is needed.
 *
 * While the page is left there is none, and a new one knows no key and no powers of an earlier one.
 */
import { Stopped } from "../errors.js";
import { openElection } from "./election_page.js";

/** @import { Engine } from "../engine/client.js" */
/** @import { Opened } from "./election_page.js" */

export class Polling {
  #opened;
  #isLeft = false;
  /** @type {Promise<Engine> | undefined} */
  #renewal;

  /** @param {Opened} opened */
  constructor(opened) {
    this.#opened = opened;
  }

  /** The last worker, which may have ended. */
  get engine() {
    return this.#opened.engine;
  }

  get isLeft() {
    return this.#isLeft;
  }

  /** The page is left, for good or not: key, seeds and powers go. */
  leave() {
    this.#isLeft = true;
    this.engine.stop();
  }

  comeBack() {
    this.#isLeft = false;
  }

  /**
   * @returns {Promise<Engine>} one that works; throws Stopped while the page is left, FingerprintMismatch if the server now
   *   shows another election, or what opening it throws
   */
  async live() {
    if (this.#isLeft) throw new Stopped("the page is left");
    if (!this.engine.hasEnded) return this.engine;
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  /** Begin a new worker if one will be needed; what stands in its way is said when it is. */
  prepare() {
    this.live().catch(() => {});
  }

  async #renew() {
    const { page, server } = this.#opened;
    const { engine, election } = await openElection(page, server);
    if (this.#isLeft) engine.stop();
    this.#opened = { ...this.#opened, engine, election };
    return engine;
  }
}
