# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody edits a draft while it is checked, frozen, or while its roll is signed."""

import threading
from dataclasses import replace

import pytest
from django.db import connection, connections

from tally import opened as tally_opened
from tally.crypto import ed25519
from tally.record.errors import RecordError
from tally.record.roll import Roll
from tests.integration import mailed_world as world
from tests.integration import office_world as office
from voting.errors import ChangedMeanwhile, NotReady, WrongState
from voting.mailed import listing, roll_signing, sending
from voting.mailed.errors import AnotherRegistrar, CodesAreMailed, ServersKey
from voting.models import Election
from voting.office import actions
from voting.office.trail import Action
from voting.services import drafting, elections

pytestmark = pytest.mark.django_db(transaction=True)

NOTARY = ed25519.public_key(b"n" * 32)


@pytest.fixture(autouse=True)
def _set_up(settings, tmp_path, monkeypatch):
    world.set_up(settings, tmp_path, monkeypatch)


def again(election) -> Election:
    """The same election, as another process has it."""
    return Election.objects.get(pk=election.pk)


def revise(**changes):
    return lambda scene: actions.revise(
        again(scene.election), scene.by, Action.DETAILS, lambda old: {**old, **changes}
    )


def add_another_roll(scene):
    roll = office.roll_of(scene.election.election_id, weights=(1, 1))
    drafting.add_roll(again(scene.election), roll)


