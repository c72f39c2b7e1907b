# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checking a ballot, and opening a tested one, in a real browser; a server that lies is found out."""

import base64
import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.polling_place import fresh_code, opened
from tests.browser.voters import Voter, chromium, voter

pytestmark = pytest.mark.servers

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 768, 1280)
ROSA, IMANI = "Rosa Delgado", "Imani Barasa"
TARGETS = """() => [...document.querySelectorAll("main :is(button, input, summary, a.btn)")]
  .filter((each) => each.offsetParent && each.getBoundingClientRect().height < 47.5)
  .map((each) => each.outerHTML)"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("polling")) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def at(browser, base):
    voters: list[Voter] = []

    def bring(slug: str = "choose-one") -> Voter:
        voters.append(voter(browser, base, slug))
        return voters[-1]

    yield bring
    for one in voters:
        assert not [line for line in one.said if "Failed to load resource" not in line]
        one.context.close()


def vote(one: Voter, typed: str, choice: str = ROSA) -> str:
    """Cast a ballot; return its check code."""
    one.enter(typed).choose(choice).go_on().cast().has_voted()
    return one.check_code


def check(one: Voter, code: str) -> Page:
    one.page.goto("about:blank")
    one.page.goto(f"{one.base}/elections/{one.slug}/check/#{code}")
    return one.page


def notice(page: Page) -> str:
    expect(page.locator(".notice-title").first).to_be_visible()
    return page.locator(".notice-title").first.inner_text()


def check_state(page: Page) -> None:
    """Accessible, large enough to touch, and never scrolling sideways."""
    page.eval_on_selector_all("details", "all => all.forEach(details => { details.open = true })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]}).response
        assert [rule["id"] for rule in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(TARGETS) == []


def test_a_ballot_is_checked_down_to_its_proof_in_three_steps(at):
    one = at()
    code = vote(one, fresh_code())
    page = check(one, code)
    assert notice(page) == "Your ballot is on the public board"
    assert page.locator(".checks li").count() == 5
    assert "#" not in page.url
    check_state(page)
    page.locator("#yes").click()
    assert notice(page) == "All is well"
    assert page.evaluate("document.activeElement.tagName") == "H1"
    check_state(page)


def test_a_code_is_typed_as_people_type(at):
    one = at()
    code = vote(one, fresh_code())
    page = check(one, "")
    check_state(page)
    page.get_by_label("Your check code").fill(code.lower().replace("-", " ").replace("0", "o"))
    page.keyboard.press("Enter")
    assert notice(page) == "Your ballot is on the public board"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "25 characters"),
        ("0000-0000-0000-0000-0000-0000-1", "changed places"),
        ("!000-0000-0000-0000-0000-0000-0", "Character 1"),
        ("<script>alert(1)</script>", "Character 1"),
    ],
)
def test_a_mistyped_code_is_explained_beside_its_field(at, typed, words):
    page = check(at(), "")
    page.get_by_label("Your check code").fill(typed)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    check_state(page)
    page.get_by_role("alert").get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "code"


def test_a_code_that_the_board_does_not_have_is_said_so(at):
    page = check(at(), "0000-0000-0000-0000-0000-0000-0")
    assert notice(page) == "No ballot with this check code is on the public board"
    check_state(page)


def test_a_replaced_ballot_names_the_one_that_counts(at):
    one, typed = at(), fresh_code()
    first = vote(one, typed)
    second = vote(one, typed, IMANI)
    page = check(one, first)
    assert notice(page) == "This ballot was replaced by a later one"
    shown = "-".join(page.locator(".notice .check-code li").all_inner_texts())
    assert shown == second
    assert notice(check(one, second)) == "Your ballot is on the public board"


def test_somebody_who_says_no_gets_evidence_and_a_way_on(at):
    one = at()
    code = vote(one, fresh_code())
    page = check(one, code)
    page.locator("#no").click()
    check_state(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    found = json.loads(download.value.path().read_text())
    assert (found["checkCode"], found["why"]) == (code, "voter-says-no")
    assert ROSA not in json.dumps(found)


def lie(one: Voter, change) -> None:
    """Let the server's answers about ballots be changed on their way."""

    def answer(route):
        response = route.fetch()
        value = response.json()
        change(value)
        route.fulfill(response=response, json=value)

    one.context.route("**/elections/*/ballots/*", answer)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(receipt=value["receipt"].replace("index ", "index 1")),
        lambda value: value.update(entry=value["entry"].replace('"ballot"', '"challenged"')),
        lambda value: value.update(type="challenged"),
        lambda value: value.update(receipt=value["receipt"][:-20] + "A" * 16 + "==\n"),
    ],
)
def test_a_server_that_lies_about_a_ballot_is_found_out(at, change):
    one = at()
    code = vote(one, fresh_code())
    lie(one, change)
    page = check(one, code)
    assert notice(page) == "The server's answer does not hold"
    check_state(page)


