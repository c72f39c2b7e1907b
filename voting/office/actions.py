# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every deed of an official, as pages and commands do it: the services' step, written into the trail.

Whether the official belongs to the election is decided before (access.py); a command runs on the server, and
whoever can run one there can do anything. Refusals are the services' own.
"""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from bulletin_board.codec import canonical
from tally import services as tally_services
from tally.contests.protocol import Contest
from tally.models import RequestState
from tally.record.fingerprint import election_fingerprint
from tally.record.key import KeyRecord
from tally.record.parties import Registrar
from tally.record.roll import Roll
from tally.record.terms import Rules, Schedule
from tally.station.card import Card
from voting.drafts import LIMIT
from voting.mailed.choice import check_may_be
from voting.mailed.errors import AddressIsMailed
from voting.mailed.models import Mailing
from voting.models import Election, RollChange, TrusteeSeat
from voting.office import sketch as sketches
from voting.office.errors import (
    LastOwner,
    NoRefusalToSettle,
    OfficialTwice,
    UnknownOfficial,
    UnknownTrustee,
)
from voting.office.models import Desk, Officer
from voting.office.rolls import RollSummary
from voting.office.sketch import Sketch
from voting.office.trail import Action, By, recorded
from voting.services import drafting, elections, roll_changes, tallying
from voting.services.refusals import digest_of
from voting.states import Action as Step
from voting.states import after

_ID_BYTES = 16


# Describing


def begin(
    by: By, *, slug: str, title: Mapping[str, str], languages: tuple[str, ...], rehearsal: bool
) -> Election:
    """Make an election of which only the name is known; whoever makes it owns it. Raises SlugTaken."""
    draft = sketches.begin(slug=slug, title=title, languages=languages, rehearsal=rehearsal)
    canonical.encode(draft)
    with transaction.atomic():
        drafting.check_free(slug)
        election = Election.objects.create(
            slug=slug,
            election_id=secrets.token_bytes(_ID_BYTES).hex(),
            draft=draft,
            opens_at=by.now,  # until there are dates
            closes_at=by.now,
            created_at=by.now,
        )
        _furnish(election, by)
    return election


def create(by: By, draft: bytes) -> Election:
    """Make an election of a whole draft. Raises what `drafting.create` does."""
    with transaction.atomic():
        election = drafting.create(draft, now=by.now)
        _furnish(election, by)
    return election


def revise(election: Election, by: By, action: Action, change: Callable[[Sketch], Sketch]) -> None:
    """Change the draft by `change`, nobody else in between. Raises WrongState, SlugTaken, EncodingError."""
    with recorded(election, by, action):
        with transaction.atomic():
            row = Election.objects.select_for_update().get(pk=election.pk)
            after(row.where, Step.EDIT)
            draft = change(dict(row.draft))
            canonical.parse(canonical.encode(draft), limit=LIMIT)
            slug = str(draft["slug"])
            if slug != row.slug:
                drafting.check_free(slug)
                _check_not_mailed(row)
            row.slug, row.draft = slug, draft
            row.opens_at, row.closes_at = sketches.dates_of(draft, otherwise=row.created_at)
            row.save(update_fields=["slug", "draft", "opens_at", "closes_at"])
        election.refresh_from_db()


def set_dates(election: Election, by: By, schedule: Schedule, time_zone: str) -> None:
    """Change the dates, and the zone of the pages. Raises as `revise`, ClosesBeforeOpening."""
    schedule.check()
    revise(election, by, Action.DATES, lambda sketch: sketches.with_schedule(sketch, schedule))
    Desk.objects.filter(election=election).update(time_zone=time_zone)


def set_voters(election: Election, by: By, *, registrar: Registrar, capacity: int, rules: Rules) -> None:
    """Change the registrar and the voters' rules.

    Raises as `revise`, for an unsafe key or minimum, and what `check_may_be` does.
    """
    registrar.check()
    rules.check(capacity)

    def change(sketch: Sketch) -> Sketch:
        check_may_be(election, sketches.registrar_name_of(sketch), registrar)
        return sketches.with_voters(sketch, registrar=registrar, capacity=capacity, rules=rules)

    revise(election, by, Action.VOTERS, change)


def save_question(election: Election, by: By, contest: Contest) -> None:
    """Change a question, or add it. Raises as `revise`."""
    revise(election, by, Action.QUESTION_SAVE, lambda sketch: sketches.with_question(sketch, contest))


# Trustees and files


def add_trustee(election: Election, by: By, data: bytes) -> TrusteeSeat:
    """Seat the trustee of a card. Raises CardRefused, and what `drafting.add_trustee` does."""
    with recorded(election, by, Action.TRUSTEE_ADD) as deed:
        card = Card.from_bytes(data)
        deed.detail = card.name
        return drafting.add_trustee(election, card.trustee)


def remove_trustee(election: Election, by: By, index: int) -> None:
    """Take a trustee's seat away; those after move up, and all acknowledgements with them are void."""
    with recorded(election, by, Action.TRUSTEE_REMOVE) as deed, transaction.atomic():
        after(Election.objects.select_for_update().get(pk=election.pk).where, Step.EDIT)
        seat = election.seats.filter(index=index).first()
        if seat is None:
            raise UnknownTrustee("no trustee of that number", computed=index)
        deed.detail = seat.name
        seat.delete()
        for place, left in enumerate(election.seats.order_by("index"), start=1):
            left.index, left.acknowledgement = place, b""
            left.save(update_fields=["index", "acknowledgement"])


