# SPDX-License-Identifier: AGPL-3.0-or-later
"""Voting with keys that voters made themselves, and with one that came onto the roll while voting was open.

Everything is done in browsers: voters register and confirm, an official decides and uploads what registrar
and trustees sign elsewhere, and voters vote.
"""

import hashlib
import json
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tally.record.roll_change import RollChange
from tally.registrar.codes import format_voting_code, parse_voting_code
from tally.registrar.derivation import derive_credential
from tally.registrar.registration import roll_of_registrations
from tests.browser.registering import confirm, make_a_code, save_a_backup, show_the_code
from tests.browser.registration_office import SLUG, running
from tests.browser.voters import Voter
from tests.integration import office_world as office

pytestmark = pytest.mark.servers

PASSPHRASE = "a long walk by the sea"
ADDED = hashlib.sha256(b"a code from the registrar").digest()[:15]
REASON = "A voter lost the code that their browser had made; the registrar made this one."


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with running(tmp_path_factory.mktemp("registered")) as found:
        yield found


def file(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "application/json", "buffer": data}


@dataclass
class Desk:
    """An official, who has logged in."""

    page: Page
    root: str

    @classmethod
    def of(cls, browser, base: str) -> "Desk":
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(f"{base}/office/")
        page.get_by_label("Name").fill("olga")
        page.get_by_label("Password").fill(office.PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("My elections")
        return cls(page, f"{base}/office/elections/{SLUG}/")

    def at(self, path: str) -> Page:
        self.page.goto(self.root + path)
        return self.page

    def downloaded(self, path: str, link: str) -> bytes:
        page = self.at(path)
        with page.expect_download() as download:
            page.get_by_role("link", name=link).click()
        data: bytes = download.value.path().read_bytes()
        return data

    def upload(self, path: str, label: str, button: str, *files: dict[str, object]) -> Page:
        page = self.at(path)
        page.get_by_label(label).set_input_files(list(files))
        page.get_by_role("button", name=button).click()
        return page

    def press(self, path: str, button: str) -> Page:
        page = self.at(path)
        page.get_by_role("button", name=button).first.click()
        return page


@dataclass
class Town:
    """The election after its opening, and what the voters have kept."""

    desk: Desk
    election_id: str
    fingerprint: str
    codes: dict[str, str]
    backups: dict[str, bytes]


@pytest.fixture(scope="module")
def town(browser, place):
    """Ada, Ben, Cleo and Eve registered and confirmed; all but Eve were approved."""
    page = browser.new_context(viewport={"width": 360, "height": 780}).new_page()
    codes, backups = {}, {}
    for name in ("ada", "ben", "cleo", "eve"):
        codes[name] = make_a_code(page, place, f"{name}@example.org")
        backups[name] = save_a_backup(page, PASSPHRASE)
        page.get_by_role("button", name="I have kept it").click()
        show_the_code(page, codes[name])
        expect(page.locator("h1")).to_have_text("Look into your e-mail")
        confirm(page, place, f"{name}@example.org")
    page.context.close()
    desk = Desk.of(browser, place.base)
    for name in ("ada", "ben", "cleo"):
        row = desk.at("registrations/").get_by_role("row").filter(has_text=f"{name}@example.org")
        row.get_by_role("button", name="Approve").click()
    manifest = desk.downloaded("election-file/", "Download the election file")
    election_id = json.loads(manifest)["election_id"]
    keys = office.keys_of(manifest)
    desk.upload("key/", "Key (key-draft.json)", "Upload the key", file("key-draft.json", keys.draft))
    words = [file(f"word-{index}.json", word) for index, word in enumerate(keys.acknowledgements)]
    desk.upload("key/", "Acknowledgements", "Upload acknowledgements", *words)
    registrations = desk.downloaded("registrations/", "Download for the registrar")
    roll = roll_of_registrations(registrations, election_id, office.parties().registrar)
    desk.upload("roll/", "Roll", "Upload and check", file("roll.json", roll.to_bytes()))
    desk.at("freeze/").get_by_label("I have read it.").check()
    desk.page.get_by_role("button", name="Freeze the election").click()
    expect(desk.page.get_by_role("status").first).to_contain_text("Everything is fixed")
    page = desk.press("open/", "Open the polls")
    expect(page.get_by_role("status").first).to_contain_text("The polls are open.")
    page.goto(f"{place.base}/elections/{SLUG}/")
    command = page.locator("code", has_text="tally.verifier").first.text_content()
    return Town(
        desk=desk,
        election_id=election_id,
        fingerprint=re.search(r"[0-9a-f]{64}", command)[0],
        codes=codes,
        backups=backups,
    )


@pytest.fixture
def one(browser, place, town):
    context = browser.new_context(viewport={"width": 360, "height": 780}, reduced_motion="reduce")
    yield Voter(context, place.base, SLUG)
    context.close()


def is_on_the_board(one: Voter, code: str, *, as_what: str) -> None:
    """What the page for checking says in a tab of its own."""
    tab = one.context.new_page()
    tab.goto(f"{one.base}/elections/{SLUG}/check/#{code}")
    expect(tab.locator("main")).to_contain_text(as_what)
    tab.close()


def test_a_key_that_the_voters_browser_made_gets_a_ballot_onto_the_board(one, town):
    one.page.goto(one.address)
    expect(one.page.get_by_text("that you kept when you registered")).to_be_visible()
    one.enter(town.codes["ada"]).has_banner("not-voted").choose("Ada Brook").go_on()
    shown = one.check_code
    one.cast().has_voted()
    assert one.check_code == shown
    assert (one.kept, one.said) == ({}, [])
    assert not any(town.codes["ada"].replace("-", "").encode() in sent for sent in one.sent)
    is_on_the_board(one, shown, as_what="Your ballot is on the public board")


def test_the_backup_file_from_registering_votes_without_the_code(one, town):
    one.page.goto(one.address)
    one.page.get_by_text("I have a backup file instead").click()
    one.page.get_by_label("Backup file").set_input_files(file("backup.json", town.backups["ben"]))
    one.page.get_by_label("Passphrase").fill(PASSPHRASE)
    one.page.get_by_role("button", name="Open the backup").click()
    one.choose("Ben Field").go_on()
    shown = one.check_code
    one.cast().has_voted()
    assert one.said == []
    is_on_the_board(one, shown, as_what="Your ballot is on the public board")


def test_who_registered_and_was_not_approved_is_not_on_the_list(one, town):
    one.enter(town.codes["eve"])
    expect(one.page.get_by_role("alert")).to_contain_text("not on the list of voters")
    expect(one.page.locator("#option-0")).to_have_count(0)


def key_of(town: Town, octets: bytes) -> bytes:
    return derive_credential(octets, town.election_id).key


def test_a_replaced_key_is_refused_with_its_reason_and_the_new_one_votes(one, town):
    before = one.enter(town.codes["cleo"]).choose("Cleo Stone").go_on().check_code
    one.cast().has_voted()
    change = RollChange.of(
        election=town.fingerprint,
        number=1,
        revoke=[key_of(town, parse_voting_code(town.codes["cleo"]))],
        admit={key_of(town, ADDED): 1},
        reason=REASON,
    ).sign(office.parties().registrar)
    page = town.desk.upload(
        "roll-changes/",
        "Signed roll change, from the registrar",
        "Upload and check",
        file("change-1.json", change.to_bytes()),
    )
    page.get_by_role("button", name="Change the roll").click()
    expect(page.get_by_text("The roll is changed, and the change is on the board.")).to_be_visible()
    one.enter(town.codes["cleo"])
    expect(one.page.get_by_role("alert")).to_contain_text("The registrar has revoked this code")
    expect(one.page.get_by_role("alert")).to_contain_text(REASON)
    expect(one.page.locator("#option-0")).to_have_count(0)
    is_on_the_board(one, before, as_what=REASON)
    one.enter(format_voting_code(ADDED)).has_banner("not-voted").choose("Cleo Stone").go_on()
    shown = one.check_code
    one.cast().has_voted()
    assert one.said == []
    is_on_the_board(one, shown, as_what="Your ballot is on the public board")
    one.page.goto(f"{one.base}/elections/{SLUG}/board/")
    expect(one.page.get_by_text(REASON)).to_be_visible()
