# SPDX-License-Identifier: AGPL-3.0-or-later
"""`change-roll`: a roll change made from a board in a folder, and what is refused calmly."""

import pytest
from typer.testing import CliRunner

from tally.admission import read_roll_change
from tally.crypto import ed25519
from tally.registrar.command import app
from tally.registrar.keyfile import create_key_file
from tests.simulator import REGISTRAR_SEED, open_world, voter_seed

PASSPHRASE = "a long passphrase"
OLD, ANOTHER, NEW = (ed25519.public_key(voter_seed(number)).hex() for number in (0, 1, 60))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the board, the registrar's key and its passphrase."""
    folder = tmp_path_factory.mktemp("registrar")
    world = open_world()
    world.vote(0, {"mayor": {"ada": 1}})
    for name, data in world.board().files.items():
        file = folder / "board" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    create_key_file(folder / "key", PASSPHRASE, entropy=lambda length: REGISTRAR_SEED[:length])
    (folder / "passphrase").write_text(PASSPHRASE + "\n")
    (folder / "passphrase").chmod(0o600)
    return folder, world


@pytest.fixture
def run(place, tmp_path, monkeypatch):
    monkeypatch.setenv("VERITALLY_ALLOW_TEST_MODULUS", "for-tests-only")
    folder, world = place

    def run(*arguments, reason="A letter was lost.", fingerprint=world.fingerprint):
        return CliRunner().invoke(
            app,
            [
                "change-roll", str(folder / "board"), "--fingerprint", fingerprint, "--reason", reason,
                "--key", str(folder / "key"), "--passphrase-file", str(folder / "passphrase"),
                "--out", str(tmp_path / "change.json"), *map(str, arguments),
            ],
        )  # fmt: skip

    return run


def test_a_replacement_is_signed_for_this_board(place, run, tmp_path):
    result = run("--replace", f"{OLD}={NEW}")
    assert result.exit_code == 0, result.output
    assert "roll change 1. Revoked: 1; admitted: 1." in result.output
    assert "can still be admitted after it: 43" in result.output
    change = read_roll_change(place[1].opened, (tmp_path / "change.json").read_bytes())
    assert ([key.hex() for key in change.revoke], dict(change.admit)) == ([OLD], {bytes.fromhex(NEW): 1})


def test_options_and_a_list_go_together(place, run, tmp_path):
    (tmp_path / "more.csv").write_text(f"revoke,admit,weight\n{ANOTHER},,\n")
    result = run("--revoke", OLD, "--admit", f"{NEW}=3", "--list", tmp_path / "more.csv")
    assert result.exit_code == 0, result.output
    change = read_roll_change(place[1].opened, (tmp_path / "change.json").read_bytes())
    assert {key.hex() for key in change.revoke} == {OLD, ANOTHER}
    assert change.weight == 3


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), "EmptyRollChange"),
        (("--replace", OLD), "BadChange"),
        (("--revoke", NEW), "NotOnRoll"),
        (("--admit", OLD), "AlreadyEnrolled"),
        (("--admit", f"{NEW}=45"), "RollExceedsCapacity"),
    ],
)
def test_what_the_board_would_refuse_writes_nothing(run, tmp_path, arguments, error):
    result = run(*arguments)
    assert result.exit_code == 1
    assert f"Refused ({error})" in result.output
    assert not (tmp_path / "change.json").exists()


def test_another_elections_board_is_refused(run):
    result = run("--revoke", OLD, fingerprint="0" * 64)
    assert result.exit_code == 1
    assert "FingerprintMismatch" in result.output


def test_a_board_that_is_not_there_is_one_sentence(tmp_path, run):
    result = CliRunner().invoke(
        app,
        [
            "change-roll", str(tmp_path / "nothing"), "--fingerprint", "0" * 64, "--reason", "x",
            "--key", str(tmp_path / "key"), "--out", str(tmp_path / "change.json"), "--revoke", OLD,
        ],
    )  # fmt: skip
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_nothing_is_overwritten(run, tmp_path):
    (tmp_path / "change.json").write_text("mine")
    result = run("--revoke", OLD)
    assert result.exit_code == 1
    assert "FileExists" in result.output
    assert (tmp_path / "change.json").read_text() == "mine"


def test_all_problems_of_a_list_are_shown(run, tmp_path):
    (tmp_path / "more.csv").write_text("revoke,admit,weight\nx,,\n,,\n")
    result = run("--list", tmp_path / "more.csv")
    assert result.exit_code == 1
    assert "row 2" in result.output
    assert "row 3" in result.output