def set_trustee_numbers(election: Election, by: By, *, threshold: int, acknowledgements: int) -> None:
    """Change how many must work together. Raises as `revise`."""
    revise(
        election,
        by,
        Action.TRUSTEE_NUMBERS,
        lambda sketch: sketches.with_trustees(sketch, threshold=threshold, acknowledgements=acknowledgements),
    )


def add_key(election: Election, by: By, data: bytes) -> KeyRecord:
    """Take the dealer's key. Raises what `drafting.add_key` does."""
    with recorded(election, by, Action.KEY):
        return drafting.add_key(election, data)


def add_acknowledgement(election: Election, by: By, data: bytes) -> TrusteeSeat:
    """Take a trustee's acknowledgement. Raises what `drafting.add_acknowledgement` does."""
    with recorded(election, by, Action.ACKNOWLEDGEMENT) as deed:
        seat = drafting.add_acknowledgement(election, data)
        deed.detail = seat.name
        return seat


def add_roll(election: Election, by: By, data: bytes) -> RollSummary:
    """Take the registrar's signed roll. Raises what `drafting.add_roll` does."""
    with recorded(election, by, Action.ROLL) as deed:
        summary = _keep_roll(election, drafting.read_roll(election, data))
        deed.detail = summary.sha256
        return summary


def add_read_roll(election: Election, by: By, roll: Roll) -> RollSummary:
    """Take a signed roll that `drafting.read_roll` has checked. Raises what `drafting.keep_roll` does."""
    with recorded(election, by, Action.ROLL) as deed:
        summary = _keep_roll(election, roll)
        deed.detail = summary.sha256
        return summary


def _keep_roll(election: Election, roll: Roll) -> RollSummary:
    summary = RollSummary.of(roll, election.plan.registrar.key)
    with transaction.atomic():  # the roll's numbers change with the roll
        drafting.keep_roll(election, roll)
        desk_of(election)
        Desk.objects.filter(election=election).update(roll=summary.to_value())
    return summary


def roll_summary(election: Election) -> RollSummary | None:
    """Return the roll in numbers, counted now if it came by another way; None if there is none."""
    if election.roll is None:
        return None
    desk = desk_of(election)
    summary = RollSummary.from_value(desk.roll)
    if summary is None:
        summary = RollSummary.of(Roll.from_bytes(bytes(election.roll)), election.plan.registrar.key)
        Desk.objects.filter(pk=desk.pk).update(roll=summary.to_value())
    return summary


# Officials


