# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a failed check means, in one sentence each that a journalist understands.

By the numbers of docs/spec/verification.md. It decides nothing, and names no error: see reasons.py.
"""

MEANINGS = {
    "A.1": "This record is of another election than the one whose fingerprint you were given, or its rules, "
    "voters or keys were changed.",
    "A.2": "The opening entry does not fit the rules, voters and keys that are published beside it.",
    "B.1": "The board's latest state is not signed by the server that the election itself names, so nobody "
    "answers for it.",
    "B.2": "The public board is damaged or was altered: its entries do not form one unbroken chain.",
    "B.3": "The entries are not the ones that the server's signature covers; something was changed, added or "
    "left out.",
    "B.4": "Something that the board lists is missing, or is not what was listed.",
    "B.5": "Entries stand on the board that do not belong there at that stage of an election.",
    "B.6": "Too few independent witnesses have confirmed this board, so other people may have been shown "
    "another one.",
    "B.7": "The election opened or closed earlier than was announced.",
    "B.8": "The signatures that you demand are not all there, so other people may have been shown another "
    "board.",
    "B.9": "This board is not a continuation of the one that you verified before: entries were changed or "
    "taken away since.",
    "C.1": "The rules of the election are not ones under which a vote can be trusted.",
    "C.2": "What the ballots were checked against is not what the questions say.",
    "D.1": "The election's key is not the one that was promised, or belongs to another election.",
    "D.2": "It is not proved that a sealed ballot can be opened in one way only.",
    "D.3": "Part of the election's key was chosen freely, which could hide a way to forge proofs.",
    "D.4": "The trustees' keys do not fit together, so the sum of the ballots might never be opened.",
    "D.5": "Not every trustee has agreed to this key.",
    "E.1": "The list of voters is not the one that the registrar signed, or contradicts itself.",
    "E.2": "The list of voters holds a key under which anyone could vote.",
    "E.3": "There are more votes on the list of voters than the count was built for; sums could overflow.",
    "E.4": "The list of voters was changed without the registrar's signature, or out of turn.",
    "E.5": "A change of the list of voters removes somebody who was not on it, or adds somebody twice.",
    "E.6": "With its changes, the list of voters holds more votes than the count was built for.",
    "F.1": "A ballot on the board is malformed, or belongs to another election.",
    "F.2": "A ballot is on the board that nobody on the list of voters signed.",
    "F.3": "A ballot was put on the board without following the voter's last one, or beyond the limit; the "
    "server should have refused it.",
    "F.4": "A ballot that was opened for a test counts as a vote, or a test was not signed by its voter.",
    "F.5": "A ballot may hold more than a voter is allowed, such as two votes for one option.",
    "G.1": "The closing entry does not count the ballots that are on the board.",
    "G.2": "So few ballots count that their sum would reveal how people voted.",
    "G.3": "A trustee's part of the opening is not signed by that trustee, or is for another set of ballots.",
    "G.4": "The trustees opened the sum before enough of them had confirmed that they saw the same board.",
    "G.5": "A trustee's part of the opening is wrong; the evidence names the trustee.",
    "G.6": "Too few trustees have taken part in opening the sum.",
    "H.1": "The published result is not over the ballots that count.",
    "H.2": "The sealed sums in the result are not the sums of the ballots: ballots were left out, added or "
    "changed.",
    "H.3": "The published numbers are not what the sealed sums contain.",
    "H.4": "The published totals were not read correctly from the opened sums.",
    "H.5": "The published outcome does not follow from the totals, or no valid ballots could give them.",
    "H.6": "The record does not end with this result, so it may be incomplete.",
}
