# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions about elections that are over cost an open one nothing: its records and tables stay."""

import pytest

from tests.integration.voting_world import open_world
from voting.models import Election
from voting.services import opened
from voting.services.shelf import Shelf

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def shelf(monkeypatch):
    """A new one, with room for a single election that is over."""
    monkeypatch.setattr(opened, "_shelf", Shelf(1))


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    return open_world(settings, tmp_path, monkeypatch)


@pytest.fixture
def no_reading(monkeypatch):
    def refuse(*_):
        raise AssertionError("the records were read as a whole")

    def arrange():
        monkeypatch.setattr(opened, "_shelf", Shelf(1))  # nothing is kept
        monkeypatch.setattr(opened.OpenedElection, "from_payloads", refuse)

    return arrange


def finish(world) -> None:
    Election.objects.filter(pk=world.election.pk).update(state="final")
    world.election.refresh_from_db()


def paths(world) -> list[str]:
    page = f"/elections/{world.election.slug}"
    return [f"{page}/check/", f"{page}/tested/", f"{page}/credentials/{'5c' * 32}"]


def test_the_public_pages_of_a_finished_election_read_no_roll(client, world, no_reading):
    finish(world)
    no_reading()
    for path in paths(world):
        assert client.get(path).status_code == 200, path


def test_a_finished_election_still_knows_who_was_on_its_roll(client, world, no_reading):
    key, weight = next(iter(opened.opened_election(world.election).weights.items()))
    page = f"/elections/{world.election.slug}/credentials/"
    before = client.get(f"{page}{key.hex()}").json()
    finish(world)
    no_reading()
    after = client.get(f"{page}{key.hex()}").json()
    assert after == before | {"state": "final"}
    assert (after["on_roll"], after["weight"]) == (True, weight)
    assert client.get(f"{page}{'5c' * 32}").json()["on_roll"] is False


def test_the_tables_made_before_the_opening_serve_after_it(world):
    frozen = Election.objects.get(pk=world.election.pk)
    frozen.state, frozen.booth = "frozen", ""
    assert opened.opened_election(frozen) is opened.opened_election(world.election)


def test_a_page_names_the_payloads_of_the_board(client, world):
    found = opened.opened_election(world.election)
    page = client.get(f"/elections/{world.election.slug}/vote/").content.decode()
    for record in (found.manifest, found.key_record, found.opening):
        assert opened.digest_of(record.to_bytes()) in page
