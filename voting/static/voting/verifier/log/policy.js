// SPDX-License-Identifier: AGPL-3.0-or-later
/** Whose signatures make a checkpoint good, by the reader's own decision (docs/spec/board.md, "Policies"). */
import { Refusal, placed } from "../errors.js";
import { readCheckpoint } from "./checkpoint.js";
import { COSIGNATURE, ED25519, readOtherKey, readVerifierKey } from "./keys.js";
import { signersOf } from "./note.js";

/** @typedef {import("./keys.js").VerifierKey} VerifierKey */
/** @typedef {import("./note.js").Note} Note */
/** Its members are witnesses, and groups of earlier lines. */
/** @typedef {{ name: string, threshold: number, members: string[] }} Group */

/**
 * Names are octets, each written as the character with its number.
 * @typedef {{ logs: VerifierKey[], witnesses: { name: string, key: VerifierKey }[], groups: Group[], quorum: string }} Policy
 */

export const POLICY_LIMIT = 65_536; // octets
const MOST = 64; // logs; witnesses; groups
const NONE = "none";
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;
const BLANKS = /[ \t]+/;

/**
 * @param {Uint8Array} octets
 * @returns {Policy}
 */
export function readPolicy(octets) {
  const reader = new Reader();
  linesOf(octets).forEach((line, index) => placed(`line ${index + 1}`, () => reader.take(line)));
  return reader.policy();
}

/**
 * B.8: a log of the policy has signed, and its quorum of witnesses has cosigned.
 * @param {Note} note
 * @param {Policy} policy
 * @returns {import("../checks/age.js").Quorum}
 */
export function checkUnder(note, policy) {
  const { logs, witnesses, quorum } = policy;
  const signers = signersOf(note, [...logs, ...witnesses.map(({ key }) => key)]);
  const log = logs.find((key) => signers.has(key));
  if (!log) throw new Refusal("log", "NotSigned", "no log of the policy has signed", { expected: logs.map(({ name }) => name).join(", ") });
  const { origin } = readCheckpoint(note.text);
  if (origin !== log.name) throw new Refusal("log", "WrongOrigin", "checkpoint of another log", { expected: log.name, computed: origin });
  for (const key of logs) signers.delete(key);
  if (isMet(policy, (key) => signers.has(key))) return { isMet: (has) => isMet(policy, has), times: signers };
  const cosigners = [...signers.keys()].map(({ name }) => name).sort();
  const evidence = { expected: quorum, computed: cosigners.join(", ") || "no witness" };
  throw new Refusal("log", "QuorumNotMet", "the policy's quorum of witnesses has not cosigned", evidence);
}

/**
 * @param {Policy} policy
 * @param {(key: VerifierKey) => boolean} has whether this witness is there
 */
function isMet({ witnesses, groups, quorum }, has) {
  const met = new Set([NONE, ...witnesses.filter(({ key }) => has(key)).map(({ name }) => name)]);
  for (const { name, threshold, members } of groups) {
    if (members.filter((member) => met.has(member)).length >= threshold) met.add(name);
  }
  return met.has(quorum);
}

/**
 * @param {Uint8Array} octets
 * @returns {string[]}
 */
function linesOf(octets) {
  if (octets.length > POLICY_LIMIT) malformed("too long", `at most ${POLICY_LIMIT} octets`, octets.length);
  const text = [...octets].map((octet) => String.fromCharCode(octet)).join("");
  if (CONTROL.test(text)) malformed("a policy holds no control characters but tab and newline");
  if (!text.endsWith("\n")) malformed("every line of a policy ends with a newline");
  return text.slice(0, -1).split("\n");
}

/** Takes the lines one by one; a name must be defined before it is used. */
class Reader {
  constructor() {
    /** @type {VerifierKey[]} */
    this.logs = [];
    /** @type {Policy["witnesses"]} */
    this.witnesses = [];
    /** @type {{ name: string, key: Uint8Array }[]} of witnesses whose keys are of another type: they never sign for us */
    this.strangers = [];
    /** @type {Group[]} */
    this.groups = [];
    /** @type {string | null} */
    this.quorum = null;
    /** @type {Set<string>} */
    this.names = new Set();
    /** @type {Set<string>} of a group */
    this.members = new Set();
  }

