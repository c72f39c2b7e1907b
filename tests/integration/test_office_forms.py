# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of the office: what they take, and every refusal beside its field, in words."""

import html
import re

import pytest
from django.test import Client

from tests.integration import office_world as office
from tests.integration.test_office_access import logged_in
from voting.models import Election
from voting.office.forms.question import KINDS
from voting.states import State

pytestmark = pytest.mark.django_db(transaction=True)
SPRING = "/office/elections/spring/"


@pytest.fixture
def scene(settings, tmp_path, monkeypatch):
    office.set_up(settings, tmp_path, monkeypatch)
    return office.scene("described")


@pytest.fixture
def client(scene) -> Client:
    return logged_in()


def said(response) -> str:
    """The page as a reader has it, without marks."""
    return html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def refused(response, words: str, status: int = 422) -> None:
    assert response.status_code == status
    assert words in said(response)


def start(client, **changes):
    sent = {"title": "Autumn", "slug": "autumn", "first": "en", "others": []}
    return client.post("/office/new/", sent | changes)


def test_an_election_begins_with_its_title_address_and_languages(client):
    assert start(client, others=["fr", "en"])["Location"] == "/office/elections/autumn/"
    election = Election.objects.get(slug="autumn")
    assert election.draft["title"] == {"en": "Autumn", "fr": ""}
    assert election.where is State.DRAFT


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "This field is required."),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"title": "left\u202eright"}, "invisible character"),
        ({"slug": "Autumn 2027"}, "Use small letters a to z"),
        ({"slug": "../etc"}, "Use small letters a to z"),
        ({"slug": "-x"}, "Use small letters a to z"),
        ({"slug": "spring"}, "Another election has this address."),
        ({"first": "tlh"}, "not one of the available choices"),
        ({"others": ["tlh"]}, "not one of the available choices"),
    ],
)
def test_a_beginning_that_cannot_be_is_refused(client, changes, words):
    refused(start(client, **changes), words)
    assert not Election.objects.filter(slug="autumn").exists()


def test_every_error_is_linked_to_its_field(client):
    page = start(client, title="", slug="X").content.decode()
    assert 'href="#id_title"' in page
    assert 'href="#id_slug"' in page
    assert 'aria-invalid="true"' in page
    assert "Error:" in page


def details(client, **changes):
    sent = {
        "title_en": "Spring",
        "description_en": "",
        "slug": "spring",
        "first": "en",
        "others": [],
        "modulus_bits": "1024",
    }
    return client.post(f"{SPRING}details/", sent | changes)


def test_details_are_saved_in_normal_form_and_on_one_line(client, scene):
    assert details(client, title_en=" Cafe\u0301 \n day ", description_en="One.\r\nTwo.").status_code == 302
    draft = office.sketch_of(scene.election)
    assert (draft["title"], draft["description"]) == ({"en": "Café day"}, {"en": "One. Two."})


def test_a_changed_address_moves_the_page(client):
    assert details(client, slug="moved")["Location"] == "/office/elections/moved/"
    assert client.get("/office/elections/moved/").status_code == 200


def test_the_address_of_another_election_is_refused(client):
    start(client)
    refused(details(client, slug="autumn"), "Another election has this address.")


def test_a_new_language_has_to_be_filled_in_everywhere(client):
    details(client, others=["de"])
    page = said(client.get(SPRING))
    assert "The title in de is missing." in page
    assert "Question 1: A text is missing in one of the election’s languages." in page


def test_a_language_that_is_taken_away_takes_its_texts_along(client, scene):
    details(client, others=["de"])
    assert details(client, others=[], title_de="Frühling").status_code == 302
    draft = office.sketch_of(scene.election)
    assert draft["title"] == {"en": "Spring"}
    assert draft["contests"][0]["question"] == {"en": "Who shall be mayor?"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"opens": ""}, "This field is required."),
        ({"opens": "tomorrow"}, "Enter a day and a time"),
        ({"opens": "2026-02-30T10:00"}, "Enter a day and a time"),
        ({"closes": "2026-11-23T10:00"}, "Voting must close after it opens."),
        ({"closes": "2026-11-01T10:00"}, "Voting must close after it opens."),
        ({"time_zone": "Mars/Olympus"}, "not one of the available choices"),
        ({"time_zone": "../../etc/passwd"}, "not one of the available choices"),
        ({"opens": "2026-10-25T02:30"}, "The clocks change just then"),
        ({"opens": "2026-03-29T02:30"}, "The clocks change just then"),
        ({"check_period_hours": "-1"}, "greater than or equal to 0"),
        ({"check_period_hours": "9000"}, "less than or equal to 8784"),
        ({"check_period_hours": "٣x"}, "Enter a whole number"),
    ],
)
def test_dates_that_cannot_be_are_refused(client, scene, changes, words):
    before = office.sketch_of(scene.election)
    sent = {
        "time_zone": "Europe/Berlin",
        "opens": "2026-11-23T10:00",
        "closes": "2026-11-30T10:00",
        "check_period_hours": "24",
    }
    refused(client.post(f"{SPRING}dates/", sent | changes), words)
    assert office.sketch_of(scene.election) == before


