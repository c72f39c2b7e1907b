// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Fetching what shows that a ballot is on the board that everybody is shown: the published checkpoint, and what proves from the
 * board's tiles that the ballot is under it, and that it continues a receipt. All of it is files, the same for whoever asks. The
 * worker judges it.
 */
import { readCheckpoint } from "../board/checkpoint.js";
import { readEnvelope } from "../board/envelope.js";
import { readNote } from "../board/note.js";
import { readReceipt } from "../board/receipt.js";
import { Tiles } from "../board/tiles.js";
import { utf8 } from "../octets.js";
import { net } from "./transport.js";

/** @import { Placed, Shown } from "../board/published.js" */
/** @import { Octets } from "../octets.js" */
/** @import { Server } from "./server.js" */

/** @typedef {{entry: string, receipt?: string, isOver: boolean}} Asked `receipt`: an earlier one; `isOver`: look for the closing entry */

const PAUSES = [1000, 2000, 4000]; // ms: files that a web server serves are two seconds behind
const LAST_BUNDLES = 2; // after the closing entry come the trustees' shares, a result and the final entry: a few dozen at most

/**
 * @param {Pick<Server, "file" | "fileIfThere">} server
 * @param {Asked} asked
 * @param {(ms: number) => Promise<void>} [wait]
 * @returns {Promise<Shown>} unverified; throws BadAnswer or another Refusal, or TypeError without a connection
 */
export async function fetchPublished(server, { entry: text, receipt, isOver }, wait = net.wait) {
  const entry = utf8(text);
  const { seq } = readEnvelope(entry);
  const old = receipt === undefined ? 0 : sizeOf(readReceipt(utf8(receipt)).checkpoint);
  const { published, size } = await newestOf(server, Math.max(seq + 1, old), wait);
  const tiles = new Tiles(size, (path) => server.fileIfThere(path));
  const ballot = { entry, proof: seq < size ? await tiles.proveInclusion(seq) : [] };
  const earlier = receipt === undefined ? undefined : { receipt, proof: old <= size ? await tiles.proveConsistency(old) : [] };
  return { published, ballot, earlier, closing: isOver ? await findClosing(tiles) : undefined };
}

/**
 * @param {Pick<Server, "file">} server
 * @param {number} enough how many entries the board must have; it is asked for again for a few seconds
 * @param {(ms: number) => Promise<void>} wait
 * @returns {Promise<{published: Octets, size: number}>} the newest checkpoint, long enough or not
 */
async function newestOf(server, enough, wait) {
  let published = await server.file("checkpoint");
  for (const pause of PAUSES) {
    if (sizeOf(published) >= enough) break;
    await wait(pause);
    published = await server.file("checkpoint");
  }
  return { published, size: sizeOf(published) };
}

/**
 * @param {Tiles} tiles
 * @returns {Promise<Placed | undefined>} undefined if there is none among the last entries
 */
async function findClosing(tiles) {
  for (let number = tiles.bundles - 1; number >= Math.max(0, tiles.bundles - LAST_BUNDLES); number -= 1) {
    for (const entry of (await tiles.entries(number)).reverse()) {
      const { type, seq } = readEnvelope(entry);
      if (type === "close") return { entry, proof: await tiles.proveInclusion(seq) };
    }
  }
  return undefined;
}

/** @param {Octets} checkpoint whose signatures are not looked at */
function sizeOf(checkpoint) {
  return readCheckpoint(readNote(checkpoint).text).size;
}
