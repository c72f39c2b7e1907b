// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Trust policies: whose signatures make a checkpoint good (docs/spec/board.md, "Policies"; C2SP tlog-policy).
 *
 * A voter's is the one of the manifest, which the fingerprint covers. It is read from the very text that the server offers
 * to everybody else.
 */
import {
  ForbiddenPolicyKey, MalformedKey, MalformedPolicy, NotSigned, QuorumNotMet, RepeatedInPolicy, TooManyInPolicy, UnknownInPolicy, UnsupportedKey,
} from "../errors.js";
import { utf8 } from "../octets.js";
import { COSIGNATURE, ED25519, readOtherKey, readVerifierKey, verifierKeyText } from "./verifier_keys.js";

/** @import { Octets } from "../octets.js" */
/** @import { VerifierKey } from "./verifier_keys.js" */

/** @typedef {{log: VerifierKey, witnesses: readonly VerifierKey[], quorum: number}} BoardKeys of a manifest */
/** @typedef {{name: string, key: VerifierKey}} Witness */
/** @typedef {{name: string, key: Octets}} Stranger a witness whose key is of a type not known here: it never signs for us */
/** @typedef {{name: string, threshold: number, members: string[]}} Group of witnesses and groups before it */
/** @typedef {{logs: VerifierKey[], witnesses: Witness[], groups: Group[], quorum: string, strangers: Stranger[]}} Policy names have one character for each octet */
/** @typedef {{policy: Policy, grouped: Set<string>}} Draft a policy so far, and who is in a group already */

export const LIMIT = 65_536; // octets
const MOST = 64; // of a kind
const NONE = "none";
const FORBIDDEN = /[^\t\n\x20-\x7e\x80-\xff]/;
const THRESHOLD = /^[1-9][0-9]?[0-9]?$/;

/**
 * What the keyword of a line makes of the words after it, and how many there may be.
 * @type {Record<string, {least: number, most: number, take: (draft: Draft, words: string[]) => Promise<void> | void}>}
 */
const LINES = {
  log: { least: 1, most: 2, take: takeLog },
  witness: { least: 2, most: 3, take: takeWitness },
  group: { least: 3, most: Infinity, take: takeGroup },
  quorum: { least: 1, most: 1, take: takeQuorum },
};

/**
 * @param {BoardKeys} board
 * @returns {Promise<Policy>} the log of the manifest, and any `quorum` of its witnesses
 */
export function policyOf(board) {
  return readPolicy(utf8(policyText(board)));
}

/**
 * @param {BoardKeys} board
 * @returns {string} the same as a file, as the server offers it
 */
export function policyText({ log, witnesses, quorum }) {
  const names = witnesses.map((_, index) => `w${index + 1}`);
  const lines = [`log ${verifierKeyText(log)}`, ...witnesses.map((key, index) => `witness ${names[index]} ${verifierKeyText(key)}`)];
  if (quorum > 0) lines.push(`group enough ${quorum} ${names.join(" ")}`);
  return [...lines, `quorum ${quorum > 0 ? "enough" : NONE}`, ""].join("\n");
}

/**
 * @param {Octets} octets
 * @returns {Promise<Policy>} throws MalformedPolicy, RepeatedInPolicy, UnknownInPolicy, TooManyInPolicy, ForbiddenPolicyKey, or
 *   what a verifier key does
 */
export async function readPolicy(octets) {
  const draft = { policy: { logs: [], witnesses: [], groups: [], quorum: "", strangers: [] }, grouped: new Set() };
  for (const [keyword, ...words] of linesOf(octets)) {
    const line = Object.hasOwn(LINES, keyword) ? LINES[keyword] : null;
    if (!line || words.length < line.least || words.length > line.most) throw new MalformedPolicy("not a line of a policy");
    await line.take(draft, words);
  }
  if (draft.policy.quorum === "") throw new MalformedPolicy("a policy has one quorum line");
  return draft.policy;
}

/**
 * @param {Policy} policy
 * @param {readonly VerifierKey[]} signers
 * @returns {VerifierKey} the log that signed; throws NotSigned
 */
export function signingLog({ logs }, signers) {
  const found = logs.find((log) => signers.includes(log));
  if (!found) throw new NotSigned("no signature by a log's key", { expected: logs.map(({ name }) => name).join(", ") });
  return found;
}

/**
 * @param {Policy} policy
 * @param {readonly VerifierKey[]} signers throws QuorumNotMet
 */
