// SPDX-License-Identifier: AGPL-3.0-or-later
/** A board on a web server, below its address. */
import { concat } from "../codec/octets.js";
import { notFound, tooLarge, unavailable } from "./source.js";

/** @typedef {import("./source.js").Source} Source */

const GONE = [404, 410];

/**
 * @param {string} address without a slash at the end
 * @param {typeof fetch} [get]
 * @returns {Source}
 */
export function webSource(address, get = (...request) => fetch(...request)) {
  return {
    read: async (path, limit) => {
      let response;
      try {
        response = await get(`${address}/${path}`, { credentials: "omit", redirect: "error" });
      } catch (error) {
        throw unavailable(path, error);
      }
      if (GONE.includes(response.status)) throw notFound(path);
      if (response.status !== 200) throw unavailable(path, `unexpected answer ${response.status}`);
      return readUpTo(response, path, limit);
    },
  };
}

/**
 * @param {Response} response
 * @param {string} path
 * @param {number} limit
 */
async function readUpTo(response, path, limit) {
  const reader = response.body?.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let size = 0;
  for (;;) {
    const next = await reader?.read().catch((error) => Promise.reject(unavailable(path, error)));
    if (!next || next.done) return concat(chunks);
    chunks.push(next.value);
    size += next.value.length;
    if (size > limit) {
      await reader?.cancel();
      throw tooLarge(path, limit);
    }
  }
}
