// SPDX-License-Identifier: AGPL-3.0-or-later
/** Whether n is something other than a product of large primes: small factors, primes, perfect powers. */
import { bitLength, rootOf } from "./integers.js";
import { power } from "./powers.js";

const SMALL = 1 << 16;
const WITNESSES = 24; // each lets an odd composite pass with probability 1/4 at most

/** All primes up to 2^16, by the sieve. */
function smallPrimes() {
  const isComposite = new Uint8Array(SMALL + 1);
  const found = [];
  for (let candidate = 2; candidate <= SMALL; candidate += 1) {
    if (isComposite[candidate]) continue;
    found.push(candidate);
    for (let multiple = candidate * candidate; multiple <= SMALL; multiple += candidate) isComposite[multiple] = 1;
  }
  return found;
}

const PRIMES = smallPrimes();

/** @param {bigint} n */
export function hasSmallFactor(n) {
  return PRIMES.some((prime) => n % BigInt(prime) === 0n);
}

/**
 * Miller and Rabin's test with the first primes. A composite made to pass it would only be refused, so they need not
 * be random.
 * @param {bigint} n odd, without small factors
 */
export function isPrime(n) {
  let odd = n - 1n;
  let twos = 0;
  while (!(odd & 1n)) {
    odd >>= 1n;
    twos += 1;
  }
  return PRIMES.slice(0, WITNESSES).every((base) => isPassed(BigInt(base), n, odd, twos));
}

/**
 * @param {bigint} base
 * @param {bigint} n
 * @param {bigint} odd
 * @param {number} twos
 */
function isPassed(base, n, odd, twos) {
  let value = power(base, odd, n);
  if (value === 1n) return true;
  for (let step = 0; step < twos; step += 1) {
    if (value === n - 1n) return true;
    value = (value * value) % n;
  }
  return false;
}

/**
 * Whether n = root^k for a k above 1; without factors up to 2^16 the root has more than 16 bits.
 * @param {bigint} n without small factors
 */
export function isPerfectPower(n) {
  const most = bitLength(n) / 16;
  return PRIMES.filter((degree) => degree <= most).some((degree) => rootOf(n, degree) ** BigInt(degree) === n);
}
