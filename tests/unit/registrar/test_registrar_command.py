# SPDX-License-Identifier: AGPL-3.0-or-later
import csv
import io
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bulletin_board.codec import base64url
from tally.registrar.codes import parse_voting_code
from tally.registrar.command import app
from tally.registrar.derivation import derive_credential

ROOT = Path(__file__).parents[3]
ELECTION = "00112233445566778899aabbccddeeff"
LIST = "name,email,weight,group\nAda,ada@example.org,,East\nBea,,3,\nCid,,,\n"


def _run(*arguments, typed=None):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)


@pytest.fixture
def passphrase_file(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text("a long passphrase\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def key_file(tmp_path, passphrase_file):
    result = _run("new-key", tmp_path / "key", "--passphrase-file", passphrase_file)
    assert result.exit_code == 0, result.output
    return tmp_path / "key"


@pytest.fixture
def voters_file(tmp_path):
    (tmp_path / "voters.csv").write_text(LIST)
    return tmp_path / "voters.csv"


def _make_codes(folder, voters, key, passphrase, election=ELECTION):
    return _run(
        "make-codes", voters, "--election-id", election, "--key", key, "--out", folder,
        "--passphrase-file", passphrase,
    )  # fmt: skip


def test_a_passphrase_is_no_argument(tmp_path):
    result = _run("new-key", tmp_path / "key", "--passphrase", "a long passphrase")
    assert result.exit_code == 2
    assert not (tmp_path / "key").exists()


def test_a_key_is_never_overwritten(tmp_path, key_file, passphrase_file):
    before = key_file.read_bytes()
    result = _run("new-key", key_file, "--passphrase-file", passphrase_file)
    assert result.exit_code == 1
    assert "FileExists" in result.output
    assert key_file.read_bytes() == before


def test_no_key_is_made_beside_an_old_public_key(tmp_path, passphrase_file):
    (tmp_path / "key.pub").write_text("old")
    assert _run("new-key", tmp_path / "key", "--passphrase-file", passphrase_file).exit_code == 1
    assert not (tmp_path / "key").exists()


def test_a_passphrase_file_for_everybody_is_refused(tmp_path, passphrase_file):
    passphrase_file.chmod(0o644)
    result = _run("new-key", tmp_path / "key", "--passphrase-file", passphrase_file)
    assert result.exit_code == 1
    assert not (tmp_path / "key").exists()


def test_every_problem_of_the_list_is_shown_and_nothing_is_made(
    tmp_path, voters_file, key_file, passphrase_file
):
    voters_file.write_text("name,weight\nAda,0\n,1\n")
    result = _make_codes(tmp_path / "out", voters_file, key_file, passphrase_file)
    assert result.exit_code == 1
    assert "row 2: weight" in result.output
    assert "row 3: name" in result.output
    assert not (tmp_path / "out").exists()


def test_a_list_with_endless_problems_is_cut_short_with_their_number(tmp_path, voters_file, passphrase_file):
    voters_file.write_text("name,weight\n" + "".join(f"Voter {index},0\n" for index in range(1_500)))
    result = _make_codes(tmp_path / "out", voters_file, tmp_path / "key", passphrase_file)
    assert result.output.count("row") == 1_000
    assert "1500 problem(s)" in result.output


def test_a_bad_election_id_is_refused_before_anything_else(tmp_path, voters_file, key_file, passphrase_file):
    result = _make_codes(tmp_path / "out", voters_file, key_file, passphrase_file, election="x")
    assert result.exit_code == 1
    assert not (tmp_path / "out").exists()


def test_a_wrong_passphrase_is_one_sentence(tmp_path, voters_file, key_file, passphrase_file):
    passphrase_file.write_text("another passphrase\n")
    result = _make_codes(tmp_path / "out", voters_file, key_file, passphrase_file)
    assert result.exit_code == 1
    assert "CannotOpen" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_a_folder_that_exists_is_refused(tmp_path, voters_file, key_file, passphrase_file):
    (tmp_path / "out").mkdir()
    result = _make_codes(tmp_path / "out", voters_file, key_file, passphrase_file)
    assert result.exit_code == 1
    assert list((tmp_path / "out").iterdir()) == []


def test_a_roll_under_another_key_is_refused(tmp_path):
    (tmp_path / "roll.json").write_text("{}")
    for key in ("", "AAAA", "A" * 43, "=" * 43):
        result = _run("check-roll", tmp_path / "roll.json", "--election-id", ELECTION, "--registrar-key", key)
        assert result.exit_code == 1
        assert "Refused" in result.output


def test_codes_and_roll_are_made_checked_and_belong_together(
    tmp_path, voters_file, key_file, passphrase_file
):
    out = tmp_path / "out"
    result = _make_codes(out, voters_file, key_file, passphrase_file)
    assert result.exit_code == 0, result.output
    assert "1 weight(s) belong to one voter each (3)" in result.output
    assert stat.S_IMODE((out / "codes.csv").stat().st_mode) == 0o600
    assert sorted(path.name for path in out.iterdir()) == ["codes.csv", "keys.csv", "roll.json"]
    assert stat.S_IMODE((out / "keys.csv").stat().st_mode) == 0o600

    rows = list(csv.DictReader(io.StringIO((out / "codes.csv").read_text()), strict=True))
    assert [(row["name"], row["weight"]) for row in rows] == [("Ada", "1"), ("Bea", "3"), ("Cid", "1")]
    assert not any(row["code"] in result.output for row in rows)
    derived = {
        base64url.encode(derive_credential(parse_voting_code(row["code"]), ELECTION).key): int(row["weight"])
        for row in rows
    }
    assert dict(json.loads((out / "roll.json").read_bytes())["voters"]) == derived
    keys = list(csv.DictReader(io.StringIO((out / "keys.csv").read_text()), strict=True))
    assert [(row["name"], row["weight"]) for row in keys] == [("Ada", "1"), ("Bea", "3"), ("Cid", "1")]
    assert {base64url.encode(bytes.fromhex(row["key"])): int(row["weight"]) for row in keys} == derived
    assert not any(row["code"] in (out / "keys.csv").read_text() for row in rows)

    key = (tmp_path / "key.pub").read_text()
    checked = _run("check-roll", out / "roll.json", "--election-id", ELECTION, "--registrar-key", key)
    assert checked.exit_code == 0, checked.output
    assert "Voters: 3\nWeight: 5\nSHA-256: " in checked.output


def test_no_weight_is_pointed_out_where_all_are_alike(tmp_path, voters_file, key_file, passphrase_file):
    voters_file.write_text("name\nAda\nBea\n")
    result = _make_codes(tmp_path / "out", voters_file, key_file, passphrase_file)
    assert result.exit_code == 0, result.output
    assert "Warning" not in result.output


def test_a_new_key_prints_its_public_half(tmp_path, monkeypatch):
    monkeypatch.setattr("tally.registrar.command.new_passphrase", lambda _file: "typed at the prompt")
    result = _run("new-key", tmp_path / "key")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "key.pub").read_text().strip() in result.output
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("arguments", [["--help"], ["make-codes", "--help"]])
def test_the_command_runs_where_neither_django_nor_celery_is_installed(arguments):
    script = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.split('.')[0] in 'django celery kombu redis psycopg structlog phe'.split():\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "sys.argv[0] = 'registrar'\n"
        "import runpy\n"
        "runpy.run_module('tally.registrar', run_name='__main__')\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "Usage: python -m tally.registrar" in result.stdout
