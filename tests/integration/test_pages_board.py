# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board for people: paging, entries, receipts, finding a ballot by its code, the archive."""

import hashlib
import html
import io
import re
import zipfile
from threading import Semaphore, Thread

import pytest
from django.test import Client

from bulletin_board import storage
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.policy import Policy, any_of, open_under
from bulletin_board.log.proof import InclusionProof, check_proof
from bulletin_board.models import Entry
from tally.record.tracker import format_check_code
from tally.registrar.codes import format_voting_code
from tests.integration.pages_data import place
from tests.integration.pages_elections import CLOSES
from tests.integration.pages_fixtures import page, server, words  # noqa: F401  # a fixture
from voting.models import CastBallot, Challenged, Election
from voting.pages import archive, records
from voting.presenters import paging
from voting.services.board import election_log

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server")]

BOARD = "/elections/harbour/board/"
FIND = BOARD + "find/"


def numbers(markup):
    return [int(found) for found in re.findall(rf'class="entry-number"\s+href="{BOARD}(\d+)/"', markup)]


def code_of(row):
    return format_check_code(row.tracker)


def find(client, code):
    response = client.post(FIND, {"code": code})
    assert response.status_code == 200
    return response.content.decode()


# One entry


def test_an_entry_stands_with_its_proof(client):
    election = place("harbour", "final")
    markup = html.unescape(page(client, f"{BOARD}6/"))
    receipt = client.get(f"{BOARD}6/receipt").content.decode()
    assert f"<code>{receipt}</code>" in markup
    assert receipt.startswith("c2sp.org/tlog-proof@v1\nindex 6\n")
    assert election.log.origin in receipt


# Paging


def test_the_newest_entries_stand_first(client):
    place("harbour", "final")
    assert numbers(page(client, BOARD)) == list(range(30, -1, -1))


def test_pages_keep_their_entries_as_the_board_grows(client, monkeypatch):
    monkeypatch.setattr(paging, "PAGE", 10)
    place("harbour", "final")
    assert numbers(page(client, BOARD)) == [30]
    assert numbers(page(client, f"{BOARD}?page=1")) == list(range(9, -1, -1))
    second = page(client, f"{BOARD}?page=2")
    assert 'href="?page=3"' in second
    assert 'href="?page=1"' in second
    assert "Page 2 of 4" in words(second)


def test_a_page_that_is_not_there_is_a_404(client):
    place("harbour", "final")
    asked = ("0", "2", "-1", "1.0", "01", "x", "９", "9" * 30, " 1", "1e3", "1%00")
    assert {client.get(f"{BOARD}?page={number}").status_code for number in asked} == {404}


def test_an_entry_that_no_signed_head_covers_is_not_shown(client):
    row = place("harbour", "open")
    size = Entry.objects.count()
    with storage.sequencing(row.log) as sequencer:
        sequencer.append("ballot", b"{}", now=CLOSES)
    assert numbers(page(client, BOARD))[0] == size - 1
    for rest in ("", "receipt"):
        assert client.get(f"{BOARD}{size}/{rest}").status_code == 404


# Entries


def test_an_entry_shows_its_envelope_and_links_to_the_raw_bytes(client):
    place("harbour", "final")
    markup = page(client, f"{BOARD}4/")
    entry = Entry.objects.get(seq=4)
    assert bytes(entry.chain_hash).hex() in markup
    links = re.findall(r'href="(/board/harbour/[^"]*)"', markup)
    assert links == [f"/board/harbour/blob/{entry.payload_id}", "/board/harbour/tile/entries/000.p/31"]
    blob, tile = (client.get(link) for link in links)
    assert hashlib.sha256(blob.content).hexdigest() == entry.payload_id
    assert bytes(entry.envelope) in tile.content


def test_every_type_of_entry_can_be_looked_at(client):
    place("harbour", "final")
    assert all("<h1>" in page(client, f"{BOARD}{seq}/") for seq in range(31))


@pytest.mark.parametrize("rest", ["", "receipt"])
def test_an_entry_that_is_not_there_is_a_404(client, rest):
    place("harbour", "final")
    asked = ("31", "9" * 30, "9" * 5000, "-1", "x")
    assert {client.get(f"{BOARD}{seq}/{rest}").status_code for seq in asked} == {404}


def test_a_payload_too_large_to_show_is_only_linked(client, monkeypatch):
    monkeypatch.setattr("voting.presenters.payloads.LARGEST", 100)
    place("harbour", "final")
    markup = page(client, f"{BOARD}4/")
    assert "too large to be shown" in words(markup)
    assert "<pre" not in markup.partition("<h2>Payload</h2>")[2]


def test_a_receipt_proves_the_entry_without_this_server(client):
    row = place("harbour", "final")
    response = client.get(f"{BOARD}17/receipt")
    assert response["Content-Disposition"] == 'attachment; filename="harbour-17.tlog-proof"'
    key = VerifierKey.from_text(client.get("/board/harbour/log.vkey").content.decode().strip())
    envelope = bytes(Entry.objects.get(log=row.log, seq=17).envelope)
    assert check_proof(InclusionProof.from_bytes(response.content), envelope, key).size == 31


# Finding a ballot


def test_a_ballot_is_found_by_its_code_however_it_is_typed(client):
    row = place("harbour", "open")
    ballot = CastBallot.objects.filter(election=row).order_by("-seq").first()
    typed = code_of(ballot).lower().replace("-", " ").replace("0", "o")
    text = words(find(client, typed))
    assert "A ballot with this check code is on the board" in text
    assert f"It is entry {ballot.seq}." in text
    assert "Will count" in text


def test_after_closing_a_found_ballot_counts(client):
    row = place("harbour", "final")
    ballot = CastBallot.objects.filter(election=row).order_by("-seq").first()
    assert "Counts" in words(find(client, code_of(ballot)))


