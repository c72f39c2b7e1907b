# SPDX-License-Identifier: AGPL-3.0-or-later
"""Management commands keep every rule that the office keeps, and stand on the same trail."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from bulletin_board.codec import canonical
from tests.integration import mailed_world as mailed
from tests.integration import office_world as office
from voting.errors import ChangedMeanwhile
from voting.mailed import listing, registrar_key, roll_signing, sending
from voting.models import Election
from voting.office import actions
from voting.office.models import Deed, Desk
from voting.services import drafting, elections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _set_up(settings, tmp_path, monkeypatch):
    office.set_up(settings, tmp_path, monkeypatch)
    settings.VERITALLY_REGISTRAR_KEY_FILE = tmp_path / "registrar.key"


@pytest.fixture
def handed_in(tmp_path):
    """Run a command with a file of these bytes."""

    def run(command: str, *data: bytes, slug: str = "spring") -> str:
        file = tmp_path / "handed-in"
        file.write_bytes(b"".join(data))
        return call_command(command, *([slug] if slug else []), str(file))

    return run


def make_server_the_registrar() -> None:
    """Give this server the key that the scenes' registrar has."""
    registrar_key.key_file().write_text(office.parties().registrar.hex() + "\n")
    registrar_key.key_file().chmod(0o600)


def changed_behind(election, **changes) -> None:
    """Change the draft as no page would."""
    Election.objects.filter(pk=election.pk).update(draft=dict(election.draft) | changes)
    election.refresh_from_db()


def draft_file(**registrar) -> bytes:
    draft = dict(office.scene("described", slug="autumn").election.draft)
    return canonical.encode(draft | {"slug": "winter", "registrar": dict(draft["registrar"]) | registrar})


def keys(scene):
    return office.keys_of(drafting.manifest_of(scene.election).to_bytes())


def test_an_election_made_by_a_command_has_a_desk_and_stands_on_the_trail(handed_in):
    assert "winter: election id" in handed_in("create_election", draft_file(), slug="")
    election = Election.objects.get(slug="winter")
    assert Desk.objects.filter(election=election).exists()
    assert [(deed.official, deed.action) for deed in election.deeds.all()] == [("", "create")]


def test_no_draft_names_the_servers_key_for_codes_of_others(handed_in):
    draft = draft_file()
    make_server_the_registrar()
    with pytest.raises(CommandError, match="ServersKey"):
        handed_in("create_election", draft, slug="")
    assert not Election.objects.filter(slug="winter").exists()


def test_no_draft_says_that_the_server_makes_codes_for_another_key(handed_in):
    registrar_key.create()
    with pytest.raises(CommandError, match="AnotherRegistrar"):
        handed_in("create_election", draft_file(credentials="server"), slug="")
    assert not Election.objects.filter(slug="winter").exists()


def test_without_a_key_of_its_own_no_server_makes_codes(handed_in):
    with pytest.raises(CommandError, match="UnusableKeyFile"):
        handed_in("create_election", draft_file(credentials="server"), slug="")


def test_nothing_is_frozen_that_hides_who_made_the_codes():
    scene = office.scene("ready")
    make_server_the_registrar()
    with pytest.raises(CommandError, match="ServersKey"):
        call_command("freeze", "spring")
    assert Election.objects.get(pk=scene.election.pk).log is None


def test_nothing_is_frozen_with_the_key_of_another_draft():
    scene = office.scene("ready")
    changed_behind(scene.election, title={"en": "Another"})
    with pytest.raises(CommandError, match="KeyOfAnotherDraft"):
        call_command("freeze", "spring")


def test_nothing_is_frozen_that_is_over_before_it_began():
    office.scene("ready", now=office.NOW - timedelta(days=365), rehearsal=False)
    with pytest.raises(CommandError, match="TooLate"):
        call_command("freeze", "spring")


