# SPDX-License-Identifier: AGPL-3.0-or-later
"""A polling place: the real server in a process of its own, open elections of every kind, known codes.

`with opened(folder) as base:` yields the address. Elections by name: those of `polling_data.PLACES`
(choose-one, approval, score, cumulative, knapsack, harbour, strict, market, practice, changed, mailed, wordy,
later, over).
`code(voter)` for a voter below VOTERS is good in each, but that of REVOKED not in "changed".
`opened(folder, large=True)` adds those of `polling_data.LARGE`: 3072 bits, 20 options.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

from tests.browser import pages_server
from tests.integration.polling_data import FULL, REVOKED, VOTERS, code

__all__ = ["REVOKED", "code", "fresh_code", "opened", "put_state"]

_fresh: Iterator[int] = iter(())


def fresh_code() -> str:
    """The code of a voter who has not voted yet at the polling place that was opened last."""
    voter = next(_fresh, None)
    assert voter is not None, "every voter of the polling place has voted"
    return code(voter)


@contextmanager
def opened(folder: Path, *, large: bool = False) -> Iterator[str]:
    """Serve the elections from a database in `folder`; yield the address."""
    global _fresh  # noqa: PLW0603  # one polling place at a time, each with all its voters
    _fresh = iter(range(VOTERS))
    plain = pages_server._environment

    def environment(folder: Path, base: str) -> dict[str, str]:
        return plain(folder, base) | ({FULL: "true"} if large else {})

    with (
        mock.patch.object(pages_server, "DATA", "tests.integration.polling_data"),
        mock.patch.object(pages_server, "_environment", environment),
        pages_server.running(folder) as base,
    ):
        yield base


def put_state(folder: Path, slug: str, state: str) -> None:
    """Move an election of the polling place in `folder` to another state, as its clock would."""
    with closing(sqlite3.connect(folder / "veritally.sqlite3", timeout=20)) as database, database:
        database.execute("update voting_election set state=? where slug=?", [state, slug])


def main() -> None:
    """Serve until interrupted, for a person to look at: `python -m tests.browser.polling_place FOLDER`."""
    import sys
    import time

    with opened(Path(sys.argv[1]), large=os.environ.get(FULL) == "true") as base:
        print(base, *(code(voter) for voter in range(4)), sep="\n", flush=True)  # noqa: T201  # its purpose
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main()
