# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demonstration on PostgreSQL and Redis, as `make demo SERVERS=1 EXIT=1` starts it, with a small key."""

import os
import subprocess
import sys

import pytest

from tally import test_modulus
from tests.servers import ROOT

pytestmark = [pytest.mark.servers, pytest.mark.slow]


def test_the_demonstration_runs_on_real_servers_and_leaves_none_behind(tmp_path):
    kept = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")
    environment = {name: os.environ[name] for name in kept if name in os.environ} | {
        test_modulus.VARIABLE: test_modulus.VALUE,
        "VERITALLY_DATA_DIR": str(tmp_path / "demo"),
        "TMPDIR": str(tmp_path),
    }
    tmp_path.chmod(0o711)  # PostgreSQL's account passes through
    demo = [sys.executable, "manage.py", "demo", "--exit", "--modulus-bits", "1024"]
    done = subprocess.run(
        [sys.executable, "-m", "voting.demonstration.servers", *demo],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The result is what the voters chose." in done.stdout
    assert not (tmp_path / "demo" / "veritally.sqlite3").exists()
    assert not (tmp_path / "demo" / "broker").exists()
    assert list(tmp_path.glob("veritally-*")) == []
