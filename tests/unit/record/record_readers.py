# SPDX-License-Identifier: AGPL-3.0-or-later
"""For each payload of the example election: how it is read, and what may refuse it."""

from bulletin_board.errors import BoardError
from tally.contests.errors import ContestError
from tally.crypto.errors import CryptoError
from tally.record.acknowledgement import Acknowledgement
from tally.record.ballot import Ballot
from tally.record.challenged import Challenged
from tally.record.closing import Closing
from tally.record.errors import RecordError
from tally.record.final import Final
from tally.record.key import KeyRecord
from tally.record.manifest import Manifest
from tally.record.opening import Opening
from tally.record.result import Result, ResultShape
from tally.record.roll import Roll
from tally.record.roll_change import RollChange
from tally.record.share import Share, ShareShape
from tests.vectors.record_election import MODULUS_BITS, election, payloads

REFUSALS = (BoardError, RecordError, ContestError, CryptoError)
NAMES = tuple(payloads())


def read(name, data):
    """Parse `data` as the record `name` of the example."""
    manifest = election().manifest
    readers = {
        "manifest": lambda: Manifest.from_bytes(data, allow_test_modulus=True),
        "roll": lambda: Roll.from_bytes(data),
        "key": lambda: KeyRecord.from_bytes(data, modulus_bits=MODULUS_BITS),
        "open": lambda: Opening.from_bytes(data),
        "ballot": lambda: Ballot.from_bytes(data, manifest.ballot_shape()),
        "challenged": lambda: Challenged.from_bytes(data),
        "roll-change": lambda: RollChange.from_bytes(data),
        "close": lambda: Closing.from_bytes(data),
        "acknowledgement": lambda: Acknowledgement.from_bytes(data),
        "share": lambda: Share.from_bytes(data, ShareShape.of(manifest)),
        "result": lambda: Result.from_bytes(data, ResultShape.of(manifest)),
        "final": lambda: Final.from_bytes(data),
    }
    return readers[name if name in readers else name.partition("-")[0]]()


def key_of(name):
    """The public key under which the record `name` must verify; None if it carries no signature."""
    example = election()
    voters = [key for ballot in example.ballots for key in [ballot.credential]]
    trustees = [member.signing_key for member in example.manifest.trustees.members]
    return {
        "roll": example.manifest.registrar.key,
        "ballot-1": voters[0],
        "ballot-2": voters[1],
        "ballot-3": voters[2],
        "ballot-4": voters[3],
        "challenged": example.challenged.credential,
        "roll-change": example.manifest.registrar.key,
        "acknowledgement": trustees[0],
        "share-1": trustees[0],
        "share-3": trustees[2],
    }.get(name)
