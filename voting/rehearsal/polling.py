# SPDX-License-Identifier: AGPL-3.0-or-later
"""The polls of a rehearsal: ballots made in other processes, taken in by the server's intake in batches."""

from collections.abc import Callable, Sequence
from itertools import islice

from django.utils import timezone

from voting.errors import IntakeRefused, code_of
from voting.rehearsal.proving import Payloads, Selections, make_ballots
from voting.rehearsal.staging import Staged
from voting.services.intake import Refused, cast
from voting.services.opened import allow_test_modulus, opening_of

BATCH = 200  # ballots verified together and appended in one block


def vote(
    staged: Staged, selections: Sequence[Selections], *, jobs: int, advance: Callable[[int], None]
) -> None:
    """Voter i casts `selections[i]`. Raises IntakeRefused for a ballot that the server does not take."""
    election = staged.election
    payloads = Payloads(
        manifest=bytes(election.manifest or b""),
        roll=bytes(election.roll or b""),
        key=bytes(election.key or b""),
        opening=opening_of(election).to_bytes(),
        voters=staged.parties.voters,
        allow_test_modulus=allow_test_modulus(),
    )
    ballots = make_ballots(payloads, selections, jobs=jobs)
    while batch := list(islice(ballots, BATCH)):
        for verdict in cast(election, batch, now=timezone.now()):
            if isinstance(verdict, Refused):
                raise IntakeRefused(f"a ballot was refused: {code_of(verdict.error)}: {verdict.error}")
        advance(len(batch))
