# SPDX-License-Identifier: AGPL-3.0-or-later
"""News of an election's board in words: its milestones, and its newest signed heads. For feeds.

Titles come from outside: what XML has no place for is replaced.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bulletin_board.log.envelope import Envelope
from tally.record import order
from voting.services.heads import Head

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

MILESTONES: dict[str, tuple[Promise, Promise]] = {
    order.KEY: (
        gettext_lazy("Everything is fixed"),
        gettext_lazy("Rules, roll and key are on the board and cannot change."),
    ),
    order.OPEN: (gettext_lazy("Voting is open"), gettext_lazy("Sealed ballots arrive on the board.")),
    order.CLOSE: (
        gettext_lazy("Voting has ended"),
        gettext_lazy("The closing entry fixes which ballots count."),
    ),
    order.RESULT: (
        gettext_lazy("The result is on the board"),
        gettext_lazy("It comes with its proofs: anyone can verify it."),
    ),
    order.FINAL: (
        gettext_lazy("The record is complete"),
        gettext_lazy("Nothing follows it. Anyone can verify all of it."),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One piece of news; `url` is also what it is known by, for ever."""

    url: str
    title: str
    text: str
    time: datetime
    size: int  # of the board with it: the order


def milestone(envelope: Envelope, address: str) -> Item:
    """Return the news of an entry whose type is in MILESTONES, at the election's own `address`."""
    title, text = MILESTONES[envelope.type]
    return Item(
        url=f"{address}board/{envelope.seq}/",
        title=str(title),
        text=str(text),
        time=envelope.time,
        size=envelope.seq + 1,
    )


def head_item(head: Head, address: str) -> Item:
    """Return the news of a signed head."""
    names = ", ".join(seen.name for seen in head.witnessed)
    seen = _("Witnesses: %(names)s.") % {"names": names} if names else ""
    return Item(
        url=f"{address}heads/{head.size}",
        title=_("Signed head of %(size)s entries") % {"size": head.size},
        text=readable(f"{_('Root: %(root)s.') % {'root': head.root}} {seen}".strip()),
        time=head.time,
        size=head.size,
    )


def in_order(items: Iterable[Item]) -> list[Item]:
    """Return the newest first; a milestone stands before the head that signed it."""
    return sorted(items, key=lambda item: item.size, reverse=True)


def readable(text: str) -> str:
    """Return the text with a mark in place of each character that a feed cannot carry."""
    return _NO_XML.sub("\ufffd", text)