def test_nothing_is_frozen_but_what_was_confirmed():
    scene = office.scene("ready")
    shown = actions.fingerprint_ahead(scene.election)
    with pytest.raises(ChangedMeanwhile):
        elections.freeze(scene.election, now=scene.by.now, confirmed="0" * 64)
    assert elections.freeze(scene.election, now=scene.by.now, confirmed=shown) == shown


@pytest.mark.parametrize("which", ["the same card", "the same name", "one of its keys"])
def test_a_command_seats_no_trustee_twice(handed_in, which):
    scene = office.scene("described")
    first = office.parties().trustees[0].card()
    card = first.to_bytes()
    if which != "the same card":
        other = office.Parties.make(trustees=1, entropy=office.Stream(b"other")).trustees[0]
        name = first.name if which == "the same name" else "Somebody else"
        card = office.replace(other, name=name).card().to_bytes()
    if which == "one of its keys":
        scene.election.seats.filter(index=1).update(
            encryption_key=office.base64url.encode(other.card().encryption_key)
        )
    with pytest.raises(CommandError, match="TrusteeTwice"):
        handed_in("add_trustee", card)
    assert scene.election.seats.count() == 3
    assert (Deed.objects.first().action, Deed.objects.first().refusal) == ("trustee-add", "trustee-twice")


def test_a_command_takes_no_key_of_another_draft(handed_in):
    scene = office.scene("described")
    key = keys(scene).draft
    changed_behind(scene.election, title={"en": "Another"})
    with pytest.raises(CommandError, match="KeyOfAnotherDraft"):
        handed_in("add_key", key)
    scene.election.refresh_from_db()
    assert scene.election.key is None


def test_a_command_takes_no_acknowledgement_before_the_key(handed_in):
    scene = office.scene("described")
    with pytest.raises(CommandError, match="NotReady"):
        handed_in("add_acknowledgement", keys(scene).acknowledgements[0])
    assert not scene.election.seats.exclude(acknowledgement=b"").exists()


def test_a_command_takes_no_roll_before_the_description_is_complete(handed_in):
    scene = office.scene("started")
    with pytest.raises(CommandError, match="NotReady"):
        handed_in("add_roll", office.roll_of(scene.election.election_id))


def test_the_rolls_numbers_change_with_a_roll_that_a_command_takes(handed_in):
    scene = office.scene("ready")
    assert actions.roll_summary(scene.election).voters == office.VOTERS
    handed_in("add_roll", office.roll_of(scene.election.election_id, weights=(1, 1, 1)))
    scene.election.refresh_from_db()
    assert actions.roll_summary(scene.election).voters == 3


def test_a_list_that_a_command_takes_stands_on_the_trail(handed_in):
    registrar_key.create()
    mailed.prepare()
    handed_in("mail_codes", mailed.VOTERS)
    assert [(deed.action, deed.detail) for deed in Deed.objects.all()[:2]] == [
        ("codes-send", "3"),
        ("codes-list", "3"),
    ]


def test_a_roll_of_codes_that_are_void_is_neither_taken_nor_frozen(handed_in, monkeypatch):
    monkeypatch.setattr(sending, "derive_credential", mailed.quickly)
    registrar_key.create()
    scene = mailed.started()
    key = keys(scene)
    handed_in("add_key", key.draft)
    for word in key.acknowledgements:
        handed_in("add_acknowledgement", word)
    sending.send_due(clock=lambda: scene.by.now, at_once=3)
    roll_signing.sign_due(now=scene.by.now)
    signed = bytes(Election.objects.get(slug="spring").roll)
    listing.send_again(scene.election, scene.election.recipients.get(address=mailed.BEN).pk, now=scene.by.now)
    with pytest.raises(CommandError, match="RollOfOthers"):
        handed_in("add_roll", signed)
    sending.send_due(clock=lambda: scene.by.now, at_once=3)
    Election.objects.filter(slug="spring").update(roll=signed)
    with pytest.raises(CommandError, match="RollOfOthers"):
        call_command("freeze", "spring")
    Election.objects.filter(slug="spring").update(roll=None)
    roll_signing.sign_due(now=scene.by.now)
    assert "Frozen" in call_command("freeze", "spring")
