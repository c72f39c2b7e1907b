# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command as anyone starts it: no configuration, a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bulletin_board.sources import FolderSource
from tally import test_modulus
from tally.verifier.report import Verdict
from tally.verifier.verify import Options, verify

ROOT = Path(__file__).parent.parent.parent
SERVER_ONLY = (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "EMAIL_URL",
    "DJANGO_",
    "VERITALLY_",
    "LOG_LEVEL",
)
FILE = """META
key;value
description;A small town
language;en
budget;100
vote_type;approval
rule;greedy
min_length;1
max_length;2
PROJECTS
project_id;cost;votes;name
A;60;{a};Trees
B;50;2;Benches
C;30;1;Bins
VOTES
voter_id;vote
1;A
2;A,B
3;B,C
4;A,B,C
"""


@pytest.fixture
def run(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(SERVER_ONLY)}
    environment[test_modulus.VARIABLE] = test_modulus.VALUE

    def run(text, *options):
        file = tmp_path / "town.pb"
        file.write_text(text)
        command = [
            sys.executable,
            "manage.py",
            "run_election",
            str(file),
            "--record",
            str(tmp_path / "record"),
        ]
        return subprocess.run(
            [*command, "--modulus-bits", "1024", "--trustees", "3", "--threshold", "2", *options],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def fingerprint_in(output):
    return next(line.split()[-1] for line in output.splitlines() if line.startswith("Fingerprint:"))


def test_published_totals_are_reproduced_and_the_record_verifies(run, tmp_path):
    done = run(FILE.format(a=2))
    assert done.returncode == 0, done.stderr
    assert "line 20" in done.stdout  # the ballot that breaks the rule is named
    options = Options(fingerprint=fingerprint_in(done.stdout), allow_test_modulus=True)
    assert verify(FolderSource(tmp_path / "record"), options).report.verdict is Verdict.VERIFIED


def test_other_published_totals_are_told_by_the_exit_code(run):
    done = run(FILE.format(a=7))
    assert done.returncode == 1
    assert "differ" in done.stderr


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--threshold", "4"), "ThresholdOutOfRange"),
        (("--threshold", "1"), "NoHonestMajority"),
        (("--modulus-bits", "512"), "--modulus-bits"),
        (("--trustees", "0"), "--trustees"),
    ],
)
def test_impossible_trustees_and_keys_are_refused_in_a_sentence(run, options, error):
    done = run(FILE.format(a=2), *options)
    assert done.returncode == 1
    assert error in done.stderr
    assert "Traceback" not in done.stderr


def test_no_record_is_written_over_another(run, tmp_path):
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "something").touch()
    done = run(FILE.format(a=2))
    assert done.returncode == 1
    assert "RecordFolderTaken" in done.stderr


def test_a_file_that_is_none_is_refused_in_a_sentence(run):
    done = run("not a file of ballots")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
