# SPDX-License-Identifier: AGPL-3.0-or-later
import json

import pytest
from typer.testing import CliRunner

from tally.monitor import cli
from tally.monitor.watch import FAIL, NOT_RUN, PASS, Finding, Report

PAGE = "https://vote.example/elections/mayor/vote/"


@pytest.fixture
def looks(monkeypatch):
    """Results to come, one for each look; what was waited between them, in seconds; what was asked."""
    results, waited, asked = [], [], []

    def watch(_page, **options):
        asked.append(options)
        return Report(digest="ab" * 32, findings=(Finding(check="S.1", result=results.pop(0)),))

    monkeypatch.setattr(cli, "watch", watch)
    monkeypatch.setattr(cli.time, "sleep", waited.append)
    return results, waited, asked


def run(*arguments):
    return CliRunner().invoke(cli.app, [PAGE, *arguments])


@pytest.mark.parametrize(("result", "status"), [(PASS, 0), (FAIL, 1), (NOT_RUN, 2)])
def test_one_look_is_told_by_the_exit_status(looks, result, status):
    looks[0].append(result)
    assert run().exit_code == status
    assert looks[1] == []


def test_it_looks_again_until_something_is_wrong(looks):
    looks[0].extend([PASS, NOT_RUN, PASS, FAIL])
    assert run("--every", "10").exit_code == 1
    assert len(looks[1]) == 3
    assert all(300 <= seconds <= 900 for seconds in looks[1])


def test_nobody_can_foresee_the_next_look(looks):
    assert len({cli.pause(10) for _ in range(20)}) > 1


def test_the_latest_findings_are_written(looks, tmp_path):
    looks[0].extend([PASS, FAIL])
    run("--every", "1", "--json", str(tmp_path / "report.json"))
    assert json.loads((tmp_path / "report.json").read_text())["findings"][0]["result"] == FAIL


def test_a_page_of_the_registration_is_compared_with_a_folder_alone(looks, tmp_path):
    looks[0].extend([PASS, PASS])
    assert run("--without-board", "--folder", str(tmp_path)).exit_code == 0
    assert looks[2][0]["board"] is None
    run("--folder", str(tmp_path))
    assert looks[2][1]["board"] == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--fingerprint", "ab"),
        ("--every", "-1"),
        ("--without-board",),
        ("--without-board", "--folder", ".", "--board", "https://mirror.example"),
        ("--without-board", "--folder", ".", "--fingerprint", "ab" * 32),
    ],
)
def test_nonsense_is_refused(looks, arguments):
    assert run(*arguments).exit_code == 2
    assert looks[1] == []
