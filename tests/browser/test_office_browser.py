# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office in a real browser: a whole election from forms, by keyboard, accessible, without complaints."""

import re
import shutil
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.office_server import running
from tests.integration import office_world as office

pytestmark = pytest.mark.servers

PASSWORD = "a long enough password, 1984"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTHS = (320, 768, 1280)
PAGES = (
    "",
    "new/",
    "elections/started/",
    "elections/described/",
    "elections/described/details/",
    "elections/described/dates/",
    "elections/described/voters/",
    "elections/described/questions/",
    "elections/described/questions/add/",
    "elections/described/questions/add/choose-one/",
    "elections/described/questions/add/cumulative/",
    "elections/described/questions/add/knapsack/",
    "elections/described/questions/edit/mayor/",
    "elections/described/questions/delete/mayor/",
    "elections/described/questions/preview/",
    "elections/described/trustees/",
    "elections/described/trustees/1/remove/",
    "elections/described/election-file/",
    "elections/described/freeze/",
    "elections/ready/",
    "elections/ready/key/",
    "elections/ready/roll/",
    "elections/ready/officials/",
    "elections/ready/freeze/",
    "elections/frozen/",
    "elections/frozen/open/",
    "elections/open/",
    "elections/open/trail/",
    "elections/open/roll-changes/",
    "elections/checking/roll-changes/",
    "elections/open/details/",
    "elections/checking/count/",
    "elections/counting/",
    "elections/mailed/",
    "elections/mailed/mailed-codes/",
    "elections/hostile/",
    "elections/hostile/questions/preview/",
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    with running(tmp_path_factory.mktemp("office")) as address:
        yield f"{address}/office/"


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    # Not for longer than this module: Django takes the thread for an asynchronous one meanwhile.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def session(browser, base):
    """The cookies of an official who has logged in."""
    page = browser.new_page()
    page.goto(base)
    page.get_by_label("Name").fill("olga")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My elections")
    state = page.context.storage_state()
    page.context.close()
    return state


@pytest.fixture
def page(browser: Browser, session):
    """A page of the official's; it fails the test if the browser had to complain of anything."""
    screen = {"width": 1280, "height": 900}
    context = browser.new_context(
        viewport=screen, color_scheme="light", reduced_motion="reduce", storage_state=session
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def check(page: Page) -> None:
    page.eval_on_selector_all("details", "all => all.forEach(details => { details.open = true })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_never_scrolls_sideways(page, base, path):
    page.goto(base + path)
    check(page)


def test_the_log_in_page_is_accessible_also_with_errors(browser, base):
    page = browser.new_page()
    page.goto(f"{base}log-in/")
    check(page)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.get_by_role("link", name="This field is required.").first.click()
    expect(page.get_by_label("Name")).to_be_focused()
    page.context.close()


def test_a_form_with_errors_is_accessible(page, base):
    page.goto(f"{base}elections/described/questions/add/knapsack/")
    page.get_by_role("textbox", name="Option 1").fill("Trees")
    page.get_by_role("button", name="Save the question").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    check(page)


def test_a_hostile_title_runs_nothing(page, base):
    dialogs = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.dismiss()))
    page.goto(base)
    page.get_by_role("link", name="<script>alert(1)").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>")
    assert dialogs == []


def test_the_count_is_followed_without_loading_the_page(page, base):
    page.goto(f"{base}elections/counting/")
    place = page.locator("[data-live='confirmed-1']")
    expect(place).to_have_text("Done")
    place.evaluate("place => { place.textContent = 'old'; place.className = 'pill tone-bad' }")
    expect(place).to_have_text("Done", timeout=10_000)
    expect(place).to_have_class("pill tone-good")
    expect(page.locator("#live-news")).to_be_hidden()
    page.locator("#live").evaluate("live => { live.dataset.shape = 'open False' }")
    expect(page.locator("#live-news")).to_be_visible(timeout=10_000)


def test_the_page_says_when_it_cannot_reach_the_server(page, base):
    page.goto(f"{base}elections/open/")
    page.route("**/live.json", lambda route: route.fulfill(status=403, body="{}"))
    expect(page.locator("#live-lost")).to_be_visible(timeout=10_000)


def test_the_office_works_without_a_script(browser, base, session):
    context = browser.new_context(java_script_enabled=False, storage_state=session)
    page = context.new_page()
    page.goto(f"{base}elections/counting/")
    expect(page.get_by_role("cell", name="Asked; no answer yet")).to_be_visible()
    page.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("cell", name="Asked; no answer yet")).to_be_visible()
    context.close()


def test_an_election_is_begun_by_keyboard_alone(page, base):
    page.goto(f"{base}new/")
    tab_to(page, "id_title")
    page.keyboard.type("Keyboard club")
    tab_to(page, "id_slug")
    page.keyboard.type("keyboard-club")
    tab_to(page, "id_rehearsal")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keyboard club")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Questions":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Questions")


def tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by the keyboard")


def file(name: str, data: bytes) -> dict:
    return {"name": name, "mimeType": "application/json", "buffer": data}


