# SPDX-License-Identifier: AGPL-3.0-or-later
"""A closed board of any number of voters in a folder, for the verifier to be measured on."""

import hashlib
from pathlib import Path

from bulletin_board import layout
from tally.contests.protocol import Contest
from tally.count import counted_hash
from tally.crypto import ed25519
from tally.record.ballot import Ballot
from tally.record.closing import Closing
from tally.record.counted import Counted
from tally.record.opening import Opening
from tally.record.roll import Roll
from tests.simulator import BOOTH, ELECTION_ID, REGISTRAR_SEED, envelopes_of, log_files, open_world
from voting.rehearsal.parties import voter_seed
from voting.rehearsal.proving import Payloads, Selections, make_ballots

_VOTERS = b"V" * 32


def write(
    folder: Path, *, bits: int, ballots: int, contest: Contest, selections: Selections, jobs: int
) -> str:
    """Write the board, every voter casting the same choice; return the fingerprint."""
    world = open_world((contest,), weights=(1,), capacity=ballots, modulus_bits=bits)
    credentials = [ed25519.public_key(voter_seed(_VOTERS, voter)) for voter in range(ballots)]
    roll = Roll.of(ELECTION_ID, dict.fromkeys(credentials, 1)).sign(REGISTRAR_SEED)
    manifest, key = world.manifest, world.key
    opening = Opening.of(
        manifest=manifest.payload_sha256, roll=roll.payload_sha256, key=key.payload_sha256, booth=BOOTH
    )
    payloads = Payloads(
        manifest=manifest.to_bytes(),
        roll=roll.to_bytes(),
        key=key.to_bytes(),
        opening=opening.to_bytes(),
        voters=_VOTERS,
        allow_test_modulus=True,
    )
    entries = [
        ("manifest", payloads.manifest),
        ("roll", payloads.roll),
        ("key", payloads.key),
        ("open", payloads.opening),
    ]
    trackers = []
    for made in make_ballots(payloads, [selections] * ballots, jobs=jobs):
        ballot = Ballot.from_bytes(made.ballot, world.opened.shape)
        trackers.append(ballot.tracker)
        entries.append(("ballot", made.ballot))
        _put(folder, layout.commitments_path(trackers[-1]), made.commitments)
    counted = Counted(ballots=ballots, weight=ballots, hash=counted_hash(trackers))
    closing = Closing(election=opening.fingerprint, ballots=ballots, challenged=0, counted=counted)
    entries.append(("close", closing.to_bytes()))
    for _, payload in entries:
        _put(folder, layout.blob_path(hashlib.sha256(payload).hexdigest()), payload)
    for path, data in log_files([envelope.to_bytes() for envelope in envelopes_of(entries)]).items():
        _put(folder, path, data)
    return opening.fingerprint


def _put(folder: Path, path: str, data: bytes) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
