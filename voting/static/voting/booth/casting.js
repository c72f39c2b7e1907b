// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Making a ballot, the voter's side (docs/spec/protocol.md, "Ballot"); opening a tested one.
 *
 * Sending it is the page's business. After an error the identical octets are sent again; any change takes another pool.
 */
import { OpeningRefuted } from "./errors.js";
import { encodeSelection } from "./contests/contest.js";
import { Pool } from "./crypto/pool.js";
import { verifyCompact } from "./crypto/compact.js";
import { prove } from "./crypto/prover.js";
import { fromHex, toHex } from "./octets.js";
import { ballotValue, checkCiphertexts, commitmentsOctets, readBallot } from "./record/ballot.js";
import { challengedValue } from "./record/challenged.js";
import { checkSameElection, checkSignature, digestOf, signRecord } from "./record/signed.js";

/** @import { Selection } from "./contests/base.js" */
/** @import { Progress } from "./crypto/compact.js" */
/** @import { Source } from "./crypto/prover.js" */
/** @import { Octets } from "./octets.js" */
/** @import { Ballot } from "./record/ballot.js" */
/** @import { Election } from "./record/election.js" */
/** @import { Unsigned } from "./record/signed.js" */

/** @typedef {Readonly<Record<string, Selection>>} Selections contest id → selection; a contest left out is blank */

/**
 * @typedef {object} Choice what a ballot is to say
 * @property {Octets} credential the public key
 * @property {Selections} selections
 * @property {string} supersedes the tracker of the credential's last ballot, or ""
 */

/**
 * @typedef {object} Prepared a ballot that is fixed but not yet signed
 * @property {Unsigned} unsigned
 * @property {string} tracker 64 hexadecimal digits
 * @property {Octets} commitments the file beside the log
 * @property {Octets} seed for a test only; overwritten when the ballot is cast
 */

/**
 * Encrypt and prove: the tracker is fixed here, before the voter says cast or test.
 * @param {Election} election
 * @param {Choice} choice throws InvalidSelection, which leaves the pool alone
 * @param {Source} pool for this election's statements; PoolSpent if it served another ballot
 * @returns {Promise<Prepared>}
 */
export async function prepare(election, { credential, selections, supersedes }, pool) {
  const { manifest: { contests, parameters, shape }, key, fingerprint } = election;
  const values = contests.flatMap((contest) =>
    encodeSelection(contest, selectionOf(selections, contest.id), parameters),
  );
  const context = contextOf({ election: fingerprint, credential, supersedes });
  const { claim, proof, commitments, seed } = await prove(key, context, shape.statements, values, pool);
  const ballot = { election: fingerprint, credential, supersedes, ciphertexts: claim.ciphertexts, proof };
  const unsigned = ballotValue(ballot, shape);
  const tracker = toHex(await digestOf(unsigned));
  return { unsigned, tracker, commitments: commitmentsOctets(commitments, shape), seed };
}

/**
 * Sign the ballot: now it can be counted. Its seed is forgotten.
 * @param {Prepared} prepared
 * @param {CryptoKey} privateKey
 * @returns {Promise<Octets>} what is sent
 */
export async function cast(prepared, privateKey) {
  prepared.seed.fill(0);
  return signRecord(prepared.unsigned, privateKey);
}

/**
 * Sign its challenge instead: now it can never be counted. Only when this is on the board may the seed be shown.
 * @param {Election} election
 * @param {Prepared} prepared
 * @param {{publicKey: Octets, privateKey: CryptoKey}} credential
 * @returns {Promise<Octets>} what is sent
 */
export async function challenge(election, { tracker }, { publicKey, privateKey }) {
  return signRecord(challengedValue({ election: election.fingerprint, credential: publicKey, tracker }), privateKey);
}

/**
 * On a second device: does the seed give, with these choices, the ballot of this tracker?
 * @param {Election} election
 * @param {Choice & {seed: Octets, tracker: string}} opening throws OpeningRefuted
 * @param {Progress} [onprogress] in powers
 */
export async function checkOpening(election, { seed, tracker, ...choice }, onprogress = () => {}) {
  const pool = await Pool.fromSeed(election.key, election.manifest.shape.statements, seed);
  while (pool.step()) onprogress(pool.progress.made, pool.progress.total);
  const { tracker: computed } = await prepare(election, choice, pool);
  if (computed !== tracker) {
    throw new OpeningRefuted("the tested ballot did not say what the voter chose", { expected: tracker, computed });
  }
}

/**
 * Everything about a signed ballot that needs no board and no roll: form, election, signature, proof.
 * @param {Election} election
 * @param {Octets} octets throws a Refusal
 * @param {Progress} [onprogress]
 * @returns {Promise<{ballot: Ballot, tracker: string}>}
 */
export async function verifyBallot(election, octets, onprogress) {
  const { manifest: { shape }, key } = election;
  const found = await verifySigned(election, octets);
  const { ballot, ballot: { ciphertexts, proof } } = found;
  await verifyCompact(key, { context: contextOf(ballot), ciphertexts, statements: shape.statements }, proof, onprogress);
  return found;
}

/**
 * The same but for the proof, which is all that takes long.
 * @param {Election} election
 * @param {Octets} octets throws a Refusal
 * @returns {Promise<{ballot: Ballot, tracker: string}>}
 */
export async function verifySigned({ manifest: { shape }, key, fingerprint }, octets) {
  const { ballot, signature } = readBallot(octets, shape);
  checkSameElection(fingerprint, ballot.election);
  checkCiphertexts(ballot, key.modulus);
  const unsigned = ballotValue(ballot, shape);
  await checkSignature(unsigned, signature, ballot.credential);
  return { ballot, tracker: toHex(await digestOf(unsigned)) };
}

/**
 * @param {Selections} selections
 * @param {string} id
 */
function selectionOf(selections, id) {
  return Object.hasOwn(selections, id) ? selections[id] : {};
}

/** @param {Pick<Ballot, "election" | "credential" | "supersedes">} ballot */
function contextOf({ election, credential, supersedes }) {
  return { fingerprint: fromHex(election), credential, supersedes: fromHex(supersedes) };
}
