# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of elections and the page of one, in every state; what is no draft's business stays hidden."""

import re
import uuid

import pytest

from tally.models import StationRequest, Tally, TallyState
from tests.integration.pages_data import STATES, place
from tests.integration.pages_fixtures import page, server, words  # noqa: F401  # a fixture
from voting.models import CastBallot, Election

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server")]

ADDRESS = "/elections/harbour/"


def shown(client, state, kind="town"):
    place("harbour", state, kind)
    return page(client, ADDRESS)


def current_step(markup):
    (step,) = re.findall(r'<li class="timeline-now"\s+aria-current="step">(.*?)</li>', markup, re.DOTALL)
    return words(step)


def test_without_an_election_the_list_says_so(client):
    assert "There is no election here yet" in words(page(client, "/"))


@pytest.mark.parametrize(
    ("state", "label", "action"),
    [
        ("frozen", "Opens soon", "See the questions"),
        ("open", "Voting is open", "See the questions"),
        ("closed", "Voting has ended", "Follow the count"),
        ("checking", "Being checked and counted", "Follow the count"),
        ("tallied", "Result is in", "See the result"),
        ("final", "Result is final", "See the result"),
    ],
)
def test_the_list_shows_state_dates_and_one_thing_to_do(client, state, label, action):
    place("harbour", state)
    text = words(page(client, "/"))
    assert label in text
    assert "16 November 2026, 08:00 UTC" in text
    assert text.count(action) == 1


def test_what_goes_on_stands_before_what_is_over(client):
    for slug, state in (("a-final", "final"), ("b-frozen", "frozen"), ("c-open", "open")):
        place(slug, state)
    slugs = re.findall(r'href="/elections/([a-z-]+)/"', page(client, "/"))
    assert slugs == ["c-open", "b-frozen", "a-final"]


def test_a_draft_is_as_unknown_as_any_other_name(client):
    place("harbour", "frozen")
    Election.objects.update(state="draft")
    unknown = client.get("/elections/nowhere/")
    draft = client.get(ADDRESS)
    assert (draft.status_code, draft.content) == (unknown.status_code, unknown.content) or (
        words(draft.content.decode()) == words(unknown.content.decode())
    )
    assert draft.status_code == 404
    assert "harbour" not in page(client, "/")


@pytest.mark.parametrize(
    "rest", ["", "board/", "board/0/", "board/0/receipt", "board/find/", "board/archive.zip"]
)
def test_a_draft_has_no_pages_at_all(client, rest):
    place("harbour", "frozen")
    Election.objects.update(state="draft")
    assert client.get(ADDRESS + rest).status_code == 404


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_title_questions_trustees_and_fingerprint(client, state):
    markup = shown(client, state)
    text = words(markup)
    fingerprint = Election.objects.get().fingerprint
    for expected in ("Little Harbour", "Who shall be mayor", "Rosa Delgado", "Amina Okafor"):
        assert expected in text
    assert fingerprint in re.sub(r"</?(span|wbr)>", "", markup)
    command = f"python -m tally.verifier http://127.0.0.1:8000/board/harbour --fingerprint {fingerprint}"
    assert command in text


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("frozen", "Everything is fixed"),
        ("open", "Voting"),
        ("closed", "Voting ends"),
        ("checking", "Check and count"),
        ("tallied", "Result"),
    ],
)
def test_the_timeline_marks_one_step_as_the_present(client, state, step):
    assert current_step(shown(client, state)).startswith(step)


def test_a_final_election_has_every_step_behind_it(client):
    markup = shown(client, "final")
    assert markup.count('class="timeline-done"') == 7
    assert 'class="timeline-now"' not in markup


@pytest.mark.parametrize("state", ["frozen", "open", "closed", "checking"])
def test_before_the_count_there_is_no_result(client, state):
    markup = shown(client, state)
    assert 'id="result"' not in markup
    assert "bars-bar" not in markup


def test_before_the_opening_there_is_no_turnout(client):
    markup = shown(client, "frozen")
    assert "24 voters on the roll" in words(markup)
    assert "turnout-bar" not in markup


def test_few_voters_are_not_a_number(client):
    election = place("harbour", "open")
    CastBallot.objects.filter(election=election).exclude(
        pk=CastBallot.objects.filter(supersedes="").first().pk
    ).delete()
    for address in ("/", "/elections/harbour/"):
        text = words(page(client, address))
        assert "Fewer than 2 of 24 voters have voted" in text
        assert "1 ballot is on the board" not in text
    assert "turnout-bar" not in page(client, "/")


