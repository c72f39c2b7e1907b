# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier as one saved file, opened by file:// in a browser: it verifies, refutes, and asks nobody."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from bulletin_board.codec.canonical import parse
from tally.verifier.meanings import MEANINGS
from tally.verifier.reasons import REASONS
from tests.attacks.judge import edited
from tests.browser_verifier import write_archive
from tests.simulator import MemorySource, World, open_world, text
from voting.saved_verifier import NAME, saved_verifier
from voting.served_code import VERIFIER

pytestmark = pytest.mark.servers

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 360, 768, 1280)
PATIENCE = 300_000  # ms


@pytest.fixture(scope="module")
def world() -> World:
    """At the size of a real election: the saved file takes no test key."""
    world = open_world(modulus_bits=2048)
    world.vote(0, {"mayor": {"ada": 1}, "school": {"dora": 1}})
    world.vote(1, {"mayor": {"ben": 1}})
    world.test(2, {"mayor": {"cleo": 1}})
    world.vote(0, {"mayor": {"ada": 1}, "school": {"gus": 1}})
    world.finish()
    return world


class Saved:
    """One tab with the saved file."""

    def __init__(self, browser: Browser, file: Path) -> None:
        self.context = browser.new_context(color_scheme="light", reduced_motion="reduce")
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(file.as_uri())

    def verify(self, archive: Path, fingerprint: str = "") -> str:
        """Choose an archive, give a fingerprint, and wait for the verdict."""
        self.page.locator("#archive").set_input_files(archive)
        self.page.locator("#fingerprint").fill(fingerprint)
        self.page.get_by_role("button", name="Verify", exact=True).click()
        expect(self.page.locator("#verifier-report")).to_be_visible(timeout=PATIENCE)
        return self.page.locator("[data-verdict]:visible h2").inner_text()

    def status(self, check: str) -> str:
        return self.page.locator(f"[id='check-{check}'] .pill").inner_text()


@pytest.fixture
def saved(browser, tmp_path):
    file = tmp_path / NAME
    file.write_bytes(saved_verifier())
    one = Saved(browser, file)
    yield one
    assert [url for url in one.asked if not url.startswith(("file:", "blob:", "data:"))] == []
    assert one.said == []
    one.context.close()


def terms(failed: Locator) -> dict[str, str]:
    """The evidence of the first failure, by its terms."""
    first = failed.locator("dl").first
    return dict(
        zip(first.locator("dt").all_inner_texts(), first.locator("dd").all_inner_texts(), strict=True)
    )


def archive_of(board: MemorySource, folder: Path) -> Path:
    return write_archive(folder / "board.zip", board.files)