  /** @param {string} line */
  take(line) {
    const [keyword, ...rest] = line.split(BLANKS).filter(Boolean);
    if (keyword === undefined || keyword.startsWith("#")) return;
    const [first, second, ...more] = rest;
    if (keyword === "log" && (rest.length === 1 || rest.length === 2)) this.log(first);
    else if (keyword === "witness" && (rest.length === 2 || rest.length === 3)) this.witness(first, second);
    else if (keyword === "group" && rest.length >= 2) this.group(first, second, more);
    else if (keyword === "quorum" && rest.length === 1) this.setQuorum(first);
    else malformed("not a line of a policy", undefined, line);
  }

  /** @returns {Policy} */
  policy() {
    const { logs, witnesses, groups, quorum } = this;
    if (quorum === null) return malformed("a policy has one quorum line; this one has none");
    return { logs, witnesses, groups, quorum };
  }

  /** @param {string} text */
  log(text) {
    const key = readVerifierKey(decoded(text));
    checkType(key, ED25519);
    checkNew(key, this.logs);
    this.logs.push(key);
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  witness(name, text) {
    const key = witnessKeyOf(decoded(text));
    if ("type" in key) checkType(key, COSIGNATURE);
    checkNew(key, [...this.witnesses.map((other) => other.key), ...this.strangers]);
    this.define(name);
    if ("type" in key) this.witnesses.push({ name, key });
    else this.strangers.push(key);
  }

  /**
   * @param {string} name
   * @param {string} threshold
   * @param {string[]} members
   */
  group(name, threshold, members) {
    if (this.groups.length >= MOST) tooMany("groups");
    for (const member of members) {
      this.checkDefined(member);
      if (this.members.has(member)) repeated("a member of a group already", member);
      this.members.add(member);
    }
    this.define(name);
    this.groups.push({ name, threshold: thresholdOf(threshold, members.length), members });
  }

  /** @param {string} name */
  setQuorum(name) {
    if (this.quorum !== null) repeated("a second quorum line", name);
    if (name !== NONE) this.checkDefined(name);
    this.quorum = name;
  }

  /** @param {string} name */
  define(name) {
    if (name === NONE || this.names.has(name)) repeated("a name that has a meaning already", name);
    this.names.add(name);
  }

  /** @param {string} name */
  checkDefined(name) {
    if (!this.names.has(name)) throw new Refusal("log", "UnknownInPolicy", "no witness and no group of this name before", { computed: name });
  }
}

/**
 * @param {string} text
 * @returns {VerifierKey | { name: string, key: Uint8Array }} the latter for a type that is not known
 */
function witnessKeyOf(text) {
  try {
    return readVerifierKey(text);
  } catch (error) {
    if (error instanceof Refusal && error.name === "UnsupportedKey") return readOtherKey(text);
    throw error;
  }
}

/**
 * @param {VerifierKey} key
 * @param {number} type
 */
function checkType(key, type) {
  if (key.type !== type) throw new Refusal("log", "ForbiddenPolicyKey", `type of the key of ${key.name}`, { expected: type, computed: key.type });
}

/**
 * @param {{ name: string, key: Uint8Array }} key
 * @param {readonly { key: Uint8Array }[]} others
 */
function checkNew(key, others) {
  if (others.length >= MOST) tooMany("logs or witnesses");
  if (others.some((other) => String(other.key) === String(key.key))) repeated("the same public key twice", key.name);
}

/** @param {string} text */
function decoded(text) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(text, (octet) => octet.charCodeAt(0)));
  } catch {
    throw new Refusal("log", "MalformedKey", "verifier key: not UTF-8");
  }
}

/**
 * @param {string} text
 * @param {number} members
 */
function thresholdOf(text, members) {
  if (!members) malformed("a group has at least one member");
  if (text === "all") return members;
  if (text === "any") return 1;
  if (!/^[1-9][0-9]{0,2}$/.test(text) || Number(text) > members) malformed("threshold of a group", `all, any or 1..${members}`, text);
  return Number(text);
}

/**
 * @param {string} what
 * @returns {never}
 */
function tooMany(what) {
  throw new Refusal("log", "TooManyInPolicy", what, { expected: `at most ${MOST}` });
}

/**
 * @param {string} message
 * @param {string} computed
 * @returns {never}
 */
function repeated(message, computed) {
  throw new Refusal("log", "RepeatedInPolicy", message, { computed });
}

/**
 * @param {string} message
 * @param {unknown} [expected]
 * @param {unknown} [computed]
 * @returns {never}
 */
function malformed(message, expected, computed) {
  throw new Refusal("log", "MalformedPolicy", message, { expected, computed });
}
