# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of voters to whom codes are mailed: taking it, adding to it, leaving somebody out.

The file is the registrar's CSV (docs/registrar.md, "The list"), with an address for every voter.
"""

from datetime import datetime

from django.db import transaction

from tally.registrar.errors import VoterListRefused
from tally.registrar.voters import Voter, parse_voters
from voting.mailed.choice import check_by_server
from voting.mailed.errors import NoEmail, TooManyVoters, UnknownRecipient
from voting.mailed.models import Mailing, Recipient, State
from voting.models import Election
from voting.states import Action, after

MAX_VOTERS = 2_000
LIMIT = 1 << 20  # bytes


def take(election: Election, data: bytes, *, now: datetime) -> int:
    """Take a list; return how many voters it added. Once sending has begun it adds those who are not listed.

    Raises WrongState, NotByServer, VoterListRefused with every problem, TooManyVoters.
    """
    check_by_server(election)
    voters = _read(data)
    with transaction.atomic():
        after(Election.objects.select_for_update().get(pk=election.pk).where, Action.EDIT)
        if not Mailing.objects.filter(election=election).exists():
            election.recipients.all().delete()
        known = {address.casefold() for address in election.recipients.values_list("address", flat=True)}
        new = [voter for voter in voters if voter.email.casefold() not in known]
        if len(known) + len(new) > MAX_VOTERS:
            raise TooManyVoters("too many voters", expected=MAX_VOTERS, computed=len(known) + len(new))
        Recipient.objects.bulk_create(_row(election, voter, now) for voter in new)
        if new:
            drop_roll(election)
    return len(new)


def send_again(election: Election, number: int, *, now: datetime) -> Recipient:
    """Let a voter have a new code by a new message; the earlier one is void.

    Raises WrongState, UnknownRecipient.
    """
    with transaction.atomic():
        row = _locked(election, number)
        row.state, row.due_at, row.failures = State.WAITING, now, 0
        row.credential, row.half, row.sent_at = "", "", None
        row.save()
        drop_roll(election)
    return row


def leave_out(election: Election, number: int) -> Recipient:
    """Take a voter off the list; a code that was sent is void. Raises WrongState, UnknownRecipient."""
    with transaction.atomic():
        row = _locked(election, number)
        row.delete()
        drop_roll(election)
    return row


def drop_roll(election: Election) -> None:
    """Forget the signed roll: it will be signed anew when every message was sent."""
    Election.objects.filter(pk=election.pk).update(roll=None)
    election.roll = None


def _locked(election: Election, number: int) -> Recipient:
    after(Election.objects.select_for_update().get(pk=election.pk).where, Action.EDIT)
    row = election.recipients.filter(pk=number).first()
    if row is None:
        raise UnknownRecipient("no such voter on the list", computed=number)
    return row


def _read(data: bytes) -> tuple[Voter, ...]:
    voters = parse_voters(data)
    # The heading is row 1.
    without = tuple(
        NoEmail(row, "email: missing") for row, voter in enumerate(voters, start=2) if not voter.email
    )
    if without:
        raise VoterListRefused(without)
    return voters


def _row(election: Election, voter: Voter, now: datetime) -> Recipient:
    return Recipient(election=election, name=voter.name, address=voter.email, weight=voter.weight, due_at=now)
