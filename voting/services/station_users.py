# SPDX-License-Identifier: AGPL-3.0-or-later
"""One user of Redis for each trustee of an election, with a password in a file (docs/operations.md).

Nothing is sent to Redis from here: whoever looks after it puts the lines into its access list.
"""

import secrets
from collections.abc import Callable
from pathlib import Path

from tally.access import Account, station_rules
from tally.queues import queue_name
from tally.registrar.files import SECRET_MODE, read_private, write_new
from voting.errors import NotReady
from voting.models import Election

_LIMIT = 256  # bytes


def make_users(
    election: Election, folder: Path, *, draw: Callable[[], str] = secrets.token_urlsafe
) -> tuple[tuple[Account, str], ...]:
    """Return each trustee's user and its line for the access list; passwords that are there are kept.

    Raises NotReady before the freeze, RegistrarError for a password file that others can read.
    """
    if not election.fingerprint:
        raise NotReady("an election has its queues once it is frozen")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    users = []
    for seat in election.seats.order_by("index"):
        name = queue_name(election.fingerprint, seat.index)
        account = Account(name=name, password=_password(folder / f"{name}.password", draw))
        users.append((account, account.line(station_rules(election.fingerprint, seat.index))))
    return tuple(users)


def _password(file: Path, draw: Callable[[], str]) -> str:
    if not file.exists():
        write_new(file, f"{draw()}\n".encode("ascii"), mode=SECRET_MODE)
    return read_private(file, limit=_LIMIT).decode("ascii").strip()
