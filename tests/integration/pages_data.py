# SPDX-License-Identifier: AGPL-3.0-or-later
"""Elections in every state as rows, for the pages: real records under the 1024-bit test key.

`place` fills the database of a test; `python -m tests.integration.pages_data` that of the settings, for a
server to be looked at. Trustees here sign the head of the simulator's own board, so a verifier would object.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from datetime import timedelta

from tests.integration.pages_elections import CLOSES, HOSTILE, OPENS, world
from tests.simulator import BOOTH, World

STATES = ("frozen", "open", "closed", "checking", "tallied", "final")
# The last type of entry that stands on the board; None: all up to the closing entry.
LAST = {
    "frozen": "key",
    "open": None,
    "closed": None,
    "checking": "close",
    "tallied": "result",
    "final": "final",
}
SHOWN = (
    # slug, state, kind, title
    ("little-harbour", "final", "town", "Little Harbour: mayor and school board"),
    ("district-projects", "final", "projects", "District projects 2027"),
    ("hostile", "tallied", "hostile"),
    ("rowing-club", "open", "town", "Rowing club: chair and committee"),
    ("parents", "checking", "town", "Parents’ council of the harbour school"),
    ("housing", "frozen", "town", "Housing cooperative, annual election"),
)


def place(slug: str, state: str, kind: str = "town", title: str = ""):
    """Write an election into the database as it stands in `state`; return its row."""
    from bulletin_board import storage
    from voting.services import log_key
    from voting.services.board import sign_head

    if not log_key.key_file().exists():
        log_key.create()
    signer = log_key.signer_for(log_key.origin_of(slug))
    title = title or (HOSTILE if kind == "hostile" else "Little Harbour")
    made = world(kind, title, signer.verifier_key.to_text())
    log = storage.create_log(signer.name)
    row = _row(made, slug, state, log)
    with storage.sequencing(log) as sequencer:
        for seq, (name, payload) in enumerate(_entries(made, state)):
            sequencer.append(name, payload, now=OPENS + timedelta(hours=4 * seq))
            _ballot_row(made, row, seq, name, payload)
    sign_head(row)
    return row


def _entries(made: World, state: str) -> Iterator[tuple[str, bytes]]:
    last = LAST[state]
    for name, payload in made.entries:
        if last is None and name == "close":
            return
        yield name, payload
        if name == last:
            return


def _row(made: World, slug: str, state: str, log):
    from voting.models import Election

    rank = STATES.index(state)
    return Election.objects.create(
        slug=slug,
        election_id=hashlib.sha256(slug.encode()).hexdigest()[:32],
        state=state,
        draft=_draft(made, slug),
        manifest=made.manifest.to_bytes(),
        roll=made.roll.to_bytes(),
        key=made.key.to_bytes(),
        fingerprint=made.fingerprint,
        booth=BOOTH if rank >= 1 else "",
        log=log,
        opens_at=OPENS,
        closes_at=CLOSES,
        created_at=OPENS - timedelta(days=30 + rank),
        opened_at=OPENS if rank >= 1 else None,
        closed_at=CLOSES if rank >= 2 else None,
    )


def _draft(made: World, slug: str) -> dict:
    """What the officials had written: the manifest without what freezing adds."""
    value = made.manifest.to_value()
    kept = ("title", "description", "languages", "rehearsal", "schedule", "registrar", "rules", "contests")
    numbers = {name: value["parameters"][name] for name in ("modulus_bits", "roll_capacity")}
    trustees = {name: value["trustees"][name] for name in ("key", "threshold", "acknowledgements")}
    return {"slug": slug, **{name: value[name] for name in kept}, **numbers, "trustees": trustees}


def _ballot_row(made: World, row, seq: int, name: str, payload: bytes) -> None:
    from tally.admission import read_ballot
    from tally.record.challenged import Challenged as ChallengedRecord
    from voting.models import CastBallot, Challenged

    if name == "ballot":
        ballot = read_ballot(made.opened, payload)
        CastBallot.objects.create(
            election=row,
            credential=ballot.credential.hex(),
            tracker=ballot.tracker,
            digest=hashlib.sha256(payload).hexdigest(),
            supersedes=ballot.supersedes,
            seq=seq,
        )
    elif name == "challenged":
        record = ChallengedRecord.from_bytes(payload)
        credential = record.credential.hex()
        Challenged.objects.create(election=row, credential=credential, tracker=record.tracker, seq=seq)


def main() -> None:
    """Fill the database that the environment names with one election of each kind."""
    import django

    django.setup()
    for election in SHOWN:
        place(*election)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voting.settings")
    sys.exit(main())