def test_a_replaced_ballot_names_the_later_one(client):
    row = place("harbour", "final")
    later = CastBallot.objects.filter(election=row).exclude(supersedes="").first()
    earlier = CastBallot.objects.get(election=row, tracker=later.supersedes)
    text = words(find(client, code_of(earlier)))
    assert "Replaced by a later ballot" in text
    assert f"The later ballot is entry {later.seq}" in text


def test_a_tested_ballot_is_found_and_is_not_counted(client):
    row = place("harbour", "final")
    assert "Tested, not counted" in words(find(client, code_of(Challenged.objects.get(election=row))))


def test_a_code_of_another_election_is_not_found(client):
    place("harbour", "open")
    other = place("elsewhere", "open", title="Elsewhere")
    ballot = CastBallot.objects.filter(election=other).first()
    assert "No ballot with this check code is on this board" in words(find(client, code_of(ballot)))


def test_a_credential_is_no_way_to_ask_who_voted(client):
    row = place("harbour", "open")
    ballot = CastBallot.objects.filter(election=row).first()
    assert "not a complete check code" in words(find(client, ballot.credential))
    assert "No ballot" in words(find(client, format_check_code(ballot.credential)))


@pytest.mark.parametrize(
    "code", ["", "abc", "0" * 24 + "1", "<script>alert(1)</script>", "é" * 25, "0" * 10_000, "\0" * 25]
)
def test_what_is_no_code_is_explained_and_not_looked_up(client, code):
    place("harbour", "open")
    markup = find(client, code)
    assert "This is not a complete check code" in words(markup)
    assert "<script>alert" not in markup
    assert 'aria-invalid="true"' in markup


def test_the_code_comes_in_the_body_and_never_in_an_address(client):
    row = place("harbour", "open")
    code = code_of(CastBallot.objects.filter(election=row).first())
    response = client.get(FIND, {"code": code})
    assert response["Location"] == BOARD
    markup = find(client, code)
    assert not [link for link in re.findall(r'(?:href|action|src)="([^"]*)"', markup) if code in link]
    assert 'method="post"' in page(client, BOARD)


def test_an_answer_is_kept_by_no_cache(client):
    row = place("harbour", "open")
    response = client.post(FIND, {"code": code_of(CastBallot.objects.filter(election=row).first())})
    assert "no-store" in response["Cache-Control"]


def test_a_search_from_another_site_is_refused():
    place("harbour", "open")
    assert Client(enforce_csrf_checks=True).post(FIND, {"code": "x"}).status_code == 403


# The policy


def test_the_policy_of_the_manifest_is_a_file_beside_the_board(client):
    row = place("harbour", "open")
    keys = records.fixed(row).manifest.board
    answer = client.get(f"{BOARD}policy.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert 'filename="harbour.policy.txt"' in answer["Content-Disposition"]
    assert answer.content == any_of(keys.log, keys.witnesses, keys.quorum).to_bytes()
    found = open_under(client.get("/board/harbour/checkpoint").content, Policy.from_bytes(answer.content))
    assert found.checkpoint.origin == keys.log.name
    for place_of_link in (BOARD, "/elections/harbour/"):
        assert f'href="{BOARD}policy.txt"' in page(client, place_of_link)


def test_a_draft_has_no_policy_to_download(client):
    place("harbour", "open")
    Election.objects.update(state="draft")
    assert client.get(f"{BOARD}policy.txt").status_code == 404


# The archive


def test_the_archive_of_a_final_election_is_the_whole_board(client):
    place("harbour", "final")
    for _again in range(2):
        response = client.get(f"{BOARD}archive.zip")
        data = b"".join(response.streaming_content)
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        assert {"checkpoint", "log.vkey", "tile/entries/000.p/31"} <= set(names)


def test_whoever_asks_while_the_archive_is_made_gets_the_one_that_is_made(monkeypatch):
    log = election_log(place("harbour", "final"))
    made, found, others, come = [], [], [], Semaphore(0)

    def size_of(_log):
        come.release()
        return 31

    def ask():
        found.append(archive.archive_file(log).read_bytes())

    def make(_log, file):
        made.append(file)
        if not others:  # the first; the others come while it works
            others.extend(Thread(target=ask) for _ in range(4))
            for other in others:
                other.start()
            for _ in range(5):
                come.acquire()
        file.write_bytes(b"the archive")

    monkeypatch.setattr(archive.records, "size_of", size_of)
    monkeypatch.setattr(archive.publisher, "archive", make)
    ask()
    for other in others:
        other.join()
    assert len(made) == 1
    assert found == [b"the archive"] * 5


@pytest.mark.parametrize("state", ["frozen", "open", "closed", "checking", "tallied"])
def test_there_is_no_archive_while_the_board_can_grow(client, state):
    place("harbour", state)
    assert client.get(f"{BOARD}archive.zip").status_code == 404
    assert "archive.zip" not in page(client, BOARD)


def test_a_voting_code_that_was_typed_here_is_called_a_secret_and_not_shown_again(client):
    place("harbour", "open")
    code = format_voting_code(bytes(range(15)))
    markup = find(client, code.lower())
    assert "the code that you vote with" in words(markup)
    assert code.casefold() not in markup.casefold()


def test_whoever_reads_of_an_election_is_led_to_the_verifier_in_the_browser(client):
    place("harbour", "final")
    chosen = 'href="/verify/?election=harbour"'
    assert chosen in page(client, "/elections/harbour/")
    assert chosen in page(client, BOARD)
    assert 'href="/verify/"' in page(client, "/how-to-verify/")
    assert re.search(r'value="/board/harbour"\s+checked', page(client, "/verify/?election=harbour"))