def test_a_whole_election_is_set_up_frozen_opened_and_closed(page, base, monkeypatch):
    from tally import test_modulus
    from tests.integration import office_world as office

    monkeypatch.setenv(test_modulus.VARIABLE, test_modulus.VALUE)
    _describe(page, base, office)
    _collect(page, office)
    page.get_by_role("link", name="Check and freeze").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and freeze")
    page.get_by_role("button", name="Freeze the election").click()
    expect(page.get_by_role("alert")).to_contain_text("Confirm that you know")
    check(page)
    page.get_by_label("I have read it.").check()
    page.get_by_role("button", name="Freeze the election").click()
    expect(page.get_by_role("status").first).to_contain_text("Everything is fixed")
    for step, words in (
        ("Open the polls", "The polls are open."),
        ("Close the polls", "The polls are closed."),
    ):
        page.get_by_role("link", name="Do it now").click()
        page.get_by_role("button", name=step).click()
        expect(page.get_by_role("status").first).to_contain_text(words)
    page.get_by_role("link", name="Do it now").click()
    page.get_by_role("button", name="Start the count").click()
    expect(page.get_by_role("heading", name="The count")).to_be_visible()
    check(page)


def _describe(page: Page, base: str, office) -> None:
    page.goto(base)
    page.get_by_role("link", name="New election").click()
    page.get_by_label("Title").fill("Summer: park and playground")
    page.get_by_label("Address").fill("summer")
    page.get_by_label("This is a rehearsal").check()
    page.get_by_role("button", name="Make the election").click()
    page.get_by_role("link", name="Title and languages").click()
    page.get_by_label("Strength of the key").select_option("1024")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Questions").click()
    page.get_by_role("link", name="Add a question").click()
    page.get_by_label("Spend a budget").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Question").fill("Which projects shall we pay for?")
    for row, (name, cost) in enumerate((("Trees", 60), ("Benches", 50), ("Fountain", 40)), start=1):
        page.get_by_role("textbox", name=f"Option {row}").fill(name)
        page.get_by_label(f"Cost {row}").fill(str(cost))
    page.get_by_label("Budget").fill("100")
    page.get_by_label("Greatest number of options").fill("2")
    page.get_by_role("button", name="Save the question").click()
    page.get_by_role("link", name="Preview for voters").click()
    expect(page.get_by_role("region", name="Preview")).to_contain_text("The budget is 100.")
    page.goto(f"{base}elections/summer/dates/")
    page.get_by_label("Time zone").select_option("Europe/Madrid")
    page.get_by_label("Voting opens").fill("2027-06-01T08:00")
    page.get_by_label("Voting closes").fill("2027-06-08T20:00")
    page.get_by_label("Hours for checking").fill("0")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Registrar and rules").click()
    page.get_by_label("Name of the registrar").fill("Registrar of Summer")
    page.get_by_label("public key").fill(office.registrar_key())
    page.get_by_label("Greatest total weight").fill("20")
    page.get_by_label("Least number of ballots").fill("1")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Trustees").click()
    cards = [file(f"{number}.card.json", card) for number, card in enumerate(office.cards())]
    page.get_by_label("Cards").set_input_files(cards)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Save the numbers").click()
    page.get_by_role("link", name="Back to the tasks").click()


def _collect(page: Page, office) -> None:
    election_id = page.locator(".facts code").nth(1).inner_text()
    page.get_by_role("link", name="Election file").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the election file").click()
    keys = office.keys_of(download.value.path().read_bytes())
    page.get_by_role("link", name="Back to the tasks").click()
    page.get_by_role("link", name="Key", exact=True).click()
    page.get_by_label("Key (key-draft.json)").set_input_files(file("key-draft.json", keys.draft))
    page.get_by_role("button", name="Upload the key").click()
    expect(page.get_by_text("The acknowledgement of Amina Okafor is missing.")).to_be_visible()
    words = [file(f"acknowledgement-{i}.json", word) for i, word in enumerate(keys.acknowledgements)]
    page.get_by_label("Acknowledgements").set_input_files(words)
    page.get_by_role("button", name="Upload acknowledgements").click()
    page.get_by_role("link", name="Back to the tasks").click()
    page.get_by_role("link", name="Roll of voters").click()
    page.get_by_label("Roll").set_input_files(file("roll.json", office.roll_of(election_id)))
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_text("each counts once")).to_be_visible()
    page.get_by_role("link", name="Back to the tasks").click()


def test_a_roll_change_is_previewed_taken_and_shown(page, base):
    page.goto(base.replace("/office/", "/elections/open/"))
    command = page.locator("code", has_text="tally.verifier").first.text_content()
    fingerprint = re.search(r"[0-9a-f]{64}", command)[0]
    election = SimpleNamespace(fingerprint=fingerprint)
    data = office.roll_change(election, revoke=[0], admit=[office.VOTERS], reason="Ein Brief ging verloren.")
    page.goto(f"{base}elections/open/roll-changes/")
    offered = {"name": "change-1.json", "mimeType": "application/json", "buffer": data}
    page.get_by_label("Signed roll change, from the registrar").set_input_files(offered)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="What roll change 1 would do")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Change the roll").click()
    expect(page.get_by_text("The roll is changed, and the change is on the board.")).to_be_visible()
    check(page)
    page.get_by_label("Signed roll change, from the registrar").set_input_files(
        {**offered, "buffer": data.replace(b"verloren", b"verkauft")}
    )
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("alert")).to_contain_text("has not signed this file")
    check(page)
    page.goto(base.replace("/office/", "/elections/open/board/"))
    expect(page.get_by_text("Ein Brief ging verloren.")).to_be_visible()
    check(page)
