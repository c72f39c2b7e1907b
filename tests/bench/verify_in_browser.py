# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier in the browser, as the one saved file: a whole record of real size, from click to verdict.

3072 bits, choose one of 20, 200 ballots: with the commitments beside the log, and without. There are as many
workers as cores.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
from playwright.sync_api import Browser

from tests.bench.contests import CONTESTS
from tests.browser.voters import chromium
from tests.browser_verifier import write_archive
from tests.simulator import World, open_world
from voting.saved_verifier import NAME, saved_verifier

MODULUS_BITS = 3072
BALLOTS = 200
PATIENCE = 1_800_000  # ms

# Presses the button and waits for the report; milliseconds until it is there.
PRESS = """() => new Promise((resolve) => {
  const begin = performance.now();
  const report = document.querySelector("#verifier-report");
  const look = () => {
    if (report.hidden) return setTimeout(look, 20);
    const { verdict } = report.querySelector("[data-verdict]:not([hidden])").dataset;
    return resolve({ milliseconds: performance.now() - begin, verdict });
  };
  document.querySelector("#verifier-form button").click();
  look();
})"""

Row = dict[str, str | int | float]


def rows(bits: int = MODULUS_BITS, ballots: int = BALLOTS) -> Iterator[Row]:
    """Seconds with and without the cache. Raises SystemExit if the record is not verified."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    world = _world(bits, ballots)
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        (folder / NAME).write_bytes(saved_verifier())
        board = world.board().files
        bare = {path: data for path, data in board.items() if not path.startswith("commitments/")}
        for variant, files in (("", board), ("/no-cache", bare)):
            archive = write_archive(folder / "board.zip", files)
            milliseconds = _measure(browser, folder / NAME, archive, world.fingerprint)
            yield {
                "name": f"verify/in-browser/{ballots}-ballots{variant}",
                "modulus_bits": bits,
                "milliseconds": round(milliseconds, 1),
                "seconds": round(milliseconds / 1e3, 1),
            }


def _world(bits: int, ballots: int) -> World:
    contest, selection = CONTESTS["choose-1-of-20"]
    world = open_world([contest], weights=(1,) * ballots, capacity=ballots, modulus_bits=bits)
    for voter in range(ballots):
        world.vote(voter, {contest.id: selection})
    world.finish()
    return world


def _measure(browser: Browser, file: Path, archive: Path, fingerprint: str) -> float:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(file.as_uri())
    page.locator("#archive").set_input_files(archive)
    page.locator("#fingerprint").fill(fingerprint)
    found = page.evaluate(PRESS)
    page.close()
    if found["verdict"] != "verified":
        raise SystemExit(f"the record is not verified in the browser: {found['verdict']}")
    return float(found["milliseconds"])