def check_state(page: Page) -> None:
    """Accessible, and never scrolling sideways."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = (
            Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]}).response["violations"]
        )
        assert [f"{rule['id']}: {node['html'][:150]}" for rule in found for node in rule["nodes"]] == []


def test_an_honest_record_is_verified_and_its_report_saved(saved, world, tmp_path):
    check_state(saved.page)
    shown = " ".join(world.fingerprint[start : start + 4] for start in range(0, 64, 4)).upper()
    assert saved.verify(archive_of(world.board(), tmp_path), shown) == "Verified"
    expect(saved.page.locator("[data-answers]")).to_contain_text("Who shall be mayor?")
    expect(saved.page.locator("[data-fact=election] dd")).to_have_text("A small town")
    expect(saved.page.locator("[data-failed]")).to_be_hidden()
    expect(saved.page.locator("[data-run=record]")).to_have_text("board.zip")
    begun = saved.page.locator("[data-run=begun]").inner_text()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", begun)
    expect(saved.page.locator("#verifier-report")).to_contain_text(VERIFIER.digest())
    with saved.page.expect_download() as download:
        saved.page.get_by_role("link", name="Save the report").click()
    report = parse(Path(download.value.path()).read_bytes(), limit=1 << 20)
    assert report["verdict"] == "verified"
    assert {check["status"] for check in report["checks"]} == {"PASS"}
    check_state(saved.page)


def test_a_changed_result_is_refuted_with_its_evidence(saved, world, tmp_path):
    def change(value):
        value["contests"][0]["result"]["winners"] = ["ben"]

    board = world.board(edited(world, "result", change))
    assert saved.verify(archive_of(board, tmp_path), world.fingerprint) == "Refuted"
    assert saved.status("H.5") == "FAIL"
    assert saved.status("F.5") == "PASS"
    failed = saved.page.locator("[data-failed]")
    assert failed.locator("h3").all_inner_texts() == [f"{id_}: {MEANINGS[id_]}" for id_ in ("H.5", "H.6")]
    assert terms(failed)["What"] == REASONS["OutcomeMismatch"]
    assert "OutcomeMismatch" in terms(failed)["In technical terms"]
    assert terms(failed)["Expected"] != terms(failed)["Found"]
    assert failed.bounding_box()["y"] < saved.page.locator("[data-facts]").bounding_box()["y"]
    expect(saved.page.locator("[data-results]")).to_be_hidden()
    check_state(saved.page)


def test_a_changed_ballot_is_refuted(saved, world, tmp_path):
    def change(value):
        value["challenge"] = value["challenge"][::-1]

    board = world.board(edited(world, "ballot", change))
    assert saved.verify(archive_of(board, tmp_path), world.fingerprint) == "Refuted"


def test_without_a_fingerprint_nothing_is_verified(saved, world, tmp_path):
    assert saved.verify(archive_of(world.board(), tmp_path)) == "Could not be checked"
    assert saved.status("A.1") == "NOT-RUN"
    assert saved.status("H.6") == "PASS"


def test_the_fingerprint_of_another_election_refutes(saved, world, tmp_path):
    assert saved.verify(archive_of(world.board(), tmp_path), "0" * 64) == "Refuted"
    expect(saved.page.locator("[data-failed]")).to_contain_text("FingerprintMismatch")


def test_a_file_that_is_no_record_could_not_be_checked(saved, tmp_path):
    file = tmp_path / "holiday.zip"
    file.write_bytes(b"PK not really")
    assert saved.verify(file, "0" * 64) == "Could not be checked"
    expect(saved.page.locator("[data-verdict=unreadable]")).to_contain_text("UnsafeArchive")
    check_state(saved.page)
    saved.page.get_by_role("button", name="Verify another record").click()
    expect(saved.page.locator("#verifier-form")).to_be_visible()


def test_nothing_of_a_refuted_record_stays_beside_one_that_cannot_be_read(saved, world, tmp_path):
    assert saved.verify(archive_of(world.board(), tmp_path), "0" * 64) == "Refuted"
    saved.page.get_by_role("button", name="Verify another record").click()
    file = tmp_path / "holiday.zip"
    file.write_bytes(b"PK not really")
    assert saved.verify(file, "0" * 64) == "Could not be checked"
    expect(saved.page.locator("[data-failed]")).to_be_hidden()
    expect(saved.page.locator("[data-run=record]")).to_have_text("holiday.zip")


def test_a_policy_and_a_checkpoint_that_was_kept_are_checked_too(saved, world, tmp_path):
    board, part = world.board(), world.board(world.entries[:6])
    policy, earlier = tmp_path / "my.policy", tmp_path / "checkpoint"
    policy.write_bytes(b"log " + board.files["log.vkey"] + b"quorum none\n")
    earlier.write_bytes(part.files["checkpoint"])
    saved.page.get_by_text("More to demand").click()
    saved.page.locator("#policy").set_input_files(policy)
    saved.page.locator("#earlier").set_input_files(earlier)
    saved.page.locator("#compact").check()
    check_state(saved.page)
    assert saved.verify(archive_of(board, tmp_path), world.fingerprint) == "Verified"
    assert [saved.status(check) for check in ("B.8", "B.9", "F.5")] == ["PASS", "PASS", "PASS"]


def test_a_board_that_forked_is_refuted_and_both_signatures_are_shown(saved, world, tmp_path):
    earlier = tmp_path / "checkpoint"
    earlier.write_bytes(world.board([*world.entries[:5], world.entries[6]]).files["checkpoint"])
    saved.page.get_by_text("More to demand").click()
    saved.page.locator("#earlier").set_input_files(earlier)
    assert saved.verify(archive_of(world.board(), tmp_path), world.fingerprint) == "Refuted"
    expect(saved.page.locator("[data-failed]")).to_contain_text("BoardForked")
    expect(saved.page.locator("[data-failed] pre")).to_have_count(2)
    expect(saved.page.locator("[data-failed] pre").first).to_have_text(re.compile(r"^vote\.example\.org"))
    check_state(saved.page)


def test_a_policy_that_is_none_checks_nothing(saved, world, tmp_path):
    policy = tmp_path / "my.policy"
    policy.write_bytes(b"quorum nobody\n")
    saved.page.get_by_text("More to demand").click()
    saved.page.locator("#policy").set_input_files(policy)
    assert saved.verify(archive_of(world.board(), tmp_path), world.fingerprint) == "Could not be checked"
    expect(saved.page.locator("[data-verdict=unusable]")).to_contain_text("UnknownInPolicy: line 1")


def test_what_is_missing_is_said(saved):
    saved.page.locator("#fingerprint").fill("not a fingerprint")
    saved.page.get_by_role("button", name="Verify", exact=True).click()
    expect(saved.page.locator("#verifier-problems li:visible")).to_have_count(2)
    assert saved.page.evaluate("document.activeElement.id") == "verifier-problems"
    check_state(saved.page)


def test_a_title_that_looks_like_markup_stays_text(saved, tmp_path):
    world = open_world(modulus_bits=2048, title=text("<img src=x onerror=alert(1)>"))
    assert saved.verify(archive_of(world.board(), tmp_path), world.fingerprint) == "Could not be checked"
    expect(saved.page.locator("[data-fact=election] dd")).to_have_text("<img src=x onerror=alert(1)>")
