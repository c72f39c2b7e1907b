// SPDX-License-Identifier: AGPL-3.0-or-later
/** Checks A, C, D and E.1 to E.3: what the election stands on before the first ballot, each part by itself. */
import { fromHex } from "../codec/octets.js";
import { Refusal } from "../errors.js";
import { checkCertificate } from "../proofs/certificate.js";
import { publicKey } from "../proofs/public_key.js";
import { checkVerificationKeys } from "../proofs/threshold.js";
import { readOpening } from "../record/entries.js";
import { checkAcknowledgements, checkPromises, readKey } from "../record/key.js";
import { TEST_MODULUS_BITS, readManifest } from "../record/manifest.js";
import { readRoll } from "../record/roll.js";
import { ballotShape } from "../record/shape.js";
import { checkElection, checkSignature } from "../record/signed.js";
import { asRefusal } from "./pool.js";
import { refusal } from "./walk.js";

/** @typedef {import("../proofs/public_key.js").PublicKey} PublicKey */
/** @typedef {import("../record/key.js").KeyRecord} KeyRecord */
/** @typedef {import("../record/manifest.js").Manifest} Manifest */
/** @typedef {import("../record/roll.js").Roll} Roll */
/** @typedef {import("../record/shape.js").BallotShape} BallotShape */
/** @typedef {import("./ledger.js").Ledger} Ledger */
/** @typedef {import("./pool.js").Pool} Pool */
/** @typedef {import("./walk.js").Entry} Entry */

/** @typedef {{ fingerprint: string | null, isTrusting: boolean, isTestAllowed: boolean }} Trust */

/**
 * What ballots are judged by, once manifest, roll, key and opening belong together.
 * @typedef {{ manifest: Manifest, roll: Roll, record: KeyRecord, key: PublicKey, shape: BallotShape, fingerprint: string }} Opened
 */

const TEST_KEY = `The key has ${TEST_MODULUS_BITS} bits, which protect nobody. This is a test or a demonstration, not an election.`;
const SLICE = 500; // credentials of the roll that are checked in one go

export class SetupChecks {
  /**
   * @param {Ledger} ledger
   * @param {Trust} trust
   * @param {Pool} pool
   */
  constructor(ledger, trust, pool) {
    this.ledger = ledger;
    this.trust = trust;
    this.pool = pool;
    this.computed = "";
    /** @type {Opened | null} */
    this.opened = null;
    /** @type {{ record: Manifest, digest: string } | null} */
    this.manifest = null;
    /** @type {{ record: Roll, digest: string, where: string } | null} */
    this.roll = null;
    /** @type {{ record: KeyRecord, digest: string } | null} */
    this.key = null;
  }

  /**
   * C.1 and C.2.
   * @param {Entry} entry
   */
  readManifest({ payload, envelope, where }) {
    try {
      this.manifest = { record: readManifest(payload, this.trust), digest: envelope.digest };
      this.ledger.mark("C.1", "C.2");
      if (this.manifest.record.parameters.modulusBits === TEST_MODULUS_BITS) this.ledger.note("C.1", TEST_KEY);
    } catch (error) {
      const found = refusal(error);
      if (found.family === "derived") this.ledger.mark("C.1"); // what is derived is checked last
      this.ledger.fail(found.family === "derived" || found.family === "contest" ? "C.2" : "C.1", found, where);
    }
  }

  /**
   * E.1 and E.3.
   * @param {Entry} entry
   */
  readRoll({ payload, envelope, where }) {
    const manifest = this.manifest?.record;
    if (!manifest) return;
    try {
      const record = readRoll(payload);
      this.roll = { record, digest: envelope.digest, where };
      checkElection(manifest.electionId, record.electionId);
      checkSignature(record.signed, manifest.registrar.key);
      this.ledger.mark("E.1");
      checkCapacity(record.weight, BigInt(manifest.parameters.capacity));
      this.ledger.mark("E.3");
    } catch (error) {
      const found = refusal(error);
      this.ledger.fail(found.name === "RollExceedsCapacity" ? "E.3" : "E.1", found, where);
    }
  }

  /** E.2, in slices: a long roll takes long. */
  async checkCredentials() {
    if (!this.roll) return;
    const { record, where } = this.roll;
    const credentials = record.voters.map(({ credential }) => credential);
    const slices = [];
    for (let first = 0; first < credentials.length; first += SLICE) {
      slices.push(this.pool.ask({ kind: "credentials", credentials: credentials.slice(first, first + SLICE), first }));
    }
    const [refused] = (await Promise.all(slices)).flat();
    this.ledger.mark("E.2");
    if (refused) this.ledger.fail("E.2", asRefusal(refused), where);
  }

