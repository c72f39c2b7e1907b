# SPDX-License-Identifier: AGPL-3.0-or-later
"""What officials decide: who is expected, whose registration is approved, and the file for the registrar."""

import csv
import io
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from tally.registrar.registration import Registration as Proof
from tally.registrar.registration import registrations_file
from voting.models import Election
from voting.registration.errors import ListRefused, NothingApproved, UnknownRegistration
from voting.registration.intake import is_address
from voting.registration.models import Expected, Registration, State
from voting.registration.rolls import drop_stale_roll
from voting.services.drafting import editing
from voting.states import Action, after

LIST_LIMIT = 16 << 20
_HEADING = ("number", "state", "kind", "address", "issuer", "subject", "expected", "registered", "key")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BYTE_ORDER_MARK = "\ufeff"


def settled(election: Election) -> QuerySet[Registration]:
    """Return the registrations whose person is confirmed."""
    return election.registrations.exclude(state=State.WAITING)


def expected_waiting(election: Election) -> QuerySet[Registration]:
    """Return the registrations to decide on of people who are expected."""
    listed = Expected.objects.filter(election=election).values("address")
    return election.registrations.filter(state=State.CONFIRMED, address__in=listed)


def expected_among(election: Election, addresses: Iterable[str]) -> frozenset[str]:
    """Return those of some addresses that are expected."""
    listed = Expected.objects.filter(election=election, address__in=list(addresses))
    return frozenset(listed.values_list("address", flat=True))


def decide(election: Election, number: int, state: State) -> Registration:
    """Approve, reject, or take back; a roll that was signed for others is dropped.

    Raises WrongState, UnknownRegistration.
    """
    with editing(election):
        row = election.registrations.exclude(state=State.WAITING).filter(pk=number).first()
        if row is None:
            raise UnknownRegistration(
                "no such registration: it was replaced, or never there", computed=number
            )
        if row.state != state:
            row.state = state
            row.save(update_fields=["state"])
            drop_stale_roll(election)
    return row


def approve_expected(election: Election) -> int:
    """Approve everybody who is confirmed and expected; return how many. Nobody is there twice: an address is
    one person's (intake.py). A roll that was signed for others is dropped. Raises WrongState.
    """
    with editing(election):
        approved = expected_waiting(election).update(state=State.APPROVED)
        if approved:
            drop_stale_roll(election)
    return approved


def expect(election: Election, data: bytes) -> int:
    """Take a list of expected addresses, one a line, in place of the earlier one; return how many.

    Raises WrongState, ListRefused for the first line that is none.
    """
    after(election.where, Action.EDIT)
    addresses = dict.fromkeys(_addresses(data))
    if not addresses:
        raise ListRefused("no address in the list", computed=1)
    with transaction.atomic():
        Expected.objects.filter(election=election).delete()
        Expected.objects.bulk_create(
            (Expected(election=election, address=address) for address in addresses), batch_size=1_000
        )
    return len(addresses)


def file_for_registrar(election: Election) -> bytes:
    """Return the approved registrations, by key. Raises NothingApproved."""
    rows = election.registrations.filter(state=State.APPROVED).order_by("credential")
    approved = [(row.registrant, Proof.from_bytes(bytes(row.record))) for row in rows]
    if not approved:
        raise NothingApproved("nobody is approved yet")
    return registrations_file(election.election_id, approved)


def as_csv(election: Election) -> str:
    """Return all confirmed registrations as a spreadsheet reads them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADING)
    listed = frozenset(election.expected_voters.values_list("address", flat=True))
    for row in settled(election):
        subject = "" if row.kind == "email" else row.name
        expected = "yes" if row.address in listed else "no"
        at = row.at.isoformat(timespec="seconds")
        cells = (row.state, row.kind, row.address, row.issuer, subject, expected, at, row.credential)
        writer.writerow((row.reference, *map(_harmless, cells)))
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell  # a spreadsheet would execute it


def _addresses(data: bytes) -> Iterable[str]:
    try:
        lines = data.decode("utf-8").removeprefix(_BYTE_ORDER_MARK).splitlines()
    except UnicodeDecodeError:
        raise ListRefused("the list is not UTF-8 text", computed=1) from None
    for number, line in enumerate(lines, start=1):
        address = line.strip().lower() if line.isascii() else ""
        if (address and not is_address(address)) or not line.isascii():
            if number == 1 and address in {"email", "address", "e-mail"}:
                continue  # a heading
            raise ListRefused(f"line {number} is not an e-mail address", computed=number)
        if address:
            yield address
