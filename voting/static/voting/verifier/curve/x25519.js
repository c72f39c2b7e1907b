// SPDX-License-Identifier: AGPL-3.0-or-later
/** Which X25519 keys secrets may be sealed to (docs/spec/credentials.md, "Sealed files"). */
import { toInteger } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { P } from "./point.js";

const ORDER_8 = [
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
];
const SMALL_ORDER = [0n, 1n, P - 1n, ...ORDER_8]; // u of the points

/** @param {Uint8Array} key 32 octets */
export function checkEncryptionKey(key) {
  const u = BigInt.asUintN(255, toInteger(key.slice().reverse())) % P;
  if (SMALL_ORDER.includes(u)) {
    throw new Refusal("crypto", "BadEncryptionKey", "the encryption key has small order: anyone could read what is sealed to it");
  }
}
