// SPDX-License-Identifier: AGPL-3.0-or-later
/** The certificate of n: every ciphertext has one plaintext (docs/spec/protocol.md, "Certificate"). */
import { fromInteger, u32be, utf8 } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { bitLength, jacobi } from "../numbers/integers.js";
import { power } from "../numbers/powers.js";
import { hasSmallFactor, isPerfectPower, isPrime } from "../numbers/primes.js";
import { residue } from "../numbers/residues.js";

const NTH = utf8("veritally/certificate/nth-root/1");
const SQUARE = utf8("veritally/certificate/square-root/1");

/**
 * @param {bigint} n
 * @param {Uint8Array} context the 16 octets of the election's id
 * @param {{ nthRoots: readonly bigint[], squareRoots: readonly bigint[] }} roots
 */
export function checkCertificate(n, context, { nthRoots, squareRoots }) {
  checkModulus(n);
  const prefix = [fromInteger(n, bitLength(n) / 8), context];
  nthRoots.forEach((root, index) => {
    const target = residue(n, [NTH, ...prefix, u32be(index)]);
    if (root <= 0n || root >= n || power(root, n, n) !== target) refuse(`n-th root ${index} of the certificate does not hold`);
  });
  squareRoots.forEach((root, index) => {
    const target = squareTarget(n, [SQUARE, ...prefix, u32be(index)]);
    const square = (root * root) % n;
    if (root <= 0n || root >= n || (square !== target && square !== n - target)) refuse(`square root ${index} of the certificate does not hold`);
  });
}

/** @param {bigint} n */
function checkModulus(n) {
  if (n % 8n !== 1n) refuse("n is not 1 modulo 8", 1, n % 8n);
  if (hasSmallFactor(n)) refuse("n has a prime factor below 2^16");
  if (isPrime(n)) refuse("n is prime");
  if (isPerfectPower(n)) refuse("n is a perfect power");
}

/**
 * The first residue above 1 whose Jacobi symbol is +1.
 * @param {bigint} n
 * @param {readonly Uint8Array[]} parts
 */
function squareTarget(n, parts) {
  for (let counter = 0; ; counter += 1) {
    const found = residue(n, [...parts, u32be(counter)]);
    if (found > 1n && jacobi(found, n) === 1) return found;
  }
}

/**
 * @param {string} message
 * @param {unknown} [expected]
 * @param {unknown} [computed]
 * @returns {never}
 */
function refuse(message, expected, computed) {
  throw new Refusal("crypto", "CertificateError", message, { expected, computed });
}
