# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bulletin_board.witness`: what it makes, prints and refuses."""

import runpy
import stat

import pytest
from typer.testing import CliRunner

from bulletin_board.log.keys import VerifierKey
from bulletin_board.witness import command
from bulletin_board.witness.errors import Fork, UnusableStore
from bulletin_board.witness.store import Store
from bulletin_board.witness.witness import Witness
from tests.histories import LOG, fork

NOW = 1_800_000_000


def run(*arguments):
    return CliRunner().invoke(command.app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path):
    made = run("keygen", tmp_path / "w", "--name", "press.example")
    assert made.exit_code == 0
    return tmp_path / "w"


def test_a_witness_is_a_folder_for_its_owner(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "witness.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "witness.sqlite3").stat().st_mode) == 0o600


def test_the_key_is_printed_when_made_and_later(tmp_path):
    printed = run("keygen", tmp_path / "w", "--name", "press.example").output
    assert VerifierKey.from_text(printed.strip()).name == "press.example"
    assert run("key", tmp_path / "w").output == printed


def test_a_witness_is_not_made_twice(folder):
    before = (folder / "witness.key").read_bytes()
    made = run("keygen", folder, "--name", "press.example")
    assert (made.exit_code, (folder / "witness.key").read_bytes()) == (1, before)
    assert "PRIVATE" not in made.output


@pytest.mark.parametrize("name", ["two words", "", "plus+sign"])
def test_an_unfit_name_is_refused(tmp_path, name):
    assert run("keygen", tmp_path / "w", "--name", name).exit_code == 1


def test_logs_are_added_and_listed(folder):
    assert run("add-log", folder, LOG.verifier_key.to_text()).exit_code == 0
    assert run("add-log", folder, LOG.verifier_key.to_text()).exit_code == 0
    assert run("list", folder).output == f"0\t{LOG.verifier_key.to_text()}\n"


@pytest.mark.parametrize("vkey", ["x", "", LOG.verifier_key.to_text()[:-1]])
def test_what_is_no_key_is_not_added(folder, vkey):
    assert run("add-log", folder, vkey).exit_code == 1
    assert run("list", folder).output == ""


def test_a_witness_is_not_added_as_a_log(folder):
    assert run("add-log", folder, run("key", folder).output.strip()).exit_code == 1


def test_evidence_is_written_out(folder, tmp_path):
    run("add-log", folder, LOG.verifier_key.to_text())
    true, false = fork(3, 5)
    witness = Witness(command.load_cosigner(folder / "witness.key"), Store(folder / "witness.sqlite3"))
    witness.add_checkpoint(true.submission(0), now=NOW)
    with pytest.raises(Fork):
        witness.add_checkpoint(false.submission(5), now=NOW)
    listed = run("list", folder)
    assert "1 contradiction(s) refused, 1 of them forks" in listed.output
    assert run("evidence", folder, tmp_path / "out").exit_code == 0
    (place,) = (tmp_path / "out").iterdir()
    assert (place / "cosigned").read_bytes() == true.note()
    assert (place / "refused").read_bytes() == false.note()


@pytest.mark.parametrize("subcommand", ["list", "serve"])
def test_a_witness_that_lost_its_memory_does_not_serve(folder, subcommand):
    (folder / "witness.sqlite3").unlink()
    found = run(subcommand, folder)
    assert found.exit_code == 1
    assert "may not sign again" in found.output
    assert not (folder / "witness.sqlite3").exists()


@pytest.mark.parametrize("subcommand", ["key", "list", "serve"])
def test_a_folder_that_is_none_is_refused(tmp_path, subcommand):
    assert run(subcommand, tmp_path / "none").exit_code == 1


def test_a_key_that_others_can_read_does_not_serve(folder):
    (folder / "witness.key").chmod(0o644)
    assert run("serve", folder).exit_code == 1


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 99])
def test_a_file_that_is_no_memory_is_refused(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(UnusableStore):
        Store(tmp_path / "x")


def test_a_memory_is_not_made_over_a_file(tmp_path):
    (tmp_path / "x").touch()
    with pytest.raises(UnusableStore):
        Store.create(tmp_path / "x")


def test_the_command_is_a_module(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["witness", "--help"])
    with pytest.raises(SystemExit):
        runpy.run_module("bulletin_board.witness", run_name="__main__")
    assert "add-log" in capsys.readouterr().out
