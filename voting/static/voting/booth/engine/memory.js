// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What a reload may not lose, for as long as the tab lives: the choices (until they are cast), for the one credential
 * that made them, and the octets that were sent (until their receipt is verified). Never a code, a key or a seed.
 *
 * What is read back is checked like any input; a storage that fails is as good as none.
 */

/** @import { Selections } from "../casting.js" */

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store */
/** @typedef {{owner: string, selections: Selections, orders: Readonly<Record<string, readonly string[]>>}} Draft `owner`: a credential */
/** @typedef {{ballot: string, tracker: string}} Sent a ballot as text, and its tracker; its commitments are a cache, and not kept */

const DIGEST = /^[0-9a-f]{64}$/;
const PREFIX = "veritally/";
const NO_STORE = Object.freeze({ getItem: () => null, setItem: () => {}, removeItem: () => {} });

/**
 * @param {{readonly sessionStorage: Storage}} scope the page's global object
 * @returns {Store} the tab's storage, or one that keeps nothing: a browser that blocks it throws even at its name
 */
export function tabStore(scope) {
  try {
    return scope.sessionStorage;
  } catch {
    return NO_STORE;
  }
}

/**
 * @param {Store} store
 * @returns {boolean} whether a ballot of some election may still be unconfirmed: asked before the election is known
 */
export function mayHoldSent(store) {
  return Object.keys(store).some((key) => key.startsWith(`${PREFIX}sent/`));
}

export class Memory {
  #store;
  #fingerprint;

  /**
   * @param {Store} store
   * @param {string} fingerprint of the election
   */
  constructor(store, fingerprint) {
    this.#store = store;
    this.#fingerprint = fingerprint;
  }

  /** @returns {Draft} */
  get draft() {
    const { owner, selections, orders } = Object(this.#read("draft"));
    if (typeof owner !== "string" || !DIGEST.test(owner)) return { owner: "", selections: {}, orders: {} };
    return { owner, selections: amountsOnly(selections), orders: textsOnly(orders) };
  }

  /** @param {Draft} draft */
  keepDraft(draft) {
    this.#write("draft", draft);
  }

  forgetDraft() {
    this.#remove("draft");
  }

  /** @returns {Sent | undefined} */
  get sent() {
    const { ballot, tracker } = Object(this.#read("sent"));
    return typeof ballot === "string" && DIGEST.test(tracker) ? { ballot, tracker } : undefined;
  }

  /** @param {Sent} sent @returns {boolean} whether a reload will find it: the storage may be full, or forbidden */
  keepSent(sent) {
    this.#write("sent", sent);
    return this.sent !== undefined;
  }

  forgetSent() {
    this.#remove("sent");
  }

  /** @param {string} name */
  #read(name) {
    try {
      return JSON.parse(this.#store.getItem(this.#key(name)) ?? "null");
    } catch {
      return null;
    }
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  #write(name, value) {
    try {
      this.#store.setItem(this.#key(name), JSON.stringify(value));
    } catch {
      this.#remove(name); // a full or forbidden storage: the page itself still has it
    }
  }

  /** @param {string} name */
  #remove(name) {
    try {
      this.#store.removeItem(this.#key(name));
    } catch {
      // nothing was kept either
    }
  }

  /** @param {string} name */
  #key(name) {
    return `${PREFIX}${name}/${this.#fingerprint}`;
  }
}

/**
 * @param {unknown} value
 * @returns {Selections}
 */
function amountsOnly(value) {
  return Object.fromEntries(
    Object.entries(Object(value)).map(([id, part]) => [
      id, Object.fromEntries(Object.entries(Object(part)).filter(([, amount]) => Number.isSafeInteger(amount))),
    ]),
  );
}

/**
 * @param {unknown} value
 * @returns {Record<string, string[]>}
 */
function textsOnly(value) {
  const rows = Object.entries(Object(value)).filter(([, list]) => Array.isArray(list));
  return Object.fromEntries(rows.map(([id, list]) => [id, list.filter((/** @type {unknown} */ x) => typeof x === "string")]));
}