def test_dates_are_read_in_their_zone_and_shown_in_it(client, scene):
    sent = {
        "time_zone": "America/New_York",
        "opens": "2026-12-01T08:00",
        "closes": "2026-12-02T20:00",
        "check_period_hours": "0",
    }
    client.post(f"{SPRING}dates/", sent)
    schedule = office.sketch_of(scene.election)["schedule"]
    assert (schedule["opens"], schedule["closes"]) == ("2026-12-01T13:00:00Z", "2026-12-03T01:00:00Z")
    page = client.get(f"{SPRING}dates/").content.decode()
    assert 'value="2026-12-01T08:00"' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"registrar_name": ""}, "This field is required."),
        ({"registrar_key": "abc"}, "This is not a public key."),
        ({"registrar_key": "A" * 43}, "This is not a safe key."),
        ({"roll_capacity": "0"}, "greater than or equal to 1"),
        ({"roll_capacity": "9" * 16}, "less than or equal to"),
        ({"roll_capacity": "1_000"}, "Enter a whole number"),
        ({"roll_capacity": "5", "minimum_counted": "6"}, "nothing could be counted"),
        ({"ballots_per_credential": "1001"}, "less than or equal to 1000"),
    ],
)
def test_rules_that_cannot_be_are_refused(client, changes, words):
    sent = {
        "registrar_name": "Registrar",
        "registrar_key": office.registrar_key(),
        "roll_capacity": "20",
        "ballots_per_credential": "3",
        "minimum_counted": "1",
    }
    refused(client.post(f"{SPRING}voters/", sent | changes), words)


RULES = {
    "choose-one": {"blank": "on"},
    "approval": {"minimum": "0", "maximum": "2"},
    "score": {"highest": "5"},
    "cumulative": {"points": "4", "per_option": "3", "exact": "on"},
    "knapsack": {"budget": "100", "minimum": "0", "maximum": "2"},
}


def ask(client, kind, *labels, costs=(), path="", **changes):
    sent = {"question_en": "What?", "order": "fixed", "seats": "1", "rows": str(len(labels)), "do": "save"}
    for row, label in enumerate(labels):
        sent[f"option-{row}-label_en"] = label
        if costs:
            sent[f"option-{row}-cost"] = str(costs[row])
    return client.post(f"{SPRING}questions/{path or f'add/{kind}/'}", sent | RULES[kind] | changes)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_a_question_of_every_kind_is_saved_shown_and_edited(client, scene, kind):
    costs = (60, 70, 30) if kind == "knapsack" else ()
    padded = (*costs[:2], "") if costs else ()
    assert ask(client, kind, "Trees", "Bicycles & benches", "", costs=padded).status_code == 302
    contest = office.sketch_of(scene.election)["contests"][1]
    assert (contest["kind"], contest["id"]) == (kind, "what")
    assert [option["id"] for option in contest["options"]] == ["trees", "bicycles-benches"]
    assert "Bicycles & benches" in said(client.get(f"{SPRING}questions/preview/"))
    page = client.get(f"{SPRING}questions/edit/what/").content.decode()
    assert 'value="Trees"' in page
    assert (
        ask(
            client,
            kind,
            "Shade trees",
            "Benches",
            costs=costs,
            path="edit/what/",
            **{"option-0-id": "trees", "option-1-id": "bicycles-benches"},
        ).status_code
        == 302
    )
    changed = office.sketch_of(scene.election)["contests"][1]
    assert [option["id"] for option in changed["options"]] == ["trees", "bicycles-benches"]
    assert changed["options"][0]["label"] == {"en": "Shade trees"}


