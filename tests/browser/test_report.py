# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier's HTML report, opened from the disk: accessible, narrow, on paper, without a request."""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from typer.testing import CliRunner

from tally.test_modulus import VALUE, VARIABLE
from tally.verifier import cli
from tests.simulator import board_of, simulate

pytestmark = pytest.mark.servers

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def world():
    return simulate()


def written(board, fingerprint, folder):
    for path, data in board.files.items():
        (folder / "board" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "board" / path).write_bytes(data)
    file = folder / "report.html"
    arguments = [str(folder / "board"), "--fingerprint", fingerprint, "--html", str(file)]
    CliRunner().invoke(cli.app, arguments, env={VARIABLE: VALUE})
    return file.as_uri()


@pytest.fixture(params=["verified", "refuted", "unfinished"])
def report(request, world, tmp_path):
    entries = {
        "verified": world.entries,
        "refuted": [*world.entries[:4], *world.entries[5:]],
        "unfinished": world.entries[:9],
    }[request.param]
    return written(board_of(entries, world.commitments), world.fingerprint, tmp_path)


def violations(page):
    found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def test_a_report_is_accessible_narrow_and_asks_for_nothing(browser, report):
    # axe is a script: the report's own policy lets none run.
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(report)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (320, 768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert violations(page) == []
    page.emulate_media(media="print")
    assert violations(page) == []
    assert (asked, said) == ([report], [])
    context.close()
