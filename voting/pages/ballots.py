# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots by their place on the board and by their check code: what the rows add to the entries.

Nothing here asks who voted: only what is on the board for all to see is found.
"""

from collections.abc import Collection, Iterable, Mapping

from tally.record.tracker import format_check_code, parse_check_code
from voting.models import CastBallot, Challenged, Election, Revocation
from voting.presenters.entries import BallotMark, Fate

_AFTER_HEXADECIMAL = "g"  # sorts after every hexadecimal digit


def marks(election: Election, first: int, last: int) -> Mapping[int, BallotMark]:
    """Return the mark of every ballot among the entries `first` to `last`."""
    cast = CastBallot.objects.filter(election=election, seq__range=(first, last))
    challenged = Challenged.objects.filter(election=election, seq__range=(first, last))
    rows = list(cast.values_list("seq", "tracker", "credential"))
    later = _replacements(election, [tracker for _, tracker, _ in rows])
    revoked = _revocations(election, {credential for *_, credential in rows})
    found = {
        seq: _cast_mark(tracker, later.get(tracker), revoked.get(credential))
        for seq, tracker, credential in rows
    }
    for seq, tracker in challenged.values_list("seq", "tracker"):
        found[seq] = BallotMark(check_code=format_check_code(tracker), fate=Fate.TESTED)
    return found


def find(election: Election, typed: str, *, size: int) -> tuple[int, ...]:
    """Return the entries below `size` whose check code was typed; more than one is next to impossible.

    Raises the CryptoErrors of `parse_check_code`.
    """
    prefix = parse_check_code(typed)
    span = {"tracker__gte": prefix, "tracker__lt": prefix + _AFTER_HEXADECIMAL}  # a range, so an index serves
    return tuple(
        seq
        for model in (CastBallot, Challenged)
        for seq in model.objects.filter(election=election, seq__lt=size, **span).values_list("seq", flat=True)
    )


def _replacements(election: Election, trackers: Iterable[str]) -> dict[str, int]:
    rows = CastBallot.objects.filter(election=election, supersedes__in=list(trackers))
    return dict(rows.values_list("supersedes", "seq"))


def _revocations(election: Election, credentials: Collection[str]) -> dict[str, int]:
    """Credential -> entry of the roll change that revoked it."""
    rows = Revocation.objects.filter(election=election, credential__in=credentials)
    return dict(rows.values_list("credential", "change__seq"))


def _cast_mark(tracker: str, replaced_by: int | None, revoked_by: int | None) -> BallotMark:
    fate = Fate.COUNTS if replaced_by is None else Fate.REPLACED
    return BallotMark(
        check_code=format_check_code(tracker),
        fate=fate if revoked_by is None else Fate.REVOKED,
        replaced_by=replaced_by,
        revoked_by=revoked_by,
    )
