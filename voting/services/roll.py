# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roll as it stands, from the rows (docs/spec/record.md, "Roll change").

The rules are `tally.enrolment`'s; here are the rows that it is fed with. Who changes them: roll_changes.py.
"""

from collections.abc import Collection

from django.db.models import Sum

from tally.enrolment import Enrolment
from tally.record.roll import weight_in
from voting.models import Admission, Election, Revocation, RollChange
from voting.services.opened import is_over, opened_election


def ever_enrolled(election: Election, credentials: Collection[str]) -> Enrolment:
    """The roll as far as these credentials need it, as if nobody had been revoked: who may have signed."""
    rows = Admission.objects.filter(election=election, credential__in=credentials)
    weights = _few(election, credentials) if is_over(election) else opened_election(election).weights
    return Enrolment(weights, admitted=_weights(rows.values_list("credential", "weight")))


def roll_of(election: Election, credentials: Collection[str]) -> Enrolment:
    """The roll as it stands: whom it names of these credentials, its number of changes, and its room."""
    opened = opened_election(election)
    admissions = Admission.objects.filter(election=election)
    revoked = revoked_of(election, credentials)
    named = admissions.filter(credential__in=credentials)
    return Enrolment(
        opened.weights,
        room=opened.enrolment().room - (admissions.aggregate(total=Sum("weight"))["total"] or 0),
        admitted=_weights(named.values_list("credential", "weight")),
        revoked={bytes.fromhex(credential) for credential in revoked},
        changes=RollChange.objects.filter(election=election).count(),
    )


def revoked_of(election: Election, credentials: Collection[str]) -> frozenset[str]:
    """Which of these credentials are revoked, in hexadecimal."""
    rows = Revocation.objects.filter(election=election, credential__in=credentials)
    return frozenset(rows.values_list("credential", flat=True))


def _few(election: Election, credentials: Collection[str]) -> dict[bytes, int]:
    """The weights of these credentials on the roll entry, without reading all of it."""
    data = bytes(Election.objects.values_list("roll", flat=True).get(pk=election.pk) or b"")
    keys = {bytes.fromhex(credential) for credential in credentials}
    return {key: weight for key in keys if (weight := weight_in(data, key)) is not None}


def _weights(rows: Collection[tuple[str, int]]) -> dict[bytes, int]:
    return {bytes.fromhex(credential): weight for credential, weight in rows}
