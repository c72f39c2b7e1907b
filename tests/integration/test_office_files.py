# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cards, key, acknowledgements and roll: taken if they are what they should be, else refused in words."""

import json

import pytest
from django.core.files import uploadhandler
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bulletin_board.codec import canonical
from tally.record.roll import LIMIT as ROLL_LIMIT
from tests.integration import office_world as office
from tests.integration.test_office_access import logged_in
from tests.integration.test_office_forms import refused, said
from voting.office import uploads
from voting.services import drafting

pytestmark = pytest.mark.django_db(transaction=True)
SPRING = "/office/elections/spring/"


@pytest.fixture
def scene(settings, tmp_path, monkeypatch):
    office.set_up(settings, tmp_path, monkeypatch)
    return office.scene("described")


@pytest.fixture
def client(scene):
    return logged_in()


def upload(client, page, field, *files, do=""):
    sent = {field: [SimpleUploadedFile("file.json", data) for data in files], "do": do or field}
    return client.post(f"{SPRING}{page}/", sent)


def keys(scene):
    return office.keys_of(drafting.manifest_of(scene.election).to_bytes())


def changed(data: bytes, **changes) -> bytes:
    return canonical.encode(json.loads(data) | changes)


NOT_FILES = [
    (b"", "Choose a file. It must not be empty."),
    (b"\x89PNG\r\n", "not the file that is asked for here"),
    (b"{}", "not the file that is asked for here"),
    (b"[" * 100_000, "too large"),
    (b'{"a": 1}', "The file was changed after it was made"),
    (b"nonsense", "another kind of file"),
]


@pytest.mark.parametrize(("data", "words"), NOT_FILES)
@pytest.mark.parametrize(("page", "field"), [("trustees", "cards"), ("key", "key"), ("roll", "roll")])
def test_what_is_no_such_file_is_refused(client, scene, page, field, data, words):
    if words == "too large" and field != "cards":
        words = "refused"  # small enough for a key or a roll, and no such file all the same
    before = (office.sketch_of(scene.election), scene.election.seats.count())
    refused(upload(client, page, field, data), words, status=409)
    scene.election.refresh_from_db()
    assert (office.sketch_of(scene.election), scene.election.seats.count()) == before
    assert (scene.election.key, scene.election.roll) == (None, None)


@pytest.mark.parametrize(("page", "field"), [("trustees", "cards"), ("key", "key"), ("roll", "roll")])
def test_a_form_without_its_file_is_refused(client, page, field):
    refused(client.post(f"{SPRING}{page}/", {"do": field}), "Choose a file.", status=409)


def test_a_flood_is_cut_off_while_it_arrives(client, monkeypatch):
    monkeypatch.setattr(uploads, "LIMIT", 100_000)
    assert ROLL_LIMIT > uploads.LIMIT
    refused(upload(client, "roll", "roll", b"x" * 200_000), "The file is too large", status=409)


def test_a_trustee_cannot_sit_twice(client):
    refused(upload(client, "trustees", "cards", office.cards()[0]), "has a seat already", status=409)


def test_a_card_that_was_changed_is_refused(client):
    forged = changed(office.cards()[0], name="Mallory")
    refused(
        upload(client, "trustees", "cards", forged), "The card’s own signature does not hold.", status=409
    )


def test_a_removed_trustee_leaves_no_gap(client, scene):
    client.post(f"{SPRING}trustees/1/remove/")
    seats = list(scene.election.seats.values_list("index", "name"))
    assert seats == [(1, "Björn Lind"), (2, "Clara Espinoza")]
    page = said(client.get(SPRING))
    assert "The closed board must be confirmed by at least 2 trustees, and by at most all 2." in page


@pytest.mark.parametrize(
    ("threshold", "acknowledgements", "words"),
    [
        ("0", "", "greater than or equal to 1"),
        ("4", "", "4 trustees must work together, and 3 have a seat."),
        ("1", "", "two groups could open two different sums"),
        ("2", "2", "must be confirmed by at least 3 trustees"),
        ("2", "4", "must be confirmed by at least 3 trustees"),
        ("", "", "This field is required."),
    ],
)
def test_numbers_that_do_not_fit_are_refused(client, threshold, acknowledgements, words):
    sent = {"threshold": threshold, "acknowledgements": acknowledgements, "do": "numbers"}
    refused(client.post(f"{SPRING}trustees/", sent), words)


def test_the_least_number_of_confirmations_is_filled_in(client, scene):
    client.post(f"{SPRING}trustees/", {"threshold": "2", "do": "numbers"})
    assert office.sketch_of(scene.election)["trustees"]["acknowledgements"] == 3


def test_the_election_file_is_the_manifest_to_the_byte(client, scene):
    response = client.get(f"{SPRING}election-file/manifest.json")
    assert response.content == drafting.manifest_of(scene.election).to_bytes()
    assert response["Content-Disposition"] == 'attachment; filename="spring-manifest.json"'


def test_key_acknowledgements_and_roll_make_the_election_ready(client, scene):
    made = keys(scene)
    upload(client, "key", "key", made.draft)
    page = said(client.get(f"{SPRING}key/"))
    assert "The acknowledgement of Amina Okafor is missing." in page
    upload(client, "key", "acknowledgements", *made.acknowledgements)
    upload(client, "roll", "roll", office.roll_of(scene.election.election_id))
    assert "Everything is there. Check it once more, and freeze." in said(client.get(SPRING))


