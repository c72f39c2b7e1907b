# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entries of the board in words: what each type is, and what became of a ballot."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bulletin_board.log.envelope import Envelope
from tally.record import order

_WORDS: dict[str, tuple[Promise, Promise]] = {
    order.MANIFEST: (_("Manifest"), _("Questions, dates, rules, and everybody's public keys")),
    order.ROLL: (_("Roll"), _("Who may vote, as credentials without names, signed by the registrar")),
    order.KEY: (_("Key"), _("The public key of the election, acknowledged by every trustee")),
    order.OPEN: (_("Opening"), _("Binds manifest, roll and key: from here on ballots are taken")),
    order.BALLOT: (_("Ballot"), _("A sealed ballot")),
    order.CHALLENGED: (_("Tested ballot"), _("A ballot that its voter opened to test it; never counted")),
    order.ROLL_CHANGE: (_("Roll change"), _("Who may not vote any more, and who may from here on")),
    order.CLOSE: (_("Closing"), _("No ballot counts after this; fixes which ones do")),
    order.SHARE: (_("Share"), _("A trustee's part of opening the sum, with its proofs")),
    order.RESULT: (_("Result"), _("The opened sums and what they amount to")),
    order.FINAL: (_("Final"), _("Ends the voting record")),
}


class Fate(StrEnum):
    """What becomes of a ballot."""

    COUNTS = "counts"
    REPLACED = "replaced"
    TESTED = "tested"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotMark:
    """A ballot among the entries: its check code and fate.

    `replaced_by` is the later ballot's entry, `revoked_by` that of the roll change which took its credential
    off the roll.
    """

    check_code: str
    fate: Fate
    replaced_by: int | None = None
    revoked_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollChangeMark:
    """A roll change among the entries, in numbers, and the registrar's reason."""

    number: int
    revoked: int
    admitted: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One entry in a list; times on the board are coarse on purpose."""

    seq: int
    type: str
    title: Promise | str
    text: Promise | str
    time: datetime
    mark: BallotMark | None
    change: RollChangeMark | None = None


def entry_line(
    envelope: Envelope, mark: BallotMark | None, change: RollChangeMark | None = None
) -> EntryLine:
    """Return what a list shows of an entry; a type that is not known here is shown by its name."""
    title, text = _WORDS.get(envelope.type, (envelope.type, ""))
    return EntryLine(
        seq=envelope.seq,
        type=envelope.type,
        title=title,
        text=text,
        time=envelope.time,
        mark=mark,
        change=change,
    )
