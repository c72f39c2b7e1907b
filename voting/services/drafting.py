# SPDX-License-Identifier: AGPL-3.0-or-later
"""Before the freeze: the draft, the trustees' cards, the roll, the key (docs/operations.md, "Preparing").

Order: create, add the trustees, hand the manifest to whoever deals the key, add the key and what each trustee
acknowledges, add the roll. Each step is checked when it is made, and all of them again when freezing.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from bulletin_board import cosigning
from bulletin_board.codec import base64url
from bulletin_board.errors import EncodingError, MissingField, OutOfRange
from tally.contests.errors import ContestError
from tally.key_draft import KeyAcknowledgement, read_draft
from tally.record.base import KEY_BYTES, check_same_election
from tally.record.board_keys import BoardKeys
from tally.record.errors import BadAcknowledgement
from tally.record.key import KeyRecord
from tally.record.manifest import Manifest
from tally.record.parties import MAX_TRUSTEES, Trustee
from tally.record.roll import Roll
from tally.station.accepting import check_key
from voting.drafts import Draft, parse_draft
from voting.errors import KeyOfAnotherDraft, NotReady, SlugTaken, TooManyTrustees, TrusteeTwice
from voting.mailed import rolls as mailed_rolls
from voting.mailed.choice import check_keys
from voting.models import Election, TrusteeSeat
from voting.services import log_key
from voting.services.opened import allow_test_modulus
from voting.states import Action, after

_ID_BYTES = 16


def create(data: bytes, *, now: datetime, entropy: Callable[[int], bytes] = secrets.token_bytes) -> Election:
    """Make an election of a JSON draft, with a new random id.

    Raises what `parse_draft` and `check_keys` do, SlugTaken.
    """
    draft = parse_draft(data)
    check_keys(draft.registrar)
    check_free(draft.slug)
    return Election.objects.create(
        slug=draft.slug,
        election_id=entropy(_ID_BYTES).hex(),
        draft=draft.to_value(),
        opens_at=draft.schedule.opens,
        closes_at=draft.schedule.closes,
        created_at=now,
    )


def check_free(slug: str) -> None:
    """Raise SlugTaken."""
    if Election.objects.filter(slug=slug).exists():
        raise SlugTaken(f"there is an election at {slug} already", computed=slug)


@contextmanager
def editing(election: Election) -> Iterator[Election]:
    """Keep everybody else from editing or freezing the election meanwhile; its row as it is now.

    Raises WrongState.
    """
    with transaction.atomic():
        row = Election.objects.select_for_update().get(pk=election.pk)
        after(row.where, Action.EDIT)
        yield row


def add_trustee(election: Election, trustee: Trustee) -> TrusteeSeat:
    """Seat the next trustee, by the keys on a card. Raises WrongState, TooManyTrustees, TrusteeTwice."""
    signing_key, encryption_key = map(base64url.encode, (trustee.signing_key, trustee.encryption_key))
    with editing(election) as row:
        seats = list(row.seats.all())
        if len(seats) == MAX_TRUSTEES:
            raise TooManyTrustees("too many trustees", expected=MAX_TRUSTEES, computed=len(seats) + 1)
        if {signing_key, encryption_key} & {key for seat in seats for key in _keys_of(seat)}:
            raise TrusteeTwice("a trustee with these keys has a seat", computed=trustee.name)
        if trustee.name in {seat.name for seat in seats}:
            raise TrusteeTwice("a trustee of this name has a seat", computed=trustee.name)
        return TrusteeSeat.objects.create(
            election=row,
            index=len(seats) + 1,
            name=trustee.name,
            signing_key=signing_key,
            encryption_key=encryption_key,
        )


def manifest_of(election: Election) -> Manifest:
    """Return the manifest as it will be posted.

    Raises NotReady while the description is not complete; a ManifestError, ContestError or CryptoError.
    """
    plan = _whole_plan(election)
    signer = log_key.signer_for(log_key.origin_of(election.slug))
    witnesses = cosigning.configured()
    return plan.to_manifest(
        election_id=election.election_id,
        board=BoardKeys(log=signer.verifier_key, witnesses=witnesses.keys(), quorum=witnesses.least()),
        members=[_trustee(seat) for seat in election.seats.all()],
        allow_test_modulus=allow_test_modulus(),
    )


def add_roll(election: Election, data: bytes) -> Roll:
    """Take the registrar's signed roll. Raises WrongState, a RollError, ForeignRecord, CryptoError."""
    roll = read_roll(election, data)
    keep_roll(election, roll)
    return roll


