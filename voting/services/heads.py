# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signed heads of a log, as they were published: what anyone compares who has kept an older one.

Heads carry no time of their own; `time` is that of the newest entry under a head, to five minutes. A head
that still waits for its witnesses is not shown. What stays in the list tells no exact time, as every ballot
may have its own head: witnesses' times are rounded, and only the newest note carries their signatures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet

from bulletin_board.cosigned import published_head
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import cosignatures_of
from bulletin_board.log.envelope import Envelope, coarse
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import open_note
from bulletin_board.models import Cosignature, Entry, Log, SignedHead

_LAST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """A witness saw a head at `time`, rounded down to five minutes."""

    name: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A published head: `root` is 64 hexadecimal digits, `note` what the log signed.

    The note of the newest head has its cosignatures, as the checkpoint has them.
    """

    size: int
    root: str
    time: datetime
    note: bytes
    witnessed: tuple[Witnessed, ...]


def published_size(log: Log) -> int:
    """Return how many entries the newest published head covers; 0 if there is none."""
    head = published_head(log)
    return 0 if head is None else head.size


def count(log: Log) -> int:
    """Return how many heads are published."""
    return _rows(log).count()


def heads(log: Log, first: int, last: int) -> tuple[Head, ...]:
    """Return the heads number `first` to `last`, counted from the oldest as 0; the newest stands first."""
    return tuple(reversed(tuple(_made(log, _rows(log)[first : last + 1]))))


def head_at(log: Log, size: int) -> Head | None:
    """Return the published head of this size."""
    return next(_made(log, _rows(log).filter(size=size)), None)


def _rows(log: Log) -> QuerySet[SignedHead]:
    # Before the first entry there is nothing to show.
    return SignedHead.objects.filter(log=log, size__gte=1, size__lte=published_size(log)).order_by("size")


def _made(log: Log, rows: QuerySet[SignedHead]) -> Iterator[Head]:
    found, newest_size = list(rows), published_size(log)
    sizes = [row.size for row in found]
    lines: dict[int, dict[str, bytes]] = {size: {} for size in sizes}
    for size, witness, line in Cosignature.objects.filter(log=log, size__in=sizes).values_list(
        "size", "witness", "line"
    ):
        lines[size][witness] = bytes(line)
    newest = Entry.objects.filter(log=log, seq__in=[size - 1 for size in sizes])
    times = {
        seq + 1: Envelope.from_bytes(bytes(data)).time for seq, data in newest.values_list("seq", "envelope")
    }
    for row in found:
        yield _head(row, lines[row.size], times[row.size], is_newest=row.size == newest_size)


def _head(row: SignedHead, lines: dict[str, bytes], time: datetime, *, is_newest: bool) -> Head:
    note = bytes(row.note)
    cosigned = note + b"".join(lines[witness] for witness in sorted(lines))
    keys = (VerifierKey.from_text(row.verifier_key), *map(VerifierKey.from_text, lines))
    opened = open_note(cosigned, keys)
    return Head(
        size=row.size,
        root=Checkpoint.from_text(opened.text).root.hex(),
        time=time,
        note=cosigned if is_newest else note,
        witnessed=tuple(
            Witnessed(name=seen.witness.name, time=coarse(datetime.fromtimestamp(seen.time, UTC)))
            for seen in cosignatures_of(opened)
            if seen.time <= _LAST  # any 64 bits may stand there; whoever wants them reads the note
        ),
    )
