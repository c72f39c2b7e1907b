# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the rows of one log: its newest entry, its latest head, the hashes of its complete subtrees."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q

from bulletin_board.errors import StoredBytesDamaged
from bulletin_board.log.merkle import Coordinate
from bulletin_board.models import Entry, Log, Node, SignedHead


def last_entry(log: Log) -> Entry | None:
    """Return the newest entry."""
    return Entry.objects.filter(log=log).order_by("-seq").first()


def latest_head(log: Log) -> SignedHead | None:
    """Return the newest signed head."""
    return SignedHead.objects.filter(log=log).order_by("-size").first()


class StoredHashes:
    """A `HashReader` over the rows of one log."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def read_hashes(self, coordinates: Sequence[Coordinate]) -> Sequence[bytes]:
        """Return the hash at each (level, index); raises StoredBytesDamaged if one is missing."""
        by_level: defaultdict[int, list[int]] = defaultdict(list)
        for level, index in coordinates:
            by_level[level].append(index)
        found = self._leaves(by_level.pop(0, [])) | self._nodes(by_level)
        missing = set(coordinates) - set(found)
        if missing:
            raise StoredBytesDamaged("the hash of a subtree is missing", expected=min(missing))
        return [found[coordinate] for coordinate in coordinates]

    def _leaves(self, indices: list[int]) -> dict[Coordinate, bytes]:
        if not indices:
            return {}
        rows = Entry.objects.filter(log=self._log, seq__in=indices).values_list("seq", "leaf_hash")
        return {(0, seq): bytes(leaf) for seq, leaf in rows}

    def _nodes(self, by_level: dict[int, list[int]]) -> dict[Coordinate, bytes]:
        if not by_level:
            return {}
        chosen = Q()
        for level, indices in by_level.items():
            chosen |= Q(level=level, index__in=indices)
        rows = Node.objects.filter(chosen, log=self._log).values_list("level", "index", "hash")
        return {(level, index): bytes(found) for level, index, found in rows}