def add_official(election: Election, by: By, name: str, *, owner: bool = False) -> Officer:
    """Let another account run this election, too. Raises UnknownOfficial, OfficialTwice."""
    with recorded(election, by, Action.OFFICIAL_ADD, name):
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise UnknownOfficial("no account of that name", computed=name)
        if election.officers.filter(user=user).exists():
            raise OfficialTwice("an official already", computed=name)
        role = Officer.Role.OWNER if owner else Officer.Role.OFFICER
        return Officer.objects.create(election=election, user=user, role=role)


def remove_official(election: Election, by: By, officer: int) -> None:
    """End an office. Raises UnknownOfficial, LastOwner."""
    with recorded(election, by, Action.OFFICIAL_REMOVE) as deed, transaction.atomic():
        row = election.officers.select_for_update().filter(pk=officer).first()
        if row is None:
            raise UnknownOfficial("no such official of this election", computed=officer)
        deed.detail = row.user.get_username()
        owners = election.officers.filter(role=Officer.Role.OWNER)
        if row.role == Officer.Role.OWNER and owners.count() == 1:
            raise LastOwner("an election keeps an owner")
        row.delete()


# Running


def freeze(election: Election, by: By, *, confirmed: str | None = None) -> str:
    """Fix everything, if it is what was `confirmed` (a fingerprint; None: whatever is there).

    Raises what `elections.freeze` does.
    """
    with recorded(election, by, Action.FREEZE) as deed:
        deed.detail = elections.freeze(election, now=by.now, confirmed=confirmed)
        return deed.detail


def fingerprint_ahead(election: Election) -> str:
    """Return the fingerprint that freezing would give. Raises what the manifest and the key raise."""
    return election_fingerprint(
        drafting.manifest_of(election).payload_sha256,
        digest_of(bytes(election.roll or b"")),
        drafting.key_record(election).payload_sha256,
    )


def open_election(election: Election, by: By) -> None:
    """Open the polls. Raises what `elections.open_election` does."""
    with recorded(election, by, Action.OPEN):
        elections.open_election(election, now=by.now)


def change_roll(election: Election, by: By, data: bytes) -> RollChange:
    """Put the registrar's roll change on the board. Raises what `roll_changes.change_roll` does."""
    with recorded(election, by, Action.ROLL_CHANGE) as deed:
        row = roll_changes.change_roll(election, data, now=by.now)
        deed.detail = f"{row.number}: {row.reason}"
        return row


def close_election(election: Election, by: By) -> None:
    """Close the polls. Raises what `elections.close_election` does."""
    with recorded(election, by, Action.CLOSE):
        elections.close_election(election, now=by.now)


def start_tally(election: Election, by: By) -> None:
    """Ask the stations to count. Raises what `tallying.start_tally` does."""
    with recorded(election, by, Action.TALLY):
        tallying.start_tally(election, now=by.now)


def ask_again(election: Election, by: By, trustee: int) -> None:
    """Ask a trustee again who refused. Raises NoRefusalToSettle."""
    with recorded(election, by, Action.ASK_AGAIN, str(trustee)):
        tally = tallying.tally_of(election)
        refused = {"trustee": trustee, "state": RequestState.REFUSED}
        if tally is None or not tally.requests.filter(**refused).exists():
            raise NoRefusalToSettle("this trustee has not refused", computed=trustee)
        tally_services.ask_again(tally, trustee)


def publish(election: Election, by: By) -> Path:
    """Publish the record as files, in this folder. Raises what `tallying.publish` does."""
    with recorded(election, by, Action.PUBLISH):
        return tallying.publish(election)


def desk_of(election: Election) -> Desk:
    """Return what the office keeps beside an election."""
    return Desk.objects.get_or_create(election=election)[0]


def _furnish(election: Election, by: By) -> None:
    Desk.objects.create(election=election)
    if by.user is not None:
        Officer.objects.create(election=election, user=by.user, role=Officer.Role.OWNER)
    with recorded(election, by, Action.CREATE):
        pass


def _check_not_mailed(election: Election) -> None:
    """Whether a message is out is known later than it is out: from the start on, one may be."""
    if Mailing.objects.filter(election=election).exists():
        raise AddressIsMailed("voters have messages with the address of the election", computed=election.slug)
