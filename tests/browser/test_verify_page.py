# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that verifies in the browser, served by a real server: its own elections, archives and folders.

The elections are made for looking at, and some of what is on their boards is false. Whatever the verifier in
Python says of them, the page must say.
"""

import re
import urllib.request
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bulletin_board.log.checkpoint import open_checkpoint
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.policy import any_of
from bulletin_board.sources import HttpSource, ZipSource
from tally.verifier.meanings import MEANINGS
from tally.verifier.verify import Options, verify
from tests.browser.pages_server import running
from tests.browser_verifier import Judged, of_report

pytestmark = pytest.mark.servers

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 360, 768, 1280)
PATIENCE = 300_000  # ms
FINAL = "little-harbour"
TARGETS = """() => [...document.querySelectorAll("main :is(button, a.btn)")]
  .filter((each) => each.offsetParent && each.getBoundingClientRect().height < 47.5)
  .map((each) => each.outerHTML)"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    with running(tmp_path_factory.mktemp("pages")) as address:
        yield address


@pytest.fixture
def page(browser, base):
    context = browser.new_context(color_scheme="light", reduced_motion="reduce")
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert [url for url in asked if not url.startswith((base, "blob:", "data:image/svg+xml"))] == []
    assert [line for line in said if "Failed to load resource" not in line] == []  # a cache that is not there
    context.close()


@pytest.fixture(scope="module")
def fingerprint(base) -> str:
    with urllib.request.urlopen(f"{base}/elections/{FINAL}/") as answer:  # noqa: S310  # our own server
        return re.findall(r"--fingerprint</span> ([0-9a-f]{64})", answer.read().decode())[0]


@pytest.fixture(scope="module")
def archive(base, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("archive") / "board.zip"
    with urllib.request.urlopen(f"{base}/elections/{FINAL}/board/archive.zip") as answer:  # noqa: S310
        file.write_bytes(answer.read())
    return file


@pytest.fixture(scope="module")
def expected(archive, fingerprint) -> Judged:
    with ZipSource(archive) as source:
        options = Options(fingerprint=fingerprint, allow_test_modulus=True)
        return of_report(verify(source, options).report)


def shown(page: Page) -> dict[str, str]:
    """The state of every check on the page."""
    rows = page.locator(".checks > li").all()
    return {row.locator(".check-id").inner_text(): row.locator(".pill").inner_text() for row in rows}


def check_report(page: Page, expected: Judged) -> None:
    assert verdict(page).lower() == expected.verdict
    assert shown(page) == {check: status for check, (status, _) in expected.findings.items()}
    named = {error for _, errors in expected.findings.values() for error in errors}
    shown_errors = page.locator("[data-failed] dl").evaluate_all(
        "all => all.map((each) => each.dataset.error)"
    )
    assert set(shown_errors) == named
    failed = [check for check, (status, _) in expected.findings.items() if status == "FAIL"]
    assert page.locator("[data-failed] h3").all_inner_texts() == [f"{id_}: {MEANINGS[id_]}" for id_ in failed]


def verdict(page: Page) -> str:
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.locator("#verifier-report")).to_be_visible(timeout=PATIENCE)
    return page.locator("[data-verdict]:visible h2").inner_text()


def check_state(page: Page) -> None:
    """Accessible in light and dark, large enough to touch, and never scrolling sideways."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]}).response
            assert [rule["id"] for rule in found["violations"]] == []
        assert page.evaluate(TARGETS) == []


def test_an_election_of_this_server_is_judged_from_its_board(page, base, fingerprint, expected):
    page.goto(f"{base}/verify/?election={FINAL}")
    assert page.locator(f"#record-{FINAL}").is_checked()
    check_state(page)
    page.locator("#fingerprint").fill(fingerprint)
    check_report(page, expected)
    expect(page.locator("[data-run=record]")).to_have_text(f"{base}/board/{FINAL}")
    assert page.evaluate("document.activeElement.id") == "verifier-report"
    check_state(page)


def test_an_archive_of_this_server_is_judged_alike(page, base, fingerprint, archive, expected):
    page.goto(f"{base}/verify/")
    page.locator("#archive").set_input_files(archive)
    page.locator("#fingerprint").fill(fingerprint)
    check_report(page, expected)


def test_a_folder_is_judged_alike(page, base, fingerprint, archive, expected, tmp_path):
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "mirror")
    page.goto(f"{base}/verify/")
    page.locator("#folder").set_input_files(tmp_path / "mirror")
    assert page.locator("#record-folder").is_checked()
    page.locator("#fingerprint").fill(fingerprint)
    check_report(page, expected)
    expect(page.locator("[data-run=record]")).to_have_text("mirror")


def test_an_election_that_goes_on_could_not_be_checked(page, base):
    page.goto(f"{base}/verify/?election=rowing-club")
    assert verdict(page) == "Could not be checked"


def test_an_old_board_is_warned_of_where_it_is_served(page, base, tmp_path):
    board, press = f"{base}/board/rowing-club", Cosigner("press.example", b"p" * 32)
    with HttpSource(board) as source:
        note = source.read("checkpoint", limit=1 << 16)
        log = VerifierKey.from_text(source.read("log.vkey", limit=512).decode().strip())
    line = press.cosign(open_checkpoint(note, log), time=1_700_000_000).to_text().encode()
    page.context.route(f"{board}/checkpoint", lambda route: route.fulfill(body=note + line))
    (tmp_path / "policy").write_bytes(any_of(log, [press.verifier_key], 1).to_bytes())
    page.goto(f"{base}/verify/?election=rowing-club")
    page.locator("#policy").set_input_files(tmp_path / "policy")
    assert verdict(page) == "Could not be checked"
    expect(page.locator("[data-remarks]")).to_contain_text(
        "StaleBoard: enough witnesses cosigned this board last"
    )
    age = page.locator("[data-fact=cosigned] dd")
    assert re.fullmatch(r"2023-11-14T22:13:20Z, \d+ days before it was read", age.inner_text())


def test_nothing_chosen_is_said_and_leads_to_the_field(page, base):
    page.goto(f"{base}/verify/")
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.locator("#verifier-problems")).to_be_visible()
    check_state(page)
    page.locator("#verifier-problems a:visible").click()
    assert page.evaluate("document.activeElement.id") == "archive"


def test_the_verifier_is_served_as_one_file(page, base):
    page.goto(f"{base}/verify/")
    with page.expect_download() as download:
        page.get_by_role("link", name="The verifier as one file").click()
    assert download.value.suggested_filename == "veritally-verifier.html"
    assert b"verifier-worker" in Path(download.value.path()).read_bytes()
