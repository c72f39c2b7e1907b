# SPDX-License-Identifier: AGPL-3.0-or-later
"""Named refusals as one sentence on standard error and exit code 1, for every management command."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from bulletin_board.errors import BoardError
from tally.contests.errors import ContestError
from tally.crypto.errors import CryptoError
from tally.dealer.errors import DealerError
from tally.errors import TallyError
from tally.record.errors import RecordError
from tally.registrar.errors import RegistrarError
from tally.station.errors import StationError
from voting.errors import VotingError

REFUSALS = (
    VotingError,
    TallyError,
    RecordError,
    ContestError,
    CryptoError,
    BoardError,
    StationError,
    DealerError,
    RegistrarError,
    OSError,
)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the services refuse into a CommandError."""
    try:
        yield
    except REFUSALS as error:
        raise CommandError(f"Refused ({type(error).__name__}): {error}") from error
