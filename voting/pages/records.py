# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows and board entries behind the public pages. It reads only, and only what a signed head covers.

What a frozen election has fixed is parsed once per process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import QuerySet
from django.http import Http404

from bulletin_board.cosigned import cosigned_since, published_head
from bulletin_board.log.envelope import Envelope
from bulletin_board.models import Blob, Entry, Log
from tally.models import StationRequest, Tally, TallyState
from tally.record.closing import Closing
from tally.record.manifest import Manifest
from tally.record.order import CLOSE, RESULT, SHARE
from tally.record.result import Result, ResultShape
from tally.record.roll import Roll
from tally.record.share import Share, ShareShape
from voting.models import Admission, CastBallot, Challenged, Election, Revocation, RollChange
from voting.presenters.elections import Turnout
from voting.presenters.trustees import Asked
from voting.services.board import election_log
from voting.services.opened import LARGE_FIELDS, allow_test_modulus
from voting.states import State

_KEPT = 128  # parsed records
_AFTER_VOTING = 64  # entries: closing, at most 15 shares, result, final, with room


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What freezing has fixed: the manifest, and the roll in two numbers."""

    manifest: Manifest
    voters: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What stands on the board after the last ballot; None for what is not there yet."""

    closing: Closing | None
    published: frozenset[int]  # trustees with a share
    result: Result | None


def public_elections() -> QuerySet[Election]:
    """Every election that is no draft, without its large fields."""
    return Election.objects.exclude(state=State.DRAFT).defer(*LARGE_FIELDS).select_related("log")


def election_or_404(slug: str) -> Election:
    """Return a public election; a draft is as unknown as any other name."""
    election = public_elections().filter(slug=slug, log__isnull=False).first()
    if election is None:
        raise Http404
    return election


def size_of(log: Log) -> int:
    """Return how many entries the latest published head covers."""
    head = published_head(log)
    return 0 if head is None else head.size


def cosigned_at(election: Election, *, now: datetime) -> datetime | None:
    """Return when enough witnesses last cosigned the board; None if none are demanded, or it is final."""
    if election.where is State.FINAL or not fixed(election).manifest.board.quorum:
        return None
    return cosigned_since(election_log(election), now=now)


def fixed(election: Election) -> Fixed:
    """Return what freezing has fixed."""
    return _fixed(election.fingerprint)


@lru_cache(maxsize=_KEPT)
def _fixed(fingerprint: str) -> Fixed:
    row = Election.objects.only("manifest", "roll").get(fingerprint=fingerprint)
    roll = Roll.from_bytes(bytes(row.roll or b""))
    return Fixed(
        manifest=Manifest.from_bytes(bytes(row.manifest or b""), allow_test_modulus=allow_test_modulus()),
        voters=len(roll.voters),
        weight=roll.weight,
    )


def turnout(election: Election) -> Turnout:
    """Return how many ballots are on the board, and of how many of the voters on the roll as it stands.

    What waits for its witnesses is not on the board yet.
    """
    size = 0 if election.log is None else size_of(election.log)
    ballots = CastBallot.objects.filter(election=election, seq__lt=size)
    changes = {"election": election, "change__seq__lt": size}
    revocations = Revocation.objects.filter(**changes)
    revoked = ballots.filter(credential__in=revocations.values("credential"))
    first = {"supersedes": ""}  # of each credential there is one
    changed = Admission.objects.filter(**changes).count() - revocations.count()
    return Turnout(
        voters=fixed(election).voters + changed,
        voted=ballots.filter(**first).count() - revoked.filter(**first).count(),
        ballots=ballots.count(),
        revoked=revoked.count(),
        minimum=fixed(election).manifest.rules.minimum_counted,
    )


def ending(election: Election) -> Ending:
    """Return what followed the last ballot."""
    found = {name: sha256 for name, sha256 in _after_voting(election) if name in {CLOSE, RESULT}}
    shares = [sha256 for name, sha256 in _after_voting(election) if name == SHARE]
    return Ending(
        closing=_closing(found[CLOSE]) if CLOSE in found else None,
        published=frozenset(_trustee_of(election.fingerprint, sha256) for sha256 in shares),
        result=_result(election.fingerprint, found[RESULT]) if RESULT in found else None,
    )


def requests_to_stations(election: Election) -> tuple[Asked, ...]:
    """Return what this server has asked the trustees' stations, and how that stands."""
    rows = StationRequest.objects.filter(tally__log=election_log(election))
    return tuple(
        Asked(trustee=trustee, phase=phase, state=state)
        for trustee, phase, state in rows.values_list("trustee", "phase", "state")
    )


def count_has_failed(election: Election) -> bool:
    """Whether the count has stopped and needs a person."""
    return Tally.objects.filter(log=election_log(election), state=TallyState.FAILED).exists()


def _after_voting(election: Election) -> Iterator[tuple[str, str]]:
    """(type, payload_sha256) of the entries after the last ballot."""
    log, size = election_log(election), size_of(election_log(election))
    last = max(_last_seq(model, election) for model in (CastBallot, Challenged, RollChange))
    entries = Entry.objects.filter(log=log, seq__gt=last, seq__lt=size).order_by("seq")
    for data in entries.values_list("envelope", flat=True)[:_AFTER_VOTING]:
        envelope = Envelope.from_bytes(bytes(data))
        yield envelope.type, envelope.payload_sha256


def _last_seq(model: type[CastBallot] | type[Challenged] | type[RollChange], election: Election) -> int:
    rows = model._default_manager.filter(election=election).order_by("-seq")  # noqa: SLF001  # its public name
    return rows.values_list("seq", flat=True).first() or 0


def _payload(sha256: str) -> bytes:
    return bytes(Blob.objects.values_list("data", flat=True).get(sha256=sha256))


@lru_cache(maxsize=_KEPT)
def _closing(sha256: str) -> Closing:
    return Closing.from_bytes(_payload(sha256))


@lru_cache(maxsize=_KEPT)
def _trustee_of(fingerprint: str, sha256: str) -> int:
    return Share.from_bytes(_payload(sha256), ShareShape.of(_fixed(fingerprint).manifest)).trustee


@lru_cache(maxsize=_KEPT)
def _result(fingerprint: str, sha256: str) -> Result:
    return Result.from_bytes(_payload(sha256), ResultShape.of(_fixed(fingerprint).manifest))
