// SPDX-License-Identifier: AGPL-3.0-or-later
/** A trustee's share, and the acknowledgements in it (docs/spec/record.md, "Share", "Acknowledgement"). */
import { encodeUrl } from "../codec/base64.js";
import { encode } from "../codec/canonical.js";
import { JsonObject } from "../codec/json.js";
import { pair } from "../codec/fields.js";
import { toInteger } from "../codec/octets.js";
import { SIGNATURE, signedMessage, verify } from "../curve/ed25519.js";
import { Refusal } from "../errors.js";
import { sha256 } from "../hash/sha256.js";
import { responseWidth } from "../proofs/threshold.js";
import { CHALLENGE } from "./shape.js";
import { openRecord, readSignature } from "./signed.js";

/** @typedef {import("../codec/fields.js").Fields} Fields */
/** @typedef {import("../codec/json.js").Value} Value */
/** @typedef {import("./manifest.js").Manifest} Manifest */
/** @typedef {import("../proofs/threshold.js").ShareProof} ShareProof */
/** @typedef {{ size: number, root: Uint8Array }} Head */

/**
 * @typedef {object} Share
 * @property {string} election
 * @property {number} trustee
 * @property {Head} head
 * @property {string} counted
 * @property {[number, Uint8Array][]} acknowledgements
 * @property {bigint[]} partials
 * @property {ShareProof[]} proofs
 * @property {import("./signed.js").Signed} signed
 */

const FRAME = 4096; // octets of everything but partials and proofs

/**
 * @param {Uint8Array} octets
 * @param {Manifest} manifest
 * @returns {Share}
 */
export function readShare(octets, { parameters, trustees, aggregates }) {
  const [width, l] = [parameters.modulusBits / 8, trustees.members.length];
  const proofWidth = CHALLENGE + responseWidth(l, trustees.threshold, parameters.modulusBits);
  const fields = openRecord(octets, FRAME + aggregates.length * 2 * (width + proofWidth), "share");
  const proofs = fields.octetRows("proofs", aggregates.map(() => proofWidth));
  const share = {
    election: fields.digest("election"),
    trustee: fields.integer("trustee", 1, l),
    head: readHead(fields.object("head")),
    counted: fields.digest("counted"),
    acknowledgements: readAcknowledgements(fields, l),
    partials: fields.numbers("partials", aggregates.length, width),
    proofs: proofs.map((proof) => ({ challenge: toInteger(proof.subarray(0, CHALLENGE)), response: toInteger(proof.subarray(CHALLENGE)) })),
    signed: readSignature(fields),
  };
  fields.done();
  return share;
}

/**
 * @param {Fields} fields
 * @returns {Head}
 */
function readHead(fields) {
  const head = { size: fields.integer("size", 1), root: fields.octets("root", 32) };
  fields.done();
  return head;
}

/**
 * @param {Fields} fields
 * @param {number} trustees
 */
function readAcknowledgements(fields, trustees) {
  const rows = fields.items("acknowledgements", { high: trustees }).map((row, index) => {
    const reader = pair(row, `${fields.path("acknowledgements")}[${index}]`);
    return /** @type {[number, Uint8Array]} */ ([reader.integer("first", 1, trustees), reader.octets("second", SIGNATURE)]);
  });
  if (rows.some(([trustee], index) => index && trustee <= rows[index - 1][0])) {
    throw new Refusal("record", "AcknowledgementsNotSorted", "trustees are not in increasing order");
  }
  return rows;
}

/**
 * Every acknowledgement in a share verifies: each is of this very election, head and set.
 * @param {Share} share
 * @param {Manifest} manifest
 */
export function checkAcknowledged({ election, head, counted, acknowledgements }, { trustees }) {
  for (const [trustee, signature] of acknowledgements) {
    const format = "veritally/acknowledgement/1";
    /** @type {[string, Value][]} */
    const signedHead = [["size", head.size], ["root", encodeUrl(head.root)]];
    /** @type {[string, Value][]} */
    const record = [["format", format], ["election", election], ["trustee", trustee], ["head", new JsonObject(signedHead)], ["counted", counted]];
    try {
      verify(trustees.members[trustee - 1].signingKey, signedMessage(format, sha256(encode(new JsonObject(record)))), signature);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new Refusal("record", "BadAcknowledgement", `acknowledgement of trustee ${trustee}: ${error.message}`);
    }
  }
}
