# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checking a ballot against the published board: a server with the log's key keeps another for one voter."""

import hashlib
import json
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bulletin_board.log import tiles
from bulletin_board.log.envelope import Envelope
from bulletin_board.signing import load_signer
from tally.crypto import ed25519
from tally.record.challenged import Challenged
from tally.registrar.codes import parse_voting_code
from tally.registrar.derivation import derive_credential
from tests.browser.polling_place import fresh_code
from tests.browser.voters import Voter, to_review
from tests.histories import History
from tests.simulator import ELECTION_ID

pytestmark = pytest.mark.servers

SLUG = "choose-one"
ON_BOARD = "Your ballot is on the public board"
FINAL = "Your ballot is on the public board, and it counts"
FORKED = "This is not the board that everybody is shown"


class Ballot:
    """A ballot that was just cast, the last entry of the true board, and the voter who checks it."""

    def __init__(self, at, polls: Path) -> None:
        self.one: Voter = to_review(at(SLUG)).cast().has_voted()
        self.code = self.one.check_code
        self.receipt = self.one.saved("Save the receipt")
        self.envelopes = envelopes(self.one)
        self.seq = len(self.envelopes) - 1
        name = text(self.one, "log.vkey").partition("+")[0]
        self._signer = load_signer(polls / "log.key", name)

    def board(self, *entries: bytes) -> History:
        """A board that the log has signed."""
        return History(signer=self._signer).take(*entries)

    def check(self, *, state: str = "") -> Page:
        if state:
            self.answer(state=state)
        self.one.page.goto("about:blank")
        self.one.page.goto(f"{self.one.base}/elections/{SLUG}/check/#{self.code}")
        return self.one.page

    def check_receipt(self) -> Page:
        page = self.one.page
        page.goto(f"{self.one.base}/elections/{SLUG}/check/")
        data = json.dumps(self.receipt).encode()
        file = {"name": "veritally-receipt.json", "mimeType": "application/json", "buffer": data}
        page.get_by_label("Or the receipt that you saved").set_input_files(file)
        page.get_by_role("button", name="Check", exact=True).click()
        return page

    def answer(self, **changes: object) -> None:
        """Let the server change what it answers about the ballot."""

        def change(route):
            response = route.fetch()
            value = response.json()
            for ballot in value["ballots"]:
                ballot.update(changes)
            route.fulfill(response=response, json=value)

        self.one.page.route("**/ballots/find", change)

    def publish(self, board: History, *, without: str = "nothing") -> None:
        """Let the server publish a board of ours for everybody."""
        files = {path: data for path, data in board.files().items() if not path.startswith(without)}

        def file(route):
            path = route.request.url.partition(f"/board/{SLUG}/")[2]
            if path in files:
                route.fulfill(body=files[path])
            else:
                route.fulfill(status=404, body="Not found\n")

        self.one.page.route(f"**/board/{SLUG}/checkpoint", file)
        self.one.page.route(f"**/board/{SLUG}/tile/**", file)


def text(one: Voter, path: str) -> str:
    return one.page.request.get(f"{one.base}/board/{SLUG}/{path}").text()


def envelopes(one: Voter) -> list[bytes]:
    """All entries of the true board."""
    size = int(text(one, "checkpoint").split("\n")[1])
    [bundle] = tiles.bundles_of(size)
    data = one.page.request.get(f"{one.base}/board/{SLUG}/{bundle.to_path()}").body()
    return list(tiles.parse_bundle(data, size))


def other(envelope: bytes, **changes: object) -> bytes:
    """An entry in the place of another one."""
    values = {name: getattr(Envelope.from_bytes(envelope), name) for name in Envelope.__dataclass_fields__}
    return Envelope(**(values | {"payload_sha256": "ab" * 32} | changes)).to_bytes()


@pytest.fixture
def ballot(at, polls):
    return Ballot(at, polls)


def notice(page: Page) -> str:
    expect(page.locator(".notice-title").first).to_be_visible()
    return page.locator(".notice-title").first.inner_text()


def test_another_voters_test_of_ones_ballot_is_not_laid_to_ones_device(at, ballot):
    one = to_review(at(SLUG))
    expect(one.page.locator("#test")).to_be_visible()
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    with one.page.expect_download() as download:
        one.page.get_by_role("button", name="Save the file").click()
    opening = download.value.path().read_bytes()
    tracker = urlsafe_b64decode(opening.strip() + b"==")[33:65].hex()
    seed = derive_credential(parse_voting_code(fresh_code()), ELECTION_ID).seed
    accomplice = Challenged(
        election=ballot.receipt["election"], credential=ed25519.public_key(seed), tracker=tracker
    )
    payload = accomplice.sign(seed).to_bytes()
    digest = hashlib.sha256(payload).hexdigest()
    entry = other(ballot.envelopes[-1], type="challenged", payload_sha256=digest, payload_len=len(payload))
    board = ballot.board(*ballot.envelopes[:-1], entry)
    answer = {
        "type": "challenged",
        "tracker": tracker,
        "payload_sha256": digest,
        "entry": entry.decode(),
        "receipt": board.receipt(ballot.seq),
        "later": [],
        "state": "open",
        "counts": False,
        "revoked": "",
    }
    one.page.route("**/ballots/find", lambda route: route.fulfill(json={"ballots": [answer], "waiting": []}))
    one.page.route(f"**/blob/{digest}", lambda route: route.fulfill(body=payload))
    one.page.goto(f"{one.base}/elections/{SLUG}/tested/")
    file = {"name": "veritally-test.txt", "mimeType": "text/plain", "buffer": opening}
    one.page.locator("#opening").set_input_files(file)
    one.page.get_by_role("button", name="Open").click()
    assert notice(one.page) == "The server's answer does not hold"
    assert "NotProven" in one.page.inner_text("main")
    expect(one.page.get_by_text("Do not vote on it")).to_have_count(0)