def test_turnout_counts_voters_and_not_replaced_ballots(client):
    text = words(shown(client, "open"))
    assert "19 of 24 voters have voted (79.2 %)" in text
    assert "21 ballots are on the board (2 of them replaced by later ones of the same voters)" in text


def test_the_check_period_and_the_counted_set_are_announced(client):
    text = words(shown(client, "checking"))
    assert "19 ballots count" in text
    assert "End of the check period: 25 November 2026, 08:00 UTC" in text


# Results


def test_a_result_states_the_outcome_in_a_sentence(client):
    text = words(shown(client, "final"))
    assert "Rosa Delgado is chosen, with 8 of 17 votes (47.1 %)." in text
    assert "2 blank votes. They are not part of the percentages." in text


def test_a_tie_is_named_and_not_broken(client):
    text = words(shown(client, "final"))
    assert "Grete Holm is chosen" in text
    assert "Priya Raman, Jonas Weber have 8 each. One place is left for them." in text


def test_a_chart_has_its_table_with_the_same_numbers(client):
    markup = shown(client, "final")
    first = markup[markup.index('id="outcome-1"') : markup.index('id="outcome-2"')]
    assert re.findall(r'class="bars-bar"\s+width="([^"]*)"', first) == ["47.06%", "41.18%", "5.88%", "5.88%"]
    rows = [words(row) for row in re.findall(r"<tr>(.*?)</tr>", first, re.DOTALL)]
    assert rows[1] == "Rosa Delgado 8 47.1 % Chosen"
    assert len(rows) == 5


def test_a_budget_is_spent_before_everybodys_eyes(client):
    text = words(shown(client, "final", "projects"))
    assert "4 of 5 are funded, for 76,000 of a budget of 80,000." in text
    assert "New roof for the boathouse 61,000 0 0.0 % Not funded" in text
    assert "Mornings is chosen, with 60 of 100 possible points (60.0 %)." in text
    assert "Music is chosen, with 60 of 80 points (75.0 %)." in text


def test_weights_are_pointed_out(client):
    text = words(shown(client, "final", "projects"))
    assert "together they weigh 20" in text


def test_numbers_are_grouped_as_the_reader_does(client, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    place("harbour", "final", "projects")
    markup = client.get(ADDRESS, headers={"accept-language": "de"}).content.decode()
    assert "80.000" in markup
    assert 'width="60.0%"' in markup


# Trustees


def trustees(client):
    markup = page(client, ADDRESS)
    part = markup[markup.index('id="trustees"') : markup.index('id="verify"')]
    return [words(line) for line in re.findall(r"<li>(.*?)</li>", part, re.DOTALL)]


def ask(row, trustee, phase, state):
    tally, _ = Tally.objects.get_or_create(log=row.log, fingerprint=row.fingerprint)
    StationRequest.objects.create(
        tally=tally, trustee=trustee, phase=phase, state=state, number=uuid.uuid4(), verdict="<b>secret</b>"
    )


def test_trustees_are_shown_as_they_answer(client):
    row = place("harbour", "checking")
    ask(row, 1, "acknowledge", "answered")
    ask(row, 1, "share", "answered")
    ask(row, 2, "acknowledge", "answered")
    ask(row, 3, "acknowledge", "waiting")
    assert trustees(client) == [
        "1. Amina Okafor Has answered",
        "2. Björn Lind Has confirmed the closed board",
        "3. Clara Espinoza Asked; no answer yet",
    ]


def test_a_false_share_is_named_even_after_the_count(client):
    row = place("harbour", "final")
    ask(row, 3, "acknowledge", "answered")
    ask(row, 3, "share", "false")
    assert trustees(client)[2] == "3. Clara Espinoza Gave a false answer, which was rejected"
    assert "secret" not in page(client, ADDRESS)


def test_a_refusal_to_confirm_is_not_hidden_by_a_later_request(client):
    row = place("harbour", "checking")
    ask(row, 2, "share", "waiting")
    ask(row, 2, "acknowledge", "refused")
    assert trustees(client)[1] == "2. Björn Lind Refused to answer"


def test_after_the_count_the_board_says_whose_shares_were_used(client):
    place("harbour", "final")
    assert trustees(client) == [
        "1. Amina Okafor Share is on the board",
        "2. Björn Lind Share is on the board",
        "3. Clara Espinoza Was not needed",
    ]


def test_a_count_that_stopped_says_so_without_its_insides(client):
    row = place("harbour", "checking")
    Tally.objects.create(
        log=row.log, fingerprint=row.fingerprint, state=TallyState.FAILED, verdict="Traceback"
    )
    text = words(page(client, ADDRESS))
    assert "The count has stopped" in text
    assert "Traceback" not in text