EDITS = {
    "title": (revise(title={"en": "Another"}), ChangedMeanwhile),
    "rehearsal": (revise(rehearsal=False), ChangedMeanwhile),
    "address": (revise(slug="autumn"), ChangedMeanwhile),
    "another roll": (add_another_roll, ChangedMeanwhile),
    "no roll": (lambda scene: listing.drop_roll(again(scene.election)), ChangedMeanwhile),
    "no acknowledgement": (lambda scene: scene.election.seats.update(acknowledgement=b""), NotReady),
    "no trustee": (lambda scene: actions.remove_trustee(again(scene.election), scene.by, 1), RecordError),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_is_edited_while_it_is_checked_is_not_frozen(name, monkeypatch):
    edit, refusal = EDITS[name]
    scene = office.scene("ready")
    check = tally_opened.check_certificate

    def check_slowly(record):
        check(record)
        edit(scene)

    monkeypatch.setattr(tally_opened, "check_certificate", check_slowly)
    with pytest.raises(refusal):
        actions.freeze(scene.election, scene.by)
    row = again(scene.election)
    assert (row.state, row.manifest, row.fingerprint, row.log) == ("draft", None, "", None)


def test_an_edit_that_comes_after_the_freeze_is_refused():
    scene = office.scene("ready")
    stale = again(scene.election)
    roll, key = bytes(stale.roll), bytes(drafting.key_record(stale).to_bytes())
    keys = office.keys_of(drafting.manifest_of(stale).to_bytes())
    elections.freeze(scene.election, now=scene.by.now)
    for edit in (
        lambda: drafting.add_roll(stale, office.roll_of(stale.election_id, weights=(1, 1))),
        lambda: drafting.add_key(stale, keys.draft),
        lambda: drafting.add_acknowledgement(stale, keys.acknowledgements[0]),
        lambda: drafting.add_trustee(stale, office.parties().trustees[0].card().trustee),
    ):
        assert stale.state == "draft"
        with pytest.raises(WrongState):
            edit()
    row = again(stale)
    assert (bytes(row.roll), bytes(row.key)) == (roll, key)
    assert all(seat.acknowledgement for seat in row.seats.all())


def change_code(scene, address):
    listing.send_again(
        again(scene.election), scene.election.recipients.get(address=address).pk, now=scene.by.now
    )


def leave_out(scene, address):
    listing.leave_out(again(scene.election), scene.election.recipients.get(address=address).pk)


def is_waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def keys_on_the_roll(scene) -> set[str]:
    return {key.hex() for key, _ in Roll.from_bytes(bytes(again(scene.election).roll)).voters}


def check_that_only_bens_last_code_is_good(scene):
    """Whoever voided a code while the roll was signed has kept that roll from being there."""
    assert again(scene.election).roll is None
    sending.send_due(clock=lambda: scene.by.now)
    assert roll_signing.sign_due(now=scene.by.now) == 1
    codes = [world.key_of(scene, code) for code in world.codes()[world.BEN]]
    assert codes[0] not in keys_on_the_roll(scene)
    assert keys_on_the_roll(scene).issuperset(codes[1:])


@pytest.mark.parametrize("void", [change_code, leave_out])
def test_a_code_that_is_voided_while_the_roll_is_made_is_not_on_it(void, monkeypatch):
    scene = world.started()
    sending.send_due(clock=lambda: scene.by.now)
    make_roll = roll_signing.make_roll

    def make_roll_slowly(*arguments):
        assert not connection.in_atomic_block
        void(scene, world.BEN)
        return make_roll(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(roll_signing, "make_roll", make_roll_slowly)
        assert roll_signing.sign_due(now=scene.by.now) == 0
    check_that_only_bens_last_code_is_good(scene)


@pytest.mark.parametrize("void", [change_code, leave_out])
def test_a_code_that_is_voided_while_the_roll_is_kept_is_not_on_it(void, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("for postgresql: SQLite has one writer at a time")
    scene = world.started()
    sending.send_due(clock=lambda: scene.by.now)
    add_read_roll = actions.add_read_roll

    def act():
        void(scene, world.BEN)
        connections.close_all()

    official = threading.Thread(target=act)

    def keep_slowly(*arguments):
        official.start()
        while official.is_alive() and not is_waiting_for_a_lock():
            official.join(0.01)
        return add_read_roll(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(actions, "add_read_roll", keep_slowly)
        roll_signing.sign_due(now=scene.by.now)
    official.join()
    check_that_only_bens_last_code_is_good(scene)


@pytest.fixture
def checked_within(monkeypatch):
    """Whether a transaction was open, each time that credentials were checked."""
    check, within = Roll.check_credentials, []

    def watched(roll):
        within.append(connection.in_atomic_block)
        check(roll)

    monkeypatch.setattr(Roll, "check_credentials", watched)
    return within


def test_credentials_of_an_uploaded_roll_are_checked_before_anything_is_locked(checked_within):
    scene = office.scene("ready")
    checked_within.clear()
    actions.add_roll(again(scene.election), scene.by, office.roll_of(scene.election.election_id))
    assert checked_within == [False]


def test_credentials_of_a_mailed_roll_are_checked_before_anything_is_locked(checked_within):
    scene = world.started()
    sending.send_due(clock=lambda: scene.by.now)
    assert roll_signing.sign_due(now=scene.by.now) == 1
    assert checked_within == [False]


def registrar(scene, **changes):
    return replace(again(scene.election).plan.registrar, **changes)


def set_registrar(scene, found):
    plan = again(scene.election).plan
    actions.set_voters(
        again(scene.election), scene.by, registrar=found, capacity=plan.roll_capacity, rules=plan.rules
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"credentials": "registrar"},
        {"credentials": "voters"},
        {"name": "The notary"},
        {"name": "The notary", "credentials": "registrar", "key": NOTARY},
    ],
)
def test_who_made_the_codes_cannot_be_said_otherwise_once_they_are_mailed(changes):
    scene = world.started()
    sending.send_due(clock=lambda: scene.by.now)
    roll_signing.sign_due(now=scene.by.now)
    with pytest.raises(CodesAreMailed):
        set_registrar(scene, registrar(scene, **changes))
    assert again(scene.election).plan.registrar == registrar(scene)


def test_voters_rules_can_still_change_while_codes_are_mailed():
    scene = world.started()
    set_registrar(scene, registrar(scene))


@pytest.mark.parametrize("credentials", ["registrar", "voters"])
def test_this_servers_key_is_no_other_registrars(credentials):
    scene = world.prepare()
    with pytest.raises(ServersKey):
        set_registrar(scene, registrar(scene, credentials=credentials))


def test_before_the_codes_are_mailed_another_can_make_them():
    scene = world.prepare()
    found = registrar(scene, name="The notary", credentials="registrar", key=NOTARY)
    set_registrar(scene, found)
    assert again(scene.election).plan.registrar == found


def test_another_registrars_key_is_not_this_servers():
    scene = world.prepare()
    with pytest.raises(AnotherRegistrar):
        set_registrar(scene, registrar(scene, key=NOTARY))
