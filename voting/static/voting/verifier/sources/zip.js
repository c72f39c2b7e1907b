// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A board in one archive (docs/spec/board.md, "Resources"): a ZIP file of plain files, stored and not compressed.
 *
 * Written for that form alone, as bulletin_board/zip_members.py is, which must take and refuse the same. Whatever a usual
 * reader forgives is refused: compression, encryption, links, one path twice, other paths than a board's, and anything before,
 * between or behind the members.
 */
import { Refusal } from "../errors.js";
import { isResource } from "../log/paths.js";
import { crc32 } from "../hash/crc32.js";
import { notFound, tooLarge, unavailable } from "./source.js";

/** @typedef {import("./source.js").Source} Source */
/** @typedef {{ path: string, size: number, crc: number, start: number, end: number }} Member from its own header to the next */

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const [END_SIZE, LOCATOR_SIZE, END_64_SIZE, DIRECTORY_SIZE, LOCAL_SIZE] = [22, 20, 56, 46, 30];
const [IN_64, COUNT_IN_64] = [0xffffffff, 0xffff];
const EXTRA_64 = 0x0001;
const MOST_MEMBERS = 5_000_000;
const [FILE_KIND, REGULAR] = [0o170000, 0o100000];

/**
 * @param {string} message
 * @returns {never}
 */
function refuse(message) {
  throw new Refusal("source", "UnsafeArchive", message);
}

/**
 * @param {Blob} blob
 * @returns {Promise<Source>}
 */
export async function zipSource(blob) {
  const members = await readDirectory(blob);
  return {
    read: async (path, limit) => {
      const member = members.get(path);
      if (!member) throw notFound(path);
      if (member.size > limit) throw tooLarge(path, limit);
      return readMember(blob, member);
    },
  };
}

/**
 * @param {Blob} blob
 * @param {number} start
 * @param {number} length
 */
async function viewOf(blob, start, length) {
  if (start < 0 || length < 0 || start + length > blob.size) refuse("cut off, or no ZIP archive");
  try {
    return new DataView(await blob.slice(start, start + length).arrayBuffer());
  } catch (error) {
    throw unavailable("archive", error);
  }
}

/**
 * @param {Blob} blob
 * @returns {Promise<Map<string, Member>>}
 */
async function readDirectory(blob) {
  const { count, size, start } = await readEnd(blob);
  if (count > MOST_MEMBERS) refuse("too many members");
  const view = await viewOf(blob, start, size);
  /** @type {Map<string, Member>} */
  const members = new Map();
  let place = 0;
  for (let index = 0; index < count; index += 1) {
    const { member, length } = readMemberEntry(view, place);
    if (members.has(member.path)) refuse(`one path twice: ${member.path}`);
    members.set(member.path, member);
    place += length;
  }
  if (place !== size) refuse("its directory has another size");
  putInPlaces([...members.values()], start);
  return members;
}

/**
 * Where the directory stands, by the record at the very end; the archive has no comment.
 * @param {Blob} blob
 */
async function readEnd(blob) {
  const view = await viewOf(blob, blob.size - END_SIZE, END_SIZE);
  if (view.getUint32(0, true) !== END || view.getUint16(20, true) !== 0) refuse("not a ZIP archive that ends where it should");
  const end = { count: view.getUint16(10, true), size: view.getUint32(12, true), start: view.getUint32(16, true) };
  const large = await readEnd64(blob);
  if (large && !isShownBy(end, large)) refuse("its two ends contradict each other");
  const found = large ?? { ...end, behind: blob.size - END_SIZE };
  if (found.start + found.size !== found.behind) refuse("its directory is not where it should be");
  return found;
}

/**
 * Whether each number is the large one, or says that it does not fit.
 * @param {{ count: number, size: number, start: number }} end
 * @param {{ count: number, size: number, start: number }} large
 */
function isShownBy(end, large) {
  return [COUNT_IN_64, large.count].includes(end.count) && [IN_64, large.size].includes(end.size) && [IN_64, large.start].includes(end.start);
}

/**
 * The same for an archive with large numbers; null if it is none.
 * @param {Blob} blob
 */