def later(ballot: Ballot, number: int) -> list[bytes]:
    return [other(ballot.envelopes[-1], seq=ballot.seq + 1 + place) for place in range(number)]


def test_the_board_is_shown_for_two_people_to_compare(ballot):
    board = ballot.board(*ballot.envelopes)
    page = ballot.check()
    assert notice(page) == ON_BOARD
    assert "".join(page.locator("#root span").all_inner_texts()) == board.head().root.hex()
    shown = page.get_by_role("region", name="Is it the board that everybody sees?").inner_text()
    assert f"has {board.size} entries" in shown
    assert "no witness has to sign the board" in shown
    with page.expect_navigation():
        page.get_by_role("link", name="See the checksums for all earlier numbers of entries").click()
    assert f"{board.size} entries" in page.inner_text("main")


@pytest.mark.parametrize("number", [1, 300])
def test_a_published_board_that_has_grown_meanwhile_holds_the_ballot(ballot, number):
    ballot.publish(ballot.board(*ballot.envelopes, *later(ballot, number)))
    assert notice(ballot.check()) == ON_BOARD
    assert f"has {ballot.seq + 1 + number} entries" in ballot.one.page.inner_text("main")


@pytest.mark.parametrize("grown", [0, 1, 300])
@pytest.mark.parametrize("saved", [False, True])
def test_a_board_that_is_kept_for_one_ballot_is_found_out(ballot, grown, saved):
    published = ballot.board(*ballot.envelopes[:-1], other(ballot.envelopes[-1]), *later(ballot, grown))
    ballot.publish(published)
    page = ballot.check_receipt() if saved else ballot.check()
    assert notice(page) == FORKED
    expect(page.locator("#yes")).to_have_count(0)
    evidence = ballot.one.saved("Save the proof")
    assert evidence["why"] == "BoardForked"
    assert evidence["published"] == published.note().decode()
    assert "tlog-proof" in evidence["answer"]["receipt"]


def test_a_saved_receipt_finds_out_a_board_whose_past_was_changed_around_the_ballot(ballot):
    changed = [*ballot.envelopes]
    changed[3] = other(changed[3])
    board = ballot.board(*changed)
    ballot.publish(board)
    ballot.answer(receipt=board.receipt(ballot.seq))
    assert notice(ballot.check()) == ON_BOARD  # by itself it is one board
    assert notice(ballot.check_receipt()) == FORKED
    kept = json.loads(ballot.one.saved("Save the proof")["sent"])
    assert kept["receipt"] == ballot.receipt["receipt"]


def test_a_published_head_that_the_log_has_not_signed_proves_nothing(ballot):
    board = ballot.board(*ballot.envelopes)
    root = board.note().decode().split("\n")[2]
    changed = board.note().decode().replace(root, "A" * 43 + "=")
    ballot.one.page.route(f"**/board/{SLUG}/checkpoint", lambda route: route.fulfill(body=changed))
    assert notice(ballot.check()) == "The server's answer does not hold"


@pytest.mark.parametrize("saved", [False, True])
def test_a_published_board_that_is_behind_confirms_nothing_and_accuses_nobody(ballot, saved):
    ballot.publish(ballot.board(*ballot.envelopes[:-1]))
    page = ballot.check_receipt() if saved else ballot.check()
    assert notice(page) == "The published board does not have this ballot yet"
    expect(page.locator(".notice-bad, .notice-good, #yes")).to_have_count(0)
    assert ballot.one.saved("Save the file")["why"] == "NotPublished"
    page.get_by_role("button", name="Check again").click()
    expect(page.locator("h1")).to_have_text("Check my ballot")


@pytest.mark.parametrize("missing", ["checkpoint", "tile/0"])
def test_a_server_that_withholds_the_published_board_is_not_taken_at_its_word(ballot, missing):
    ballot.publish(ballot.board(*ballot.envelopes, *later(ballot, 3)), without=missing)
    page = ballot.check()
    expect(page.get_by_role("alert")).to_contain_text("The server could not be asked")
    expect(page.locator(".notice-good")).to_have_count(0)


@pytest.mark.parametrize("state", ["closed", "checking", "final"])
def test_that_voting_is_over_is_not_believed_without_the_closing_entry(ballot, state):
    page = ballot.check(state=state)
    assert notice(page) == ON_BOARD
    assert "is not there yet: check again later" in page.locator(".notice").first.inner_text()
    expect(page.get_by_text("This will not change any more")).to_have_count(0)
    page.locator("#yes").click()
    assert notice(page) == ON_BOARD


@pytest.mark.parametrize("between", [0, 2])
def test_a_ballot_before_the_closing_entry_is_final(ballot, between):
    entries = [*ballot.envelopes, *later(ballot, between)]
    last = other(entries[-1], seq=len(entries), type="close")
    ballot.publish(ballot.board(*entries, last, other(last, seq=len(entries) + 1, type="share")))
    page = ballot.check(state="checking")
    assert notice(page) == FINAL
    assert "This will not change any more" in page.locator(".notice").first.inner_text()
    assert "The board's closing entry" in page.inner_text(".checks")


def test_a_ballot_after_the_closing_entry_is_not_final(ballot):
    closing = other(ballot.envelopes[-2], type="close")
    board = ballot.board(*ballot.envelopes[:-2], closing, ballot.envelopes[-1])
    ballot.publish(board)
    ballot.answer(receipt=board.receipt(ballot.seq), state="final")
    page = ballot.check()
    assert notice(page) == "The server's answer does not hold"
    assert "AfterClosing" in page.inner_text("main")
