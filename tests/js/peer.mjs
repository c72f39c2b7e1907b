// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The booth as a program, for tests in Python: one JSON object on stdin, one on stdout.
 *
 * In: `election` (payloads as text), `make` (ballots to make), `verify` (ballots as text), `canonical` (octets as
 * hexadecimal). Out: `fingerprint`, `made`, `verdicts` and `readings`, a refusal being its name.
 */
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";

import { cast, challenge, prepare, verifyBallot } from "../../voting/static/voting/booth/casting.js";
import { toBase64 } from "../../voting/static/voting/booth/codec/base64.js";
import { encode, parse } from "../../voting/static/voting/booth/codec/canonical.js";
import { formatCheckCode } from "../../voting/static/voting/booth/credentials/codes.js";
import { credentialOf } from "../../voting/static/voting/booth/credentials/derivation.js";
import { Pool } from "../../voting/static/voting/booth/crypto/pool.js";
import { Refusal } from "../../voting/static/voting/booth/errors.js";
import { fromHex, toHex, utf8 } from "../../voting/static/voting/booth/octets.js";
import { openElection } from "../../voting/static/voting/booth/record/election.js";

globalThis.crypto ??= webcrypto;

async function make(election, { credential_seed: secret, selections, supersedes, ballot_seed: seed }) {
  const credential = await credentialOf(fromHex(secret));
  const { statements } = election.manifest.shape;
  const pool = seed ? await Pool.fromSeed(election.key, statements, fromHex(seed))
    : await Pool.fresh(election.key, statements);
  const prepared = await prepare(election, { credential: credential.publicKey, selections, supersedes }, pool);
  const challenged = await challenge(election, prepared, credential);
  const ballot = await cast(prepared, credential.privateKey);
  return {
    tracker: prepared.tracker,
    check_code: formatCheckCode(prepared.tracker),
    commitments: toBase64(prepared.commitments),
    ballot: new TextDecoder().decode(ballot),
    challenged: new TextDecoder().decode(challenged),
  };
}

async function outcome(act) {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refusal) return error.name;
    throw error;
  }
}

async function inTurn(rows, act) {
  const found = [];
  for (const row of rows ?? []) found.push(await outcome(() => act(row)));
  return found;
}

const asked = JSON.parse(readFileSync(0, "utf8"));
const answer = { readings: await inTurn(asked.canonical, (hex) => toHex(encode(parse(fromHex(hex), 65_536)))) };
if (asked.election) {
  const payloads = Object.fromEntries(Object.entries(asked.election).map(([name, text]) => [name, utf8(text)]));
  const election = await openElection(payloads, { allowTestModulus: true });
  answer.fingerprint = election.fingerprint;
  answer.made = await inTurn(asked.make, (row) => make(election, row));
  answer.verdicts = await inTurn(asked.verify, async (text) => (await verifyBallot(election, utf8(text))).tracker);
}
process.stdout.write(JSON.stringify(answer));
