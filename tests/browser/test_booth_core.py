# SPDX-License-Identifier: AGPL-3.0-or-later
"""The booth's modules in a real browser, whose Web Crypto and BigInt are not node's."""

import functools
import http.server
import json
import shutil
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def address():
    handler = functools.partial(Quiet, directory=ROOT)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def page(address):
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page()
        page.goto(f"{address}/tests/vectors/README.md")
        yield page
        browser.close()


def call(page: Page, name: str):
    return page.evaluate(f"import('/tests/js/in_browser.js').then((module) => module.{name}())")


def test_the_browser_makes_the_ballot_of_the_vectors(page):
    made = call(page, "firstBallot")
    expected = (VECTORS / "records" / "ballot-1.json").read_text()
    assert made["ballot"] == expected
    assert made["tracker"] == json.loads((VECTORS / "records" / "ballot-3.json").read_text())["supersedes"]


def test_the_browser_refuses_every_bad_signature_and_forgery(page):
    vectors = json.loads((VECTORS / "ed25519.json").read_text())
    found = dict(call(page, "badSignatures"))
    assert set(found) == {row["name"] for row in (*vectors["refused_signatures"], *vectors["forgeries"])}
    assert "accepted" not in found.values()
    assert {row["name"]: row["reason"] for row in vectors["refused_signatures"]}.items() <= found.items()


def test_the_browser_derives_the_keys_and_keeps_them(page):
    derivations = json.loads((VECTORS / "credentials.json").read_text())["derivations"]
    assert call(page, "derivations") == [[row["key"], "InvalidAccessError"] for row in derivations]
