# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trustees and how far each has come in the count.

What stands on the board goes before what this server says of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tally.models import RequestState
from tally.station.request import SHARE


class Progress(StrEnum):
    """How far a trustee has come."""

    READY = "ready"
    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    PUBLISHED = "published"
    NOT_NEEDED = "not-needed"
    REFUSED = "refused"
    FALSE = "false"


_WORDS: dict[Progress, tuple[Promise, str]] = {
    # progress -> (words, class of the pill)
    Progress.READY: (_("Holds a part of the key"), ""),
    Progress.ASKED: (_("Asked; no answer yet"), "pill-care"),
    Progress.ACKNOWLEDGED: (_("Has confirmed the closed board"), ""),
    Progress.ANSWERED: (_("Has answered"), "pill-good"),
    Progress.PUBLISHED: (_("Share is on the board"), "pill-good"),
    Progress.NOT_NEEDED: (_("Was not needed"), ""),
    Progress.REFUSED: (_("Refused to answer"), "pill-bad"),
    Progress.FALSE: (_("Gave a false answer, which was rejected"), "pill-bad"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the server has of one request to a trustee's station."""

    trustee: int
    phase: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrusteeLine:
    """One trustee, in the order of their numbers."""

    number: int
    name: str
    progress: Progress
    words: Promise
    pill: str


def trustee_lines(
    names: Sequence[str], *, published: Collection[int], asked: Sequence[Asked], is_counted: bool
) -> tuple[TrusteeLine, ...]:
    """Return every trustee's line; `published` are those with a share on the board."""
    reported = _reported(asked)
    lines = []
    for number, name in enumerate(names, start=1):
        progress = reported.get(number, Progress.READY)
        if number in published:
            progress = Progress.PUBLISHED
        elif is_counted and progress not in {Progress.FALSE, Progress.REFUSED}:
            progress = Progress.NOT_NEEDED
        words, pill = _WORDS[progress]
        lines.append(TrusteeLine(number=number, name=name, progress=progress, words=words, pill=pill))
    return tuple(lines)


def _reported(asked: Sequence[Asked]) -> Mapping[int, Progress]:
    """The latest phase speaks, unless an earlier one ended badly."""
    found: dict[int, Progress] = {}
    for request in sorted(asked, key=lambda request: request.phase == SHARE):
        if found.get(request.trustee) not in {Progress.FALSE, Progress.REFUSED}:
            found[request.trustee] = _progress(request)
    return found


def _progress(request: Asked) -> Progress:
    if request.state == RequestState.FALSE:
        return Progress.FALSE
    if request.state == RequestState.REFUSED:
        return Progress.REFUSED
    is_answered = request.state == RequestState.ANSWERED
    if request.phase == SHARE:  # it is only asked of those who have acknowledged
        return Progress.ANSWERED if is_answered else Progress.ACKNOWLEDGED
    return Progress.ACKNOWLEDGED if is_answered else Progress.ASKED
