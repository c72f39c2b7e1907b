# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a witness remembers: the logs it watches, and of each the last checkpoint that it cosigned.

One SQLite file. A change is on the disk before the call returns (WAL, synchronous=FULL), and what is read
before a change is read in the same immediate transaction. What may be cosigned is decided in witness.py.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.merkle import EMPTY_ROOT
from bulletin_board.log.note import Note
from bulletin_board.witness.errors import UnusableStore

# Of one log: so many forks, which only its key can make, and so many checkpoints that came without a good
# proof, which anyone can send.
MAX_EVIDENCE = 100
_VERSION = 1
_PATIENCE = 10.0  # s, for another process that writes

_SCHEMA = f"""
CREATE TABLE key (vkey TEXT PRIMARY KEY, origin TEXT NOT NULL) STRICT;
CREATE TABLE head (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL,
    time INTEGER NOT NULL
) STRICT;
CREATE TABLE evidence (
    digest TEXT PRIMARY KEY, origin TEXT NOT NULL, cosigned BLOB NOT NULL, refused BLOB NOT NULL,
    reason TEXT NOT NULL
) STRICT;
PRAGMA user_version = {_VERSION};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What was cosigned last: size, root, the log's note, and when (seconds since 1970)."""

    size: int
    root: bytes
    note: bytes
    time: int


NOTHING = Head(size=0, root=EMPTY_ROOT, note=b"", time=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Two checkpoints that one log signed, the second refused because it does not extend the first."""

    digest: str
    origin: str
    cosigned: bytes
    refused: bytes
    reason: str

    @property
    def is_fork(self) -> bool:
        """Whether the two are of one size: then they are proof by themselves."""
        return _size(self.cosigned) == _size(self.refused)


class Store:
    """The file, for any number of threads and processes."""

    def __init__(self, file: Path) -> None:
        """Open a store that `create` made; raises UnusableStore: a witness that forgot must never sign."""
        self._file = file
        if not file.is_file():
            raise UnusableStore(f"{file} is missing: a witness without its memory may not sign again")
        try:
            with self._connected() as connection:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise UnusableStore(f"{file} is not the memory of a witness: {error}") from None
        if version != _VERSION:
            raise UnusableStore(f"{file} has another version", expected=_VERSION, computed=version)

    @classmethod
    def create(cls, file: Path) -> "Store":
        """Make an empty store; raises UnusableStore if there is a file."""
        if file.exists():
            raise UnusableStore(f"{file} exists already")
        file.touch(mode=0o600)
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
        return cls(file)

    def add_key(self, key: VerifierKey) -> None:
        """Watch the log of this key; further keys of one log may be added."""
        with self._connected() as connection:
            connection.execute("INSERT OR IGNORE INTO key VALUES (?, ?)", (key.to_text(), key.name))

    def trusted(self) -> tuple[VerifierKey, ...]:
        """Return every key that is trusted."""
        with self._connected() as connection:
            rows = connection.execute("SELECT vkey FROM key ORDER BY origin, vkey").fetchall()
        return tuple(VerifierKey.from_text(text) for (text,) in rows)

    def keys_of(self, origin: str) -> tuple[VerifierKey, ...]:
        """Return the keys that are trusted for one log."""
        return tuple(key for key in self.trusted() if key.name == origin)

    def head(self, origin: str) -> Head:
        """Return what was cosigned last; of an unknown log, NOTHING."""
        with self._connected() as connection:
            return _head(connection, origin)

    def evidence(self) -> tuple[Evidence, ...]:
        """Return all evidence."""
        with self._connected() as connection:
            rows = connection.execute("SELECT * FROM evidence ORDER BY origin, digest").fetchall()
        return tuple(map(_evidence, rows))

    def keep_evidence(self, origin: str, *, cosigned: bytes, refused: bytes, reason: str) -> None:
        """Keep two contradicting checkpoints, once, up to MAX_EVIDENCE of one kind and log."""
        digest = hashlib.sha256(_text(cosigned) + _text(refused)).hexdigest()
        found = Evidence(digest=digest, origin=origin, cosigned=cosigned, refused=refused, reason=reason)
        with self._changing() as connection:
            rows = connection.execute("SELECT * FROM evidence WHERE origin = ?", (origin,))
            if sum(_evidence(row).is_fork == found.is_fork for row in rows) < MAX_EVIDENCE:
                connection.execute(
                    "INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?)",
                    (digest, origin, cosigned, refused, reason),
                )

    @contextmanager
    def updating(self, origin: str) -> Iterator["Update"]:
        """Check and update in one transaction; durable when it ends, undone by any error."""
        with self._changing() as connection:
            yield Update(connection, origin)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        # mode=rw: a file that was taken away meanwhile is not made again.
        address = f"{self._file.absolute().as_uri()}?mode=rw"
        with closing(
            sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            yield connection


class Update:
    """The record of one log while no one else can change it. Made by `Store.updating` only."""

    def __init__(self, connection: sqlite3.Connection, origin: str) -> None:
        self._connection = connection
        self._origin = origin
        self.head = _head(connection, origin)
        (self.latest_time,) = connection.execute("SELECT coalesce(max(time), 0) FROM head").fetchone()

    def write(self, head: Head) -> None:
        """Replace the record."""
        self._connection.execute(
            "INSERT INTO head VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET"
            " size = excluded.size, root = excluded.root, note = excluded.note, time = excluded.time",
            (self._origin, head.size, head.root, head.note, head.time),
        )


def _head(connection: sqlite3.Connection, origin: str) -> Head:
    row = connection.execute("SELECT size, root, note, time FROM head WHERE origin = ?", (origin,)).fetchone()
    if row is None:
        return NOTHING
    size, root, note, time = row
    return Head(size=size, root=root, note=note, time=time)


def _evidence(row: tuple[str, str, bytes, bytes, str]) -> Evidence:
    digest, origin, cosigned, refused, reason = row
    return Evidence(digest=digest, origin=origin, cosigned=cosigned, refused=refused, reason=reason)


def _text(note: bytes) -> bytes:
    """What the signatures of a note are for; nothing was cosigned before the first."""
    return Note.from_bytes(note).text.encode() if note else b""


def _size(note: bytes) -> int:
    return Checkpoint.from_any_log(_text(note).decode()).size if note else NOTHING.size