def read_roll(election: Election, data: bytes) -> Roll:
    """Read a roll and check its credentials, up to 1 ms for each: before any transaction, not within.

    Raises WrongState, NotReady, a RollError, CryptoError.
    """
    after(election.where, Action.EDIT)
    _whole_plan(election)
    roll = Roll.from_bytes(data)
    roll.check_credentials()
    return roll


def keep_roll(election: Election, roll: Roll) -> None:
    """Store a roll that was read.

    Raises WrongState, RollExceedsCapacity, ForeignRecord, CryptoError, RollOfOthers.
    """
    data = roll.to_bytes()
    with editing(election) as row:
        roll.check(manifest_of(row))
        mailed_rolls.check_is_of(row, roll)
        Election.objects.filter(pk=row.pk).update(roll=data)
    election.roll = data


def add_key(election: Election, data: bytes) -> KeyRecord:
    """Take the draft of the key record, checked as every trustee checks it.

    Acknowledgements of an earlier one are dropped with it. Raises WrongState, ForeignRecord, a
    KeyRecordError, KeyOfAnotherDraft, KeyRefused, and what `manifest_of` does.
    """
    after(election.where, Action.EDIT)
    manifest = manifest_of(election)
    record = read_draft(data, modulus_bits=manifest.parameters.modulus_bits)
    check_same_election(manifest.election_id, record.election_id)
    check_made_for(record, manifest.payload_sha256)
    check_key(record, manifest)  # for some seconds: not within the transaction
    with editing(election) as row:
        check_made_for(record, manifest_of(row).payload_sha256)
        Election.objects.filter(pk=row.pk).update(key=data)
        row.seats.update(acknowledgement=b"")
    election.key = data
    return record


def check_made_for(record: KeyRecord, manifest: str) -> None:
    """Raise KeyOfAnotherDraft unless the key was dealt for the manifest with this digest."""
    if record.transcript != manifest:
        raise KeyOfAnotherDraft("dealt for another draft", expected=manifest, computed=record.transcript)


def add_acknowledgement(election: Election, data: bytes) -> TrusteeSeat:
    """Take a trustee's acknowledgement; signatures are checked all together, once everybody's is there.

    Raises WrongState, NotReady, ForeignRecord, BadAcknowledgement.
    """
    after(election.where, Action.EDIT)
    found = KeyAcknowledgement.from_bytes(data)
    check_same_election(election.election_id, found.election_id)
    with editing(election) as row:
        seat = row.seats.filter(index=found.trustee).first()
        if seat is None:
            raise BadAcknowledgement("no trustee of that number", computed=found.trustee)
        if row.key is None:
            raise NotReady("the key comes first", computed="key")
        seat.acknowledgement = found.signature
        seat.save(update_fields=["acknowledgement"])
    if all(other.acknowledgement for other in election.seats.all()):
        key_record(election)
    return seat


def key_record(election: Election) -> KeyRecord:
    """Return the key record with every trustee's signature. Raises NotReady, BadAcknowledgement."""
    seats = list(election.seats.all())
    silent = [seat.name for seat in seats if not seat.acknowledgement]
    if election.key is None or silent:
        raise NotReady("the key is not there, or not acknowledged by all", computed=silent)
    draft = read_draft(bytes(election.key), modulus_bits=election.plan.modulus_bits)
    record = draft.with_acknowledgements([bytes(seat.acknowledgement) for seat in seats])
    record.check_acknowledgements([_trustee(seat).signing_key for seat in seats])
    return record


def missing(election: Election) -> tuple[str, ...]:
    """Return what freezing still needs, in words."""
    seats = list(election.seats.all())
    try:
        plan = election.plan
    except (EncodingError, ContestError) as error:
        return (f"the draft is not complete: {error}",)
    found = []
    if len(seats) < plan.threshold:
        found.append(f"trustees: {len(seats)} of at least {plan.threshold}")
    if election.roll is None:
        found.append("the roll")
    if election.key is None:
        found.append("the key")
    found += [f"the acknowledgement of {seat.name}" for seat in seats if not seat.acknowledgement]
    return tuple(found)


def _whole_plan(election: Election) -> Draft:
    try:
        return election.plan
    except (MissingField, OutOfRange) as error:  # OutOfRange: no question yet
        raise NotReady(f"the description is not complete: {error}", computed=str(error)) from error


def _keys_of(seat: TrusteeSeat) -> tuple[str, str]:
    return seat.signing_key, seat.encryption_key


def _trustee(seat: TrusteeSeat) -> Trustee:
    return Trustee(
        name=seat.name,
        signing_key=base64url.decode(seat.signing_key, KEY_BYTES),
        encryption_key=base64url.decode(seat.encryption_key, KEY_BYTES),
    )