@pytest.mark.parametrize(
    ("kind", "labels", "costs", "changes", "words"),
    [
        ("choose-one", ["A", "B"], (), {"question_en": ""}, "This field is required."),
        ("choose-one", [], (), {}, "Enter at least 1 option."),
        ("choose-one", ["A"], (), {"blank": ""}, "Enter at least 2 options."),
        ("choose-one", ["A", "B"], (), {"seats": "3"}, "There are only 2 options."),
        ("approval", ["A", "B"], (), {"maximum": "3"}, "There are only 2 options."),
        (
            "approval",
            ["A", "B"],
            (),
            {"maximum": "1", "minimum": "2"},
            "more than the most that may be chosen",
        ),
        ("approval", ["A", "B"], (), {"maximum": "0"}, "greater than or equal to 1"),
        ("approval", ["A", "B"], ("", 3), {}, "There is no budget"),
        ("approval", ["A", "B"], ("", 3), {"budget": "9"}, "Enter a cost"),
        ("score", ["A", "B"], (), {"highest": ""}, "This field is required."),
        ("cumulative", ["A", "B"], (), {"per_option": "5"}, "more than all points together"),
        (
            "cumulative",
            ["A", "B"],
            (),
            {"points": "9", "per_option": "3"},
            "cannot be given to so few options",
        ),
        ("knapsack", ["A", "B"], (60, ""), {}, "Enter a cost"),
        ("knapsack", ["A", "B"], (101, 102), {}, "does not pay for the cheapest choice"),
        ("knapsack", ["A", "B"], (60, 70), {"minimum": "2"}, "does not pay for the cheapest choice"),
        ("knapsack", ["A", "B"], (60, "many"), {}, "Enter a whole number"),
        ("knapsack", ["A", "B"], (60, 70), {"budget": ""}, "This field is required."),
        ("knapsack", ["A", ""], (60, 70), {}, "Enter the option’s name."),
        ("score", ["A", "B"], (), {"order": "sideways"}, "not one of the available choices"),
    ],
)
def test_a_question_that_nobody_could_answer_is_refused(client, scene, kind, labels, costs, changes, words):
    refused(ask(client, kind, *labels, costs=costs, **changes), words)
    assert len(office.sketch_of(scene.election)["contests"]) == 1


def test_a_hostile_number_of_rows_is_no_trouble(client):
    for rows in ("-1", "x", "9" * 400, "1e9", ""):
        refused(ask(client, "score", rows=rows), "Enter at least 1 option.")


def test_buttons_rearrange_the_rows_and_save_nothing(client, scene):
    before = office.sketch_of(scene.election)
    page = ask(client, "score", "First", "Second", do="up-1").content.decode()
    assert page.index("Second") < page.index("First")
    assert "Second" not in ask(client, "score", "First", "Second", do="away-1").content.decode()
    assert ask(client, "score", "First", do="more").content.decode().count('class="option-row"') == 4
    for button in ("up-0", "up-9", "away-99999999", "up-x", "fly", "up-²"):
        assert ask(client, "score", "First", "Second", do=button).status_code == 200
    assert office.sketch_of(scene.election) == before


def test_two_options_of_one_name_get_two_ids(client, scene):
    ask(client, "score", "Same", "Same")
    ids = [option["id"] for option in office.sketch_of(scene.election)["contests"][1]["options"]]
    assert ids == ["same", "same-2"]


def test_names_without_latin_letters_get_an_id(client, scene):
    ask(client, "score", "سارة", "דנה", question_en="؟")
    contest = office.sketch_of(scene.election)["contests"][1]
    assert contest["id"] == "question"
    assert [option["id"] for option in contest["options"]] == ["option", "option-2"]


def test_an_unknown_kind_and_an_unknown_question_are_not_found(client):
    for path in ("add/ranked/", "edit/nothing/", "delete/nothing/"):
        assert client.get(f"{SPRING}questions/{path}").status_code == 404


def test_questions_are_moved_and_deleted(client, scene):
    ask(client, "score", "A", "B")
    client.post(f"{SPRING}questions/move/what/")
    assert [one["id"] for one in office.sketch_of(scene.election)["contests"]] == ["what", "mayor"]
    client.post(f"{SPRING}questions/delete/mayor/")
    assert [one["id"] for one in office.sketch_of(scene.election)["contests"]] == ["what"]


def test_a_kind_has_to_be_chosen(client):
    refused(client.post(f"{SPRING}questions/add/", {}), "This field is required.")


def test_hostile_names_are_text_everywhere(client, scene):
    ask(client, "choose-one", office.HOSTILE, "B", question_en=office.HOSTILE)
    details(client, title_en=office.HOSTILE[:200])
    for path in ("", "questions/", "questions/preview/", "questions/add/", "details/", "freeze/"):
        page = client.get(f"{SPRING}{path}").content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "<script>alert" not in client.get("/office/").content.decode()
