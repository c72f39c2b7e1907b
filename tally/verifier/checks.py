# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of checks: stable numbers, and what each one states when it passes (docs/spec/verification.md)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One numbered check; `statement` is a sentence that is true when it passes."""

    id: str
    statement: str


CATEGORIES = {
    "A": "Trust root",
    "B": "Board",
    "C": "Manifest",
    "D": "Key",
    "E": "Roll",
    "F": "Ballots",
    "G": "Closing and trustees",
    "H": "Result",
}

_STATEMENTS = {
    "A.1": "The election is the one whose fingerprint you were given.",
    "A.2": "The opening entry binds manifest, roll and key record to this fingerprint.",
    "B.1": "The checkpoint is signed by the log key that the manifest names.",
    "B.2": "The entries form one chain without gaps, in canonical form.",
    "B.3": "The Merkle tree of the entries has the root that the checkpoint signs.",
    "B.4": "Every payload is there, with the length and the hash that its entry states.",
    "B.5": "The entries come in the order of an election.",
    "B.6": "The checkpoint carries the cosignatures of as many witnesses as the manifest demands.",
    "B.7": "The election opened and closed no earlier than the manifest says.",
    "B.8": "The checkpoint is signed and cosigned as your policy demands.",
    "B.9": "The board continues the one that you verified before.",
    "C.1": "The manifest is well formed, and its parameters are allowed.",
    "C.2": "The programmes and aggregates are what the questions compile to, within their bounds.",
    "D.1": "The key record belongs to this election and has the promised size and trustees.",
    "D.2": "The certificate of n holds: every ciphertext has exactly one plaintext.",
    "D.3": "The base h derives from n alone.",
    "D.4": "The verification keys are sound: every quorum of trustees can extract roots.",
    "D.5": "Every trustee has acknowledged this key record.",
    "E.1": "The registrar has signed the roll.",
    "E.2": "Every credential on the roll is a strict Ed25519 key.",
    "E.3": "The roll's weight fits the capacity that the counters were built for.",
    "E.4": "Every roll change is signed by the registrar, in its turn.",
    "E.5": "Roll changes revoke only who is on the roll, and admit only new strict keys.",
    "E.6": "All the weight ever enrolled fits the capacity that the counters were built for.",
    "F.1": "Every ballot is well formed and belongs to this election.",
    "F.2": "Every ballot is signed by a credential that was on the roll at its place.",
    "F.3": "Every ballot supersedes its credential's last one, within the limit.",
    "F.4": "No challenged ballot was cast, and every challenge is signed.",
    "F.5": "Every ballot's proof holds: it contains only allowed votes.",
    "G.1": "The closing entry states the ballots on the board and the set that counts.",
    "G.2": "Enough ballots count for the trustees to decrypt their sum.",
    "G.3": "Every share is signed by its trustee, once, for this closing head and counted set.",
    "G.4": "Every share rests on acknowledgements of the same board by enough trustees.",
    "G.5": "Every partial root is the one that its verification key commits the trustee to.",
    "G.6": "At least the threshold of trustees has given shares that hold.",
    "H.1": "The result is over exactly the ballots that count.",
    "H.2": "The encrypted sums in the result are the products of those ballots.",
    "H.3": "The published plaintexts open the encrypted sums: c = g^m · y^n.",
    "H.4": "The counters are the digits of the plaintexts, and no other bits are set.",
    "H.5": "The counters obey each contest's own sums, and the outcome follows from them.",
    "H.6": "The final entry closes the voting data with this result.",
}

CHECKS = {id_: Check(id=id_, statement=statement) for id_, statement in _STATEMENTS.items()}
POLICY = "B.8"  # made only where a policy was brought
CONTINUED = "B.9"  # made only where an earlier checkpoint was brought
UNTIL_CLOSE = tuple(id_ for id_ in CHECKS if id_ < "G.3")
