# SPDX-License-Identifier: AGPL-3.0-or-later
"""A log as JSON Lines: one line an entry, in order, for whoever reads a board with everyday tools.

Specification: docs/spec/board.md, "JSON Lines". Lines are only ever added, so whoever has the first n bytes
asks for the rest. Nothing is proved by a line: for that there are tiles, payloads and checkpoints.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, takewhile
from typing import TypeAlias

from django.db.models import F, IntegerField, QuerySet, Sum
from django.db.models.functions import Length

from bulletin_board.log.line import AROUND, format_line
from bulletin_board.log.tiles import HEIGHT, WIDTH
from bulletin_board.models import Entry, Log, Node

_REMEMBERED = 1 << 16  # bundles
_added_up: dict[bytes, int] = {}  # the length of a full bundle's lines, by the hash of its subtree
_Octets: TypeAlias = "bytes | memoryview[int]"  # as the database hands them out


class Lines:
    """The lines of the first `size` entries of a log, `length` bytes in all."""

    def __init__(self, log: Log, size: int) -> None:
        """Add up how long the lines are, bundle by bundle; no line is read yet."""
        self._entries = Entry.objects.filter(log=log, seq__lt=size)
        full, rest = divmod(size, WIDTH)
        octets = _octets_of_full(log, self._entries, full)
        if rest:
            octets += _octets(self._entries.filter(seq__gte=full * WIDTH))
        self._starts = [0, *accumulate(octets)]  # where each bundle's lines begin
        self.length = self._starts[-1]

    def start_of(self, seq: int) -> int:
        """Return where the line of entry `seq` begins, 0 ≤ seq ≤ size: the end, if there is none."""
        bundle, rest = divmod(seq, WIDTH)
        here = self._entries.filter(seq__gte=bundle * WIDTH, seq__lt=seq)
        return self._starts[bundle] + (sum(_octets(here)) if rest else 0)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield bytes `start` to `stop`, in pieces of a line or less; 0 ≤ start ≤ stop ≤ length."""
        bundle = bisect_right(self._starts, start) - 1
        position = self._starts[bundle]
        for line in self._lines(bundle * WIDTH):
            if position >= stop:
                return
            piece = line[max(start - position, 0) : stop - position]
            if piece:
                yield piece
            position += len(line)

    def _lines(self, seq: int) -> Iterator[bytes]:
        while rows := list(_rows(self._entries, seq)):
            for envelope, payload in rows:
                yield format_line(bytes(envelope), bytes(payload))
            seq += len(rows)


def _rows(entries: QuerySet[Entry], seq: int) -> Iterable[tuple[_Octets, _Octets]]:
    # By key, not by a cursor: on PostgreSQL one would outlive its transaction while somebody reads slowly.
    rows = entries.filter(seq__gte=seq, seq__lt=seq + WIDTH).order_by("seq")
    return rows.values_list("envelope", "payload__data")


def _octets_of_full(log: Log, entries: QuerySet[Entry], count: int) -> list[int]:
    """How long the lines of each of the first `count` full bundles are.

    A full bundle never changes, and the hash of its subtree says which one it is: each is added up once.
    """
    rows = Node.objects.filter(log=log, level=HEIGHT, index__lt=count).order_by("index")
    names = [bytes(found) for found in rows.values_list("hash", flat=True)]
    known = list(takewhile(bool, map(_added_up.get, names)))
    if len(known) == len(names):
        return list(filter(None, known))
    new = _octets(entries.filter(seq__gte=len(known) * WIDTH, seq__lt=count * WIDTH))
    if len(_added_up) < _REMEMBERED:
        _added_up.update(zip(names[len(known) :], new, strict=True))
    return [*filter(None, known), *new]


def _octets(entries: QuerySet[Entry]) -> list[int]:
    """How long the lines of each bundle are together: base64 makes four of every three bytes begun."""
    encoded = (Length("payload__data") + 2) / 3 * 4
    line = Length("envelope") + encoded + AROUND
    bundles = entries.annotate(bundle=F("seq") / WIDTH).values("bundle").order_by("bundle")
    return list(
        bundles.annotate(octets=Sum(line, output_field=IntegerField())).values_list("octets", flat=True)
    )
