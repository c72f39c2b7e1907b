# SPDX-License-Identifier: AGPL-3.0-or-later
"""The only place that appends to a log.

Specification: docs/spec/board.md, "Storage". Which types of entry there are, in which order, and what their
payloads hold is for the caller; signing is the publisher's business. An entry is durable when `sequencing`
ends, and it is on the board only when a signed head covers it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
from django.db import connection, transaction

from bulletin_board import cosigning
from bulletin_board.errors import ClockWentBack, StoredBytesDamaged
from bulletin_board.head_signing import check_growing
from bulletin_board.locking import locked
from bulletin_board.log import merkle
from bulletin_board.log.envelope import NO_PREVIOUS, TIME_STEP, Envelope, coarse
from bulletin_board.log.keys import check_name
from bulletin_board.models import Blob, Commitments, CommitmentsChange, Entry, Log, Node
from bulletin_board.rows import StoredHashes, last_entry

BATCH = 256  # rows
_BATCH_BYTES = 8 * 1024 * 1024  # of payloads held in memory
_INSERT_BLOBS = """
INSERT INTO bulletin_board_blob (sha256, data)
SELECT * FROM unnest(%b::text[], %b::bytea[]) ON CONFLICT DO NOTHING
"""
# `now` is read before the lock is waited for, so a step of the coarse clock can be overtaken while waiting.
_PATIENCE = timedelta(minutes=TIME_STEP)


def create_log(origin: str) -> Log:
    """Create an empty log; its origin is its public address without scheme: "vote.example.org/board/spring".

    Raises MalformedKey for an origin that no key can have as name.
    """
    check_name(origin)
    return Log.objects.create(origin=origin, slug=origin.rpartition("/")[2])


def put_commitments(log: Log, tracker: str, data: bytes) -> None:
    """Keep a ballot's commitments beside the log; those kept first stay."""
    with transaction.atomic():
        _, made = Commitments.objects.get_or_create(log=log, tracker=tracker, defaults={"data": data})
        if made:
            CommitmentsChange.objects.create(log=log, tracker=tracker)


def drop_commitments(log: Log, tracker: str) -> None:
    """Forget a ballot's commitments: whoever verifies it from now on does so without a cache."""
    with transaction.atomic():
        Commitments.objects.filter(log=log, tracker=tracker).delete()
        CommitmentsChange.objects.create(log=log, tracker=tracker)


@contextmanager
def sequencing(log: Log) -> Iterator["Sequencer"]:
    """Append to `log` in one short transaction; all of it is durable at the end, or none.

    Rows of the caller's own that are written inside stand or fall with the entries. Raises RuntimeError
    inside another transaction, StoredBytesDamaged, and what `Sequencer.append` does.
    """
    cosigning.confirm(log)
    with locked(log):
        sequencer = Sequencer(log)
        yield sequencer
        sequencer.flush()


class Sequencer:
    """Gives out sequence numbers, under the log's lock. Made by `sequencing` only."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._may_grow = False
        self.size, self._chain_hash, self._last_time = _end_of(log)
        hashes = StoredHashes(log).read_hashes(merkle.frontier(self.size))
        self._tree = merkle.Frontier(self.size, hashes)
        self._entries: list[Entry] = []
        self._nodes: list[Node] = []
        self._blobs: dict[str, Blob] = {}
        self._held = 0

    def append(self, entry_type: str, payload: bytes, *, now: datetime) -> Envelope:
        """Append `payload` as the next entry, `now` being an aware time; return its envelope.

        Raises ClockWentBack; an EncodingError for a type or a payload that an envelope cannot carry;
        HistoryLost, HeadsForgotten, StoredBytesDamaged or a LogError where the log could not be signed: what
        is appended has its number for ever, and another entry may have it on the board.
        """
        if not self._may_grow:  # once for each block: nobody else signs meanwhile
            check_growing(self._log, self._tree)
            self._may_grow = True
        digest = hashlib.sha256(payload).hexdigest()
        envelope = Envelope(
            type=entry_type,
            seq=self.size,
            prev=self._chain_hash,
            time=self._time(now),
            payload_sha256=digest,
            payload_len=len(payload),
        )
        data = envelope.to_bytes()
        Envelope.from_bytes(data)  # what is written can be read
        self._chain_hash = hashlib.sha256(data).hexdigest()
        self._hold(data, digest, payload)
        self.size, self._last_time = self.size + 1, envelope.time
        return envelope

    def flush(self) -> None:
        """Write what is held; `sequencing` does so at its end."""
        known = set(Blob.objects.filter(pk__in=self._blobs).values_list("pk", flat=True))
        # Another log may store the same payload at the same time (PostgreSQL: one lock for each log).
        new = [blob for digest, blob in self._blobs.items() if digest not in known]
        _insert_blobs(new)
        Entry.objects.bulk_create(self._entries, batch_size=BATCH)
        Node.objects.bulk_create(self._nodes, batch_size=BATCH)
        self._entries, self._nodes, self._blobs, self._held = [], [], {}, 0

    def _time(self, now: datetime) -> datetime:
        time = coarse(now)
        if self._last_time is None or time >= self._last_time:
            return time
        if self._last_time - time > _PATIENCE:
            raise ClockWentBack("the clock is behind the board", expected=self._last_time, computed=now)
        return self._last_time

    def _hold(self, data: bytes, digest: str, payload: bytes) -> None:
        leaf = merkle.leaf_hash(data)
        for node in self._tree.add(leaf)[1:]:  # level 0 is the entry's own
            self._nodes.append(Node(log=self._log, level=node.level, index=node.index, hash=node.hash))
        self._blobs[digest] = Blob(sha256=digest, data=payload)
        self._entries.append(
            Entry(
                log=self._log,
                seq=self.size,
                envelope=data,
                leaf_hash=leaf,
                chain_hash=bytes.fromhex(self._chain_hash),
                payload_id=digest,
            )
        )
        self._held += len(payload)
        if len(self._entries) >= BATCH or self._held >= _BATCH_BYTES:
            self.flush()


def _insert_blobs(blobs: Sequence[Blob]) -> None:
    """Insert payloads; one that is there already stays."""
    if connection.vendor != "postgresql":
        Blob.objects.bulk_create(blobs, batch_size=BATCH, ignore_conflicts=True)
    elif blobs:
        # Payloads are most of what is written. Django would spell them out in the statement, as text.
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(_INSERT_BLOBS, ([blob.sha256 for blob in blobs], [blob.data for blob in blobs]))


def _end_of(log: Log) -> tuple[int, str, datetime | None]:
    """Return the number of entries, the hash that the next one carries, and the time it may not precede."""
    entry = last_entry(log)
    if entry is None:
        return 0, NO_PREVIOUS, None
    data = bytes(entry.envelope)
    chain_hash = hashlib.sha256(data).digest()
    if chain_hash != bytes(entry.chain_hash):
        raise StoredBytesDamaged(f"entry {entry.seq}", expected=bytes(entry.chain_hash), computed=chain_hash)
    return entry.seq + 1, chain_hash.hex(), Envelope.from_bytes(data).time
