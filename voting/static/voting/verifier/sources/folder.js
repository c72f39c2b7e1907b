// SPDX-License-Identifier: AGPL-3.0-or-later
/** A board in a folder that was chosen on a page: its files, by their path below it. */
import { notFound, tooLarge, unavailable } from "./source.js";

/** @typedef {import("./source.js").Source} Source */

/**
 * @param {readonly { path: string, blob: Blob }[]} files
 * @returns {Source}
 */
export function folderSource(files) {
  const byPath = new Map(files.map(({ path, blob }) => [path, blob]));
  return {
    read: async (path, limit) => {
      const blob = byPath.get(path);
      if (!blob) throw notFound(path);
      if (blob.size > limit) throw tooLarge(path, limit);
      try {
        return new Uint8Array(await blob.arrayBuffer());
      } catch (error) {
        throw unavailable(path, error);
      }
    },
  };
}