export function checkQuorum({ witnesses, groups, quorum }, signers) {
  const met = new Map([[NONE, true]]);
  for (const { name, key } of witnesses) met.set(name, signers.includes(key));
  for (const { name, threshold, members } of groups) met.set(name, members.filter((member) => met.get(member)).length >= threshold);
  if (met.get(quorum)) return;
  const computed = witnesses.filter(({ name }) => met.get(name)).length;
  throw new QuorumNotMet("too few witnesses signed", { expected: quorum, computed });
}

/**
 * @param {Octets} octets
 * @returns {string[][]} the words of each line that has any and is no comment
 */
function linesOf(octets) {
  if (octets.length > LIMIT) throw new MalformedPolicy("policy too long", { expected: `at most ${LIMIT}`, computed: octets.length });
  const text = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  if (FORBIDDEN.test(text)) throw new MalformedPolicy("a policy holds no control characters but tab and newline");
  if (!text.endsWith("\n")) throw new MalformedPolicy("every line of a policy ends with a newline");
  const lines = text.split("\n").map((line) => line.split(/[\t ]+/).filter((word) => word !== ""));
  return lines.filter(([first]) => first !== undefined && !first.startsWith("#"));
}

/** @param {Draft} draft @param {string[]} words */
async function takeLog({ policy }, [key]) {
  const log = await readVerifierKey(fromOctets(key));
  checkType(log, ED25519);
  checkNewKey(log, policy.logs);
  policy.logs.push(log);
}

/** @param {Draft} draft @param {string[]} words */
async function takeWitness({ policy }, [name, text]) {
  const key = await witnessKeyOf(fromOctets(text));
  if ("type" in key) checkType(key, COSIGNATURE);
  checkNewKey(key, [...policy.witnesses.map((other) => other.key), ...policy.strangers]);
  checkNew(policy, name);
  if ("type" in key) policy.witnesses.push({ name, key });
  else policy.strangers.push({ name, key: key.key });
}

/** @param {Draft} draft @param {string[]} words */
function takeGroup({ policy, grouped }, [name, threshold, ...members]) {
  if (policy.groups.length === MOST) throw new TooManyInPolicy("groups", { expected: `at most ${MOST}` });
  for (const member of members) {
    checkKnown(policy, member);
    if (grouped.has(member)) throw new RepeatedInPolicy("a member of a group already");
    grouped.add(member);
  }
  checkNew(policy, name);
  policy.groups.push({ name, threshold: thresholdOf(threshold, members.length), members });
}

/** @param {Draft} draft @param {string[]} words */
function takeQuorum({ policy }, [name]) {
  if (policy.quorum !== "") throw new RepeatedInPolicy("a second quorum line");
  if (name !== NONE) checkKnown(policy, name);
  policy.quorum = name;
}

/** @param {Policy} policy @param {string} name */
function isKnown({ witnesses, strangers, groups }, name) {
  return [...witnesses, ...strangers, ...groups].some((other) => other.name === name);
}

/** @param {Policy} policy @param {string} name */
function checkKnown(policy, name) {
  if (!isKnown(policy, name)) throw new UnknownInPolicy("no witness and no group of this name before");
}

/** @param {Policy} policy @param {string} name */
function checkNew(policy, name) {
  if (name === NONE || isKnown(policy, name)) throw new RepeatedInPolicy("a name that has a meaning already");
}

/**
 * @param {string} text
 * @returns {Promise<VerifierKey | {name: string, key: Octets}>} the latter for a type that is not known
 */
async function witnessKeyOf(text) {
  try {
    return await readVerifierKey(text);
  } catch (error) {
    if (error instanceof UnsupportedKey) return readOtherKey(text);
    throw error;
  }
}

/** @param {VerifierKey} key @param {number} type */
function checkType(key, type) {
  if (key.type !== type) throw new ForbiddenPolicyKey("type of a key", { expected: type, computed: key.type });
}

/** @param {{key: Octets}} key @param {readonly {key: Octets}[]} others */
function checkNewKey({ key }, others) {
  if (others.length === MOST) throw new TooManyInPolicy("logs or witnesses", { expected: `at most ${MOST}` });
  if (others.some((other) => other.key.join() === key.join())) throw new RepeatedInPolicy("the same public key twice");
}

/** @param {string} text one character for each octet @returns {string} */
function fromOctets(text) {
  const octets = Uint8Array.from(text, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new MalformedKey("verifier key: not UTF-8");
  }
}

/** @param {string} text @param {number} members */
function thresholdOf(text, members) {
  if (text === "any") return 1;
  if (text === "all") return members;
  const number = THRESHOLD.test(text) ? Number(text) : 0;
  if (number < 1 || number > members) throw new MalformedPolicy("threshold of a group", { expected: `all, any or 1..${members}` });
  return number;
}
