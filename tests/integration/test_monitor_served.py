# SPDX-License-Identifier: AGPL-3.0-or-later
"""The monitor's command against the real server: the booth is the source's, and the board's."""

import gzip
import json
import subprocess
import sys
import urllib.request

import pytest

from tests.integration.intake_server import SLUG, serving
from voting.served_code import BOOTH

pytestmark = pytest.mark.servers
BOOTH_PATH = f"/static/booth/{BOOTH.digest()}/{{}}"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served")) as found:
        yield found


def monitor(*arguments):
    command = [sys.executable, "-m", "tally.monitor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("page", ["vote", "check", "tested"])
def test_every_page_of_the_booth_passes(served, tmp_path, page):
    base, fingerprint = served
    report = tmp_path / "report.json"
    done = monitor(
        f"{base}/elections/{SLUG}/{page}/",
        "--folder",
        BOOTH.folder,
        "--fingerprint",
        fingerprint,
        "--json",
        report,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(report.read_text())
    assert found["booth"] == BOOTH.digest()
    assert {row["result"] for row in found["findings"]} == {"PASS"}


def test_the_booth_is_served_compressed_and_its_page_too(served):
    base, _ = served
    page = f"/elections/{SLUG}/vote/"
    for path in (BOOTH_PATH.format("vote.js"), BOOTH_PATH.format("booth.css"), page):
        asked = urllib.request.Request(base + path, headers={"Accept-Encoding": "gzip"})  # noqa: S310  # our own
        with urllib.request.urlopen(asked) as answer:  # noqa: S310
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "Accept-Encoding" in answer.headers["Vary"]
            packed = answer.read()
        if path != page:
            assert gzip.decompress(packed) == (BOOTH.folder / path.rpartition("/")[2]).read_bytes()


def test_a_page_that_is_no_booths_page_fails(served):
    base, _ = served
    done = monitor(f"{base}/elections/{SLUG}/")
    assert done.returncode == 1
    assert "S.2  FAIL" in done.stdout


def test_another_elections_fingerprint_fails(served):
    base, _ = served
    done = monitor(f"{base}/elections/{SLUG}/vote/", "--fingerprint", "ab" * 32)
    assert done.returncode == 1
    assert "S.6  FAIL" in done.stdout


def test_a_server_that_is_away_leaves_it_open(tmp_path):
    done = monitor("http://127.0.0.1:9/elections/x/vote/")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_mistyped_fingerprint_is_a_usage_error():
    assert monitor("http://127.0.0.1:9/", "--fingerprint", "abc").returncode == 2
