// SPDX-License-Identifier: AGPL-3.0-or-later
/** A board on a web server, below its address. A server that falls silent, or never comes to an end, is given up. */
import { concat } from "../codec/octets.js";
import { notFound, tooLarge, unavailable } from "./source.js";

/** @typedef {import("./source.js").Source} Source */
/** @typedef {{ silence: number, whole: number }} Patience milliseconds without an octet, and for one resource */

const GONE = [404, 410];
/** @type {Patience} */
const PATIENCE = { silence: 30_000, whole: 900_000 };

/**
 * @param {string} address without a slash at the end
 * @param {typeof fetch} [get]
 * @param {Patience} [patience]
 * @returns {Source}
 */
export function webSource(address, get = (...request) => fetch(...request), patience = PATIENCE) {
  return {
    read: async (path, limit) => {
      const watch = watching(patience);
      try {
        return await readFrom(() => get(`${address}/${path}`, { credentials: "omit", redirect: "error", signal: watch.signal }), path, limit, watch.heard);
      } finally {
        watch.end();
      }
    },
  };
}

/**
 * A signal that stops a request which takes too long; `heard` begins a new silence.
 * @param {Patience} patience
 */
function watching({ silence, whole }) {
  const controller = new AbortController();
  const stopAfter = (/** @type {number} */ time, /** @type {string} */ reason) => setTimeout(() => controller.abort(new Error(reason)), time);
  const isSilent = () => stopAfter(silence, `no answer for ${silence / 1000} s`);
  const end = stopAfter(whole, `not finished after ${whole / 1000} s`);
  let quiet = isSilent();
  return {
    signal: controller.signal,
    heard: () => {
      clearTimeout(quiet);
      quiet = isSilent();
    },
    end: () => [quiet, end].forEach((timer) => clearTimeout(timer)),
  };
}

/**
 * @param {() => Promise<Response>} ask
 * @param {string} path
 * @param {number} limit
 * @param {() => void} heard
 */
async function readFrom(ask, path, limit, heard) {
  let response;
  try {
    response = await ask();
  } catch (error) {
    throw unavailable(path, error);
  }
  if (GONE.includes(response.status)) throw notFound(path);
  if (response.status !== 200) throw unavailable(path, `unexpected answer ${response.status}`);
  return readUpTo(response, path, limit, heard);
}

/**
 * @param {Response} response
 * @param {string} path
 * @param {number} limit
 * @param {() => void} heard
 */
async function readUpTo(response, path, limit, heard) {
  const reader = response.body?.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let size = 0;
  for (;;) {
    heard();
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