def test_a_key_of_another_draft_is_refused(client, scene):
    made = keys(scene)
    client.post(f"{SPRING}questions/delete/mayor/")
    from voting.office import actions

    actions.save_question(scene.election, scene.by, office.question(asked="Somebody else?"))
    refused(upload(client, "key", "key", made.draft), "This key was made before", status=409)


def test_a_key_is_out_of_date_as_soon_as_the_draft_changes(client, scene):
    upload(client, "key", "key", keys(scene).draft)
    client.post(f"{SPRING}trustees/", {"threshold": "3", "do": "numbers"})
    assert "This key was made before" in said(client.get(SPRING))
    refused(
        client.post(f"{SPRING}freeze/", {"understood": "yes", "fingerprint": ""}),
        "Something is still missing",
        status=409,
    )


def test_a_key_with_another_modulus_is_refused(client, scene):
    forged = changed(keys(scene).draft, modulus=json.loads(keys(scene).draft)["h"])
    assert upload(client, "key", "key", forged).status_code == 409
    scene.election.refresh_from_db()
    assert scene.election.key is None


def test_an_acknowledgement_before_the_key_is_refused(client, scene):
    data = keys(scene).acknowledgements[0]
    refused(upload(client, "key", "acknowledgements", data), "Something is still missing", status=409)


def test_an_acknowledgement_of_another_key_is_refused(client, scene):
    made = keys(scene)
    upload(client, "key", "key", made.draft)
    forged = [changed(word, signature="A" * 86) for word in made.acknowledgements]
    refused(upload(client, "key", "acknowledgements", *forged), "does not fit the key", status=409)


def test_an_acknowledgement_by_nobody_is_refused(client, scene):
    made = keys(scene)
    upload(client, "key", "key", made.draft)
    forged = changed(made.acknowledgements[0], trustee=9)
    refused(upload(client, "key", "acknowledgements", forged), "does not fit the key", status=409)


def test_the_roll_is_summarised(client, scene):
    upload(client, "roll", "roll", office.roll_of(scene.election.election_id))
    page = said(client.get(f"{SPRING}roll/"))
    assert "each counts once" in page
    assert "Some weights can give votes away" not in page


def test_a_weight_that_few_share_is_warned_about(client, scene):
    weights = (1, 1, 1, 1, 1, 2, 3, 3)
    upload(client, "roll", "roll", office.roll_of(scene.election.election_id, weights=weights))
    page = " ".join(said(client.get(f"{SPRING}roll/")).split())
    assert "Some weights can give votes away" in page
    assert "weight 3: 2 voters" in page
    assert "weight 2: 1 voter" in page
    assert "weight 1:" not in page


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda roll: changed(roll, election_id="0" * 32), "The file belongs to another election."),
        (lambda roll: changed(roll, signature="A" * 86), "signature"),
        (lambda roll: changed(roll, count=9), "does not hold"),
        (lambda roll: changed(roll, weight=9), "does not hold"),
    ],
)
def test_a_roll_that_was_changed_is_refused(client, scene, make, words):
    roll = make(office.roll_of(scene.election.election_id))
    response = upload(client, "roll", "roll", roll)
    assert response.status_code == 409
    scene.election.refresh_from_db()
    assert scene.election.roll is None
    assert words in said(response)


def test_a_roll_beyond_the_capacity_is_refused(client, scene):
    roll = office.roll_of(scene.election.election_id, weights=(9, 9, 9))
    refused(upload(client, "roll", "roll", roll), "weigh more together than the election allows", status=409)


def test_a_roll_of_another_registrar_is_noticed_after_a_change(client, scene):
    from tally.crypto import ed25519
    from tally.record.parties import Registrar
    from tally.record.terms import Rules
    from voting.office import actions

    upload(client, "roll", "roll", office.roll_of(scene.election.election_id))
    actions.set_voters(
        scene.election,
        scene.by,
        registrar=Registrar(name="Another", key=ed25519.public_key(b"\x05" * 32)),
        capacity=20,
        rules=Rules(minimum_counted=1, ballots_per_credential=1),
    )
    assert "The roll was signed by another registrar" in said(client.get(SPRING))


@pytest.fixture
def kept(monkeypatch):
    """The names of the files for which there was a place on the disk."""
    names = []
    made = uploadhandler.TemporaryUploadedFile

    def make(name, *arguments):
        names.append(name)
        return made(name, *arguments)

    monkeypatch.setattr(uploadhandler, "TemporaryUploadedFile", make)
    return names


@pytest.mark.parametrize("path", ["/office/log-in/", f"{SPRING}roll/", "/language/setlang/", "/source/"])
@pytest.mark.parametrize("checks", [True, False])
def test_a_stranger_gets_no_place_on_the_disk(scene, kept, path, checks):
    stranger = Client(enforce_csrf_checks=checks)
    answer = stranger.post(path, {"roll": SimpleUploadedFile("roll.json", b"x" * 200_000), "next": "/"})
    assert answer.status_code in {302, 403, 405, 422}
    assert kept == []


def test_an_official_gets_one(client, scene, kept):
    upload(client, "roll", "roll", b"x")
    assert kept == ["file.json"]
