// SPDX-License-Identifier: AGPL-3.0-or-later
/** The checksum of ZIP archives (ISO 3309): finds accidents, proves nothing. */

const TABLE = Int32Array.from({ length: 256 }, (_, octet) => {
  let value = octet;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** @param {Uint8Array} octets */
export function crc32(octets) {
  let value = -1;
  for (const octet of octets) value = TABLE[(value ^ octet) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}