async function readEnd64(blob) {
  if (blob.size < END_SIZE + LOCATOR_SIZE) return null;
  const locator = await viewOf(blob, blob.size - END_SIZE - LOCATOR_SIZE, LOCATOR_SIZE);
  if (locator.getUint32(0, true) !== LOCATOR_64) return null;
  const behind = number64(locator, 8);
  if (behind !== blob.size - END_SIZE - LOCATOR_SIZE - END_64_SIZE) refuse("its end is not where it should be");
  const view = await viewOf(blob, behind, END_64_SIZE);
  if (view.getUint32(0, true) !== END_64) refuse("its end is not where it should be");
  return { count: number64(view, 32), size: number64(view, 40), start: number64(view, 48), behind };
}

/**
 * @param {DataView} view
 * @param {number} place
 */
function number64(view, place) {
  if (place + 8 > view.byteLength) refuse("cut off");
  const number = Number(view.getBigUint64(place, true));
  return Number.isSafeInteger(number) ? number : refuse("a number beyond all bounds");
}

/**
 * @param {DataView} view of the directory
 * @param {number} place
 */
function readMemberEntry(view, place) {
  if (place + DIRECTORY_SIZE > view.byteLength || view.getUint32(place, true) !== DIRECTORY) refuse("its directory is damaged");
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(place + offset, true));
  const length = DIRECTORY_SIZE + nameLength + extraLength + commentLength;
  if (place + length > view.byteLength) refuse("its directory is damaged");
  const path = String.fromCharCode(...new Uint8Array(view.buffer, place + DIRECTORY_SIZE, nameLength));
  if (!isResource(path)) refuse("a member that is no resource of a board");
  if (view.getUint16(place + 8, true) & 1) refuse(`encrypted: ${path}`);
  const kind = (view.getUint32(place + 38, true) >>> 16) & FILE_KIND;
  if (kind !== 0 && kind !== REGULAR) refuse(`not a plain file: ${path}`);
  const extra = new DataView(view.buffer, place + DIRECTORY_SIZE + nameLength, extraLength);
  const [packed, size, start] = sizes(view, place, extra);
  if (view.getUint16(place + 10, true) !== 0 || packed !== size) refuse(`compressed: ${path}`);
  return { member: { path, size, start, end: 0, crc: view.getUint32(place + 16, true) }, length };
}

/**
 * Packed size, size, and place of the member; those that do not fit stand in the extra field, in the order size, packed, place.
 * @param {DataView} view
 * @param {number} place
 * @param {DataView} extra
 */
function sizes(view, place, extra) {
  const [packed, size, start] = [20, 24, 42].map((offset) => view.getUint32(place + offset, true));
  let at = extraField64(extra);
  const whole = (/** @type {number} */ number) => {
    if (number !== IN_64) return number;
    at += 8;
    return number64(extra, at - 8);
  };
  const wholeSize = whole(size);
  return [whole(packed), wholeSize, whole(start)];
}

/** @param {DataView} extra */
function extraField64(extra) {
  for (let place = 0; place + 4 <= extra.byteLength; place += 4 + extra.getUint16(place + 2, true)) {
    if (extra.getUint16(place, true) === EXTRA_64) return place + 4;
  }
  return extra.byteLength;
}

/**
 * Every member ends where the next begins; the first begins the file, and the last ends at the directory.
 * @param {Member[]} members
 * @param {number} directory where it begins
 */
function putInPlaces(members, directory) {
  members.sort((left, right) => left.start - right.start);
  members.forEach((member, index) => {
    member.end = members[index + 1]?.start ?? directory;
    if (member.start + LOCAL_SIZE + member.path.length + member.size > member.end) refuse("members overlap");
  });
  if ((members[0]?.start ?? directory) !== 0) refuse("something before its first member");
}

/**
 * @param {Blob} blob
 * @param {Member} member
 */
async function readMember(blob, { path, size, start, end, crc }) {
  const header = await viewOf(blob, start, LOCAL_SIZE);
  const nameLength = header.getUint16(26, true);
  if (header.getUint32(0, true) !== LOCAL || nameLength !== path.length) refuse(`${path}: its header is damaged`);
  const view = await viewOf(blob, start + LOCAL_SIZE, nameLength + header.getUint16(28, true) + size);
  if (start + LOCAL_SIZE + view.byteLength !== end) refuse(`${path}: something behind it`);
  const name = String.fromCharCode(...new Uint8Array(view.buffer, 0, nameLength));
  const octets = new Uint8Array(view.buffer, view.byteLength - size, size);
  if (name !== path || crc32(octets) !== crc) refuse(`${path}: damaged`);
  return octets;
}
