# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of signed heads: all that were published, none that waits, each one as it was signed."""

import pytest
from django.test import Client

from bulletin_board import cosigned, storage
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.keys import VerifierKey
from bulletin_board.models import Cosignature, SignedHead
from tests.integration.pages_data import place
from tests.integration.pages_elections import CLOSES
from tests.integration.pages_fixtures import page, server, words  # noqa: F401  # a fixture
from voting.presenters import paging
from voting.services import heads
from voting.services.board import sign_head

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server")]

HEADS = "/elections/harbour/heads/"
PRESS = Cosigner("press.example", b"p" * 32)


def grown(election, times=1):
    """Sign the board again after one entry more, `times` times."""
    for number in range(times):
        with storage.sequencing(election.log) as sequencer:
            sequencer.append("challenged", b"%d" % number, now=CLOSES)
        sign_head(election)
    return election


def cosign(election, size, time=1_800_000_000):
    head = SignedHead.objects.get(log=election.log, size=size)
    checkpoint = Checkpoint.from_text(bytes(head.note).decode().partition("\n\n")[0] + "\n")
    line = PRESS.cosign(checkpoint, time=time).to_text().encode()
    Cosignature.objects.create(log=election.log, size=size, witness=PRESS.verifier_key.to_text(), line=line)


def demand_a_witness(election):
    key = VerifierKey.from_text(SignedHead.objects.filter(log=election.log).first().verifier_key)
    cosigned.demand(election.log, key, (PRESS.verifier_key,), 1)


def test_every_head_stands_on_the_page_with_its_root(client):
    election = grown(place("harbour", "open"))
    text = words(page(client, HEADS))
    assert "2 heads." in text
    sizes = SignedHead.objects.filter(log=election.log).values_list("size", flat=True)
    assert all(f"{size} entries" in text for size in sizes)
    for head in heads.heads(election.log, 0, 1):
        assert head.root in text.replace(" ", "")


def test_the_newest_head_stands_first_and_pages_keep_theirs(client, monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 2)
    grown(place("harbour", "open"), 4)
    assert "Heads 5 to 5" in words(page(client, HEADS))
    assert "Heads 1 to 2" in words(page(client, f"{HEADS}?page=1"))
    assert "Page 2 of 3" in words(page(client, f"{HEADS}?page=2"))


@pytest.mark.parametrize("number", ["0", "9", "x", "-1", "1e3"])
def test_a_page_that_is_not_there_is_not_found(client, number):
    place("harbour", "open")
    assert client.get(HEADS, {"page": number}).status_code == 404


def test_a_head_is_given_out_as_it_was_signed(client):
    election = place("harbour", "final")
    row = SignedHead.objects.get(log=election.log)
    answer = client.get(f"{HEADS}{row.size}")
    assert answer.content == bytes(row.note)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("size", ["0", "1", "9999999999999999999999", "x"])
def test_a_head_that_was_never_signed_is_not_found(client, size):
    place("harbour", "open")
    assert client.get(f"{HEADS}{size}").status_code == 404


def test_a_witness_is_named_with_its_time(client):
    election = place("harbour", "final")
    size = SignedHead.objects.get(log=election.log).size
    demand_a_witness(election)
    cosign(election, size)
    text = words(page(client, HEADS))
    assert "Seen by the witness press.example" in text
    assert "15 January 2027, 08:00 UTC" in text
    assert client.get(f"{HEADS}{size}").content.decode().count("\n— ") == 2


def test_no_list_tells_to_the_second_when_a_ballot_came(client):
    election = place("harbour", "open")
    size = SignedHead.objects.get(log=election.log).size
    demand_a_witness(election)
    cosign(election, size, time=1_800_000_123)
    grown(election)
    cosign(election, size + 1, time=1_800_000_456)
    assert client.get(f"{HEADS}{size}").content.decode().count("\n— ") == 1
    assert client.get(f"{HEADS}{size + 1}").content.decode().count("\n— ") == 2
    newest, older = client.get("/api/elections/harbour/heads").json()["heads"][:2]
    assert [head["witnesses"][0]["time"] for head in (newest, older)] == [
        "2027-01-15T08:05:00Z",
        "2027-01-15T08:00:00Z",
    ]
    assert "press.example" not in older["note"]


@pytest.mark.parametrize("time", [1_800_000_000_000, 2**63 - 1])  # the first is in milliseconds
@pytest.mark.parametrize("address", [HEADS, "/api/elections/harbour/heads", "/elections/harbour/feed.atom"])
def test_a_time_that_is_none_breaks_no_page(client, time, address):
    election = place("harbour", "final")
    demand_a_witness(election)
    cosign(election, SignedHead.objects.get(log=election.log).size, time=time)
    assert page(client, address)


def test_a_head_that_waits_for_its_witnesses_is_not_shown(client):
    election = place("harbour", "open")
    size = SignedHead.objects.get(log=election.log).size
    demand_a_witness(election)
    cosign(election, size)
    grown(election)
    assert "1 head." in words(page(client, HEADS))
    assert client.get(f"{HEADS}{size + 1}").status_code == 404


def test_without_any_published_head_there_is_no_list(client):
    election = place("harbour", "open")
    demand_a_witness(election)
    assert client.get(HEADS).status_code == 404


def test_the_board_leads_to_its_heads_and_feeds(client):
    place("harbour", "open")
    markup = page(client, "/elections/harbour/board/")
    assert f'href="{HEADS}"' in markup
    assert 'type="application/atom+xml"' in markup


def test_only_reading_is_answered(client):
    place("harbour", "open")
    strict = Client(enforce_csrf_checks=False)
    assert strict.post(HEADS).status_code == 405