  /**
   * D.1 to D.5.
   * @param {Entry} entry
   */
  readKey({ payload, envelope, where }) {
    const manifest = this.manifest?.record;
    if (!manifest) return;
    const record = this.attempt("D.1", where, () => readKey(payload, manifest.parameters.modulusBits));
    if (!record) return;
    this.key = { record, digest: envelope.digest };
    const context = fromHex(record.electionId);
    this.checkKey(record, manifest, where);
    this.attempt("D.2", where, () => checkCertificate(record.modulus, context, record.certificate));
    this.attempt("D.4", where, () => checkVerificationKeys(record.sharing, context));
  }

  /**
   * @param {KeyRecord} record
   * @param {Manifest} manifest
   * @param {string} where
   */
  checkKey(record, manifest, where) {
    const h = this.attempt("D.1", where, () => {
      checkPromises(record, manifest);
      return publicKey(record.modulus).h;
    });
    if (h === null) return;
    this.attempt("D.3", where, () => {
      if (record.h !== h) throw new Refusal("record", "BaseMismatch", "h is not derived from n", { expected: h, computed: record.h });
    });
    if (record.h === h) this.attempt("D.5", where, () => checkAcknowledgements(record, manifest));
  }

  /**
   * A.1 and A.2.
   * @param {Entry} entry
   */
  readOpening({ payload, where }) {
    try {
      const opening = readOpening(payload);
      this.judgeTrust(opening.fingerprint);
      this.opened = this.bind(opening, where);
    } catch (error) {
      const found = refusal(error);
      this.ledger.fail("A.2", found, where);
      if (found.name === "FingerprintMismatch") this.judgeTrust(String(found.expected));
    }
  }

  /**
   * @param {import("../record/entries.js").Opening} opening
   * @param {string} where
   * @returns {Opened | null}
   */
  bind(opening, where) {
    const { manifest, roll, key } = this;
    if (!manifest || !roll || !key) return null;
    return this.attempt("A.2", where, () => {
      checkDigest("manifest", manifest.digest, opening.manifest);
      checkDigest("roll", roll.digest, opening.roll);
      checkDigest("key", key.digest, opening.key);
      return {
        manifest: manifest.record,
        roll: roll.record,
        record: key.record,
        key: publicKey(key.record.modulus),
        shape: ballotShape(manifest.record.programs, manifest.record.parameters.modulusBits),
        fingerprint: opening.fingerprint,
      };
    });
  }

  /**
   * A.1: the fingerprint computed from the record is the one that was brought.
   * @param {string} computed
   */
  judgeTrust(computed) {
    this.computed = computed;
    const { fingerprint, isTrusting } = this.trust;
    if (fingerprint === null && !isTrusting) {
      this.ledger.note("A.1", "No fingerprint was given. Compare the one above with another source, and give it.");
      return;
    }
    this.ledger.mark("A.1");
    if (fingerprint === null) {
      this.ledger.note("A.1", "Trusted on first use: compare the fingerprint above with another source.");
    } else if (fingerprint !== computed) {
      const error = new Refusal("record", "FingerprintMismatch", "the record is of another election", { expected: fingerprint, computed });
      this.ledger.fail("A.1", error, "opening entry");
    }
  }

  /**
   * @template T
   * @param {string} id
   * @param {string} where
   * @param {() => T} check
   * @returns {T | null}
   */
  attempt(id, where, check) {
    try {
      const found = check();
      this.ledger.mark(id);
      return found;
    } catch (error) {
      this.ledger.fail(id, refusal(error), where);
      return null;
    }
  }
}

/**
 * @param {bigint} weight
 * @param {bigint} capacity
 */
function checkCapacity(weight, capacity) {
  if (weight > capacity) {
    throw new Refusal("record", "RollExceedsCapacity", "total weight", { expected: `at most ${capacity}`, computed: weight });
  }
}

/**
 * @param {string} name
 * @param {string} expected
 * @param {string} computed
 */
function checkDigest(name, expected, computed) {
  if (computed !== expected) throw new Refusal("record", "OpeningMismatch", `${name} of the opening entry`, { expected, computed });
}