def test_another_voters_ballot_does_not_pass_for_ones_own(at):
    one = at()
    mine, others = vote(one, fresh_code()), vote(one, fresh_code())
    truth = one.page.request.get(f"{one.base}/elections/{one.slug}/ballots/{tracker_of(one, others)}").json()
    lie(one, lambda value: value.update(truth))
    assert notice(check(one, mine)) == "The server's answer does not hold"


def tracker_of(one: Voter, code: str) -> str:
    module = "/credentials/codes.js"
    address = one.page.evaluate(
        "document.querySelector('script[type=module]').src.replace(/\\/[a-z]+\\.js$/, '')"
    )
    script = "([address, code]) => import(address).then((codes) => codes.parseCheckCode(code))"
    digits: str = one.page.evaluate(script, [address + module, code])
    return digits


def test_a_tested_ballot_is_opened_on_another_device(at):
    one = at().enter(fresh_code()).choose(ROSA).go_on()
    code = one.check_code
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    link = one.page.get_by_role("link", name="Open it here").get_attribute("href")
    other = at()
    other.page.goto(link)
    expect(other.page.locator("h1")).to_have_text("This test ballot says")
    assert ROSA in other.page.inner_text(".answers")
    assert other.check_code == code
    assert "#" not in other.page.url
    check_state(other.page)
    assert notice(check(other, code)) == "This ballot was a test"


def test_an_opening_that_was_changed_is_found_out(at):
    one = at().enter(fresh_code()).choose(ROSA).go_on()
    expect(one.page.locator("#test")).to_be_visible()
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    link = one.page.get_by_role("link", name="Open it here").get_attribute("href")
    for changed in (link[:-4] + "AEAA", link[:-2]):
        other = at()
        other.page.goto("about:blank")
        other.page.goto(changed)
        expect(other.page.locator(".notice-bad, .error-summary")).to_be_visible()
        assert ROSA not in other.page.inner_text("main")


def test_a_ballot_that_was_cast_is_no_test(at):
    one = at()
    code = vote(one, fresh_code())
    digits = one.page.request.get(f"{one.base}/elections/{one.slug}/ballots/{tracker_of(one, code)}").json()
    raw = bytes([1]) + bytes(32) + bytes.fromhex(digits["tracker"]) + bytes(32) + bytes(4)
    text = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    one.page.goto(f"{one.base}/elections/{one.slug}/tested/#{text}")
    assert notice(one.page) == "The board does not have this ballot as a test"
    check_state(one.page)


def receipt_of(one: Voter, typed: str) -> bytes:
    """Cast a ballot; return the file that the page saves."""
    vote(one, typed)
    with one.page.expect_download() as download:
        one.page.get_by_role("button", name="Save the receipt").click()
    assert download.value.suggested_filename == "veritally-receipt.json"
    return Path(download.value.path()).read_bytes()


def check_receipt(one: Voter, data: bytes) -> Page:
    page = check(one, "")
    file = {"name": "veritally-receipt.json", "mimeType": "application/json", "buffer": data}
    page.get_by_label("Or the receipt that you saved").set_input_files(file)
    page.get_by_role("button", name="Check").click()
    return page


def test_a_saved_receipt_is_checked_without_typing(at):
    one = at()
    data = receipt_of(one, fresh_code())
    assert ROSA.encode() not in data
    assert notice(check_receipt(one, data)) == "Your ballot is on the public board"


def test_a_board_that_hides_what_it_has_signed_is_found_out(at):
    one = at()
    data = receipt_of(one, fresh_code())
    gone = {"status": 404, "json": {"code": "not-on-board", "message": ""}}
    one.page.route("**/ballots/*", lambda route: route.fulfill(**gone))
    page = check_receipt(one, data)
    assert notice(page) == "The board has broken its word"
    check_state(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the proof").click()
    evidence = json.loads(Path(download.value.path()).read_bytes())
    assert evidence["why"] == "receipt-not-kept"
    assert json.loads(evidence["sent"])["tracker"] == json.loads(data)["tracker"]


CHANGED = {
    "tracker": lambda text: text[::-1],
    "entry": lambda text: text.replace('"seq":', '"seq":1'),
    "receipt": lambda text: text.replace("index ", "index 1"),
    "ballot": lambda text: text.replace('"challenge":"', '"challenge":"A'),
}


def test_a_receipt_that_was_changed_proves_nothing(at):
    one = at()
    kept = json.loads(receipt_of(one, fresh_code()))
    for part, change in CHANGED.items():
        page = check_receipt(one, json.dumps(kept | {part: change(kept[part])}).encode())
        expect(page.get_by_role("alert")).to_contain_text("This file is not the receipt of a ballot.")
    check_state(page)


def test_a_receipt_of_another_election_is_refused(at):
    one = at()
    kept = json.loads(receipt_of(one, fresh_code()))
    page = check_receipt(one, json.dumps(kept | {"election": "0" * 64}).encode())
    expect(page.get_by_role("alert")).to_contain_text("This is a receipt of another election.")
