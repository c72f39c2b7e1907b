// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a real browser must be able to do with the booth's modules; run by tests/browser/test_booth_core.py. */
import { cast, prepare, verifyBallot } from "../../voting/static/voting/booth/casting.js";
import { credentialOf, deriveCredential } from "../../voting/static/voting/booth/credentials/derivation.js";
import { verify } from "../../voting/static/voting/booth/credentials/signatures.js";
import { Pool } from "../../voting/static/voting/booth/crypto/pool.js";
import { fromHex, toHex } from "../../voting/static/voting/booth/octets.js";
import { openElection } from "../../voting/static/voting/booth/record/election.js";

const VECTORS = new URL("../vectors/", import.meta.url);

async function octetsOf(name) {
  return new Uint8Array(await (await fetch(new URL(name, VECTORS))).arrayBuffer());
}

async function vectors(name) {
  return (await fetch(new URL(`${name}.json`, VECTORS))).json();
}

async function example() {
  const [manifest, key, opening] = await Promise.all(
    ["manifest", "key", "open"].map((name) => octetsOf(`records/${name}.json`)),
  );
  return openElection({ manifest, key, opening }, { allowTestModulus: true });
}

async function outcome(act) {
  try {
    await act();
    return "accepted";
  } catch (error) {
    return error.name;
  }
}

/** @returns the octets of the example's first ballot, made here, and its tracker as verified here */
export async function firstBallot() {
  const election = await example();
  const { publicKey, privateKey } = await credentialOf(new Uint8Array(32).fill(21));
  const pool = await Pool.fromSeed(election.key, election.manifest.shape.statements, new Uint8Array(32).fill(41));
  const choice = { credential: publicKey, selections: { park: { no: 1 } }, supersedes: "" };
  const ballot = await cast(await prepare(election, choice, pool), privateKey);
  const { tracker } = await verifyBallot(election, ballot);
  return { ballot: new TextDecoder().decode(ballot), tracker };
}

/** @returns by name, what became of every signature that must be refused */
export async function badSignatures() {
  const { refused_signatures: refused, forgeries } = await vectors("ed25519");
  const found = [];
  for (const { name, key, message, signature } of [...refused, ...forgeries]) {
    found.push([name, await outcome(() => verify(fromHex(key), fromHex(message), fromHex(signature)))]);
  }
  return found;
}

/** @returns for each derivation: the public key, and whether the private one stays inside */
export async function derivations() {
  const { derivations: rows } = await vectors("credentials");
  return Promise.all(rows.map(async ({ octets, election_id: id }) => {
    const { publicKey, privateKey } = await deriveCredential(fromHex(octets), id);
    const exported = await outcome(() => crypto.subtle.exportKey("pkcs8", privateKey));
    return [toHex(publicKey), exported];
  }));
}
