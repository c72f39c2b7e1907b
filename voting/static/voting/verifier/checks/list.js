// SPDX-License-Identifier: AGPL-3.0-or-later
/** The checks by number, and what each one states when it passes (docs/spec/verification.md). */

/** @type {ReadonlyMap<string, string>} */
export const CATEGORIES = new Map([
  ["A", "Trust root"],
  ["B", "Board"],
  ["C", "Manifest"],
  ["D", "Key"],
  ["E", "Roll"],
  ["F", "Ballots"],
  ["G", "Closing and trustees"],
  ["H", "Result"],
]);

/** Made only where a policy, or an earlier checkpoint, was brought. */
export const POLICY = "B.8";
export const CONTINUED = "B.9";

/** @type {ReadonlyMap<string, string>} */
export const STATEMENTS = new Map([
  ["A.1", "This is the election whose fingerprint you were given."],
  ["A.2", "The opening entry binds manifest, roll and key to this fingerprint."],
  ["B.1", "The checkpoint is signed by the log key that the manifest names."],
  ["B.2", "The entries form one chain without gaps, in their one form."],
  ["B.3", "The tree over the entries has the root that the checkpoint signs."],
  ["B.4", "Every payload is there, with the length and the hash that its entry names."],
  ["B.5", "The entries come in the order of an election."],
  ["B.6", "As many witnesses as the manifest demands have cosigned the checkpoint."],
  ["B.7", "The election opened and closed no earlier than the manifest says."],
  ["B.8", "The checkpoint is signed and cosigned as your policy demands."],
  ["B.9", "The board continues the one whose checkpoint you kept."],
  ["C.1", "The manifest is well formed, and its parameters are allowed."],
  ["C.2", "Programs and aggregates are what the questions compile to."],
  ["D.1", "The key is this election's, of the promised size and with the promised trustees."],
  ["D.2", "The certificate of the key holds: every encrypted vote has one meaning."],
  ["D.3", "The base of all randomness is derived from the key alone."],
  ["D.4", "The verification keys are sound: every quorum of trustees can decrypt."],
  ["D.5", "Every trustee has acknowledged this key."],
  ["E.1", "The registrar has signed the roll."],
  ["E.2", "Every credential on the roll is a safe key."],
  ["E.3", "The roll's weight is within what the counters can hold."],
  ["E.4", "Every roll change is signed by the registrar and has its turn."],
  ["E.5", "Roll changes revoke only who is on the roll, and admit only who never was."],
  ["E.6", "All weight that was ever enrolled is within what the counters can hold."],
  ["F.1", "Every ballot is well formed and of this election."],
  ["F.2", "Every ballot is signed by a credential that was on the roll."],
  ["F.3", "Every ballot replaces its credential's last one, within the limit."],
  ["F.4", "Every challenge is signed, and no challenged ballot was cast."],
  ["F.5", "Every ballot's proof holds: there are only allowed votes in it."],
  ["G.1", "The closing entry states the ballots on the board, and those that count."],
  ["G.2", "Enough ballots count for their sum to be decrypted."],
  ["G.3", "Every share is signed by its trustee, once, for this board and these ballots."],
  ["G.4", "Every share carries enough trustees' acknowledgements of the same board."],
  ["G.5", "Every part of a decryption is proved to be the trustee's true part."],
  ["G.6", "Enough trustees have given shares that hold."],
  ["H.1", "The result is over exactly the ballots that count."],
  ["H.2", "The encrypted sums are the products of those ballots."],
  ["H.3", "The published sums are what the encrypted sums contain."],
  ["H.4", "The counters are the digits of the published sums, with nothing left over."],
  ["H.5", "The counters are possible, and the outcome follows from them."],
  ["H.6", "The final entry closes the election with this result."],
]);
