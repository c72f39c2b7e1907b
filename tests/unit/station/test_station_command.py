# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands of dealer and trustee, as they are typed."""

import json

import pytest
from typer.testing import CliRunner

from tally import test_modulus
from tally.dealer.command import app as dealer
from tally.station import keyfile
from tally.station.card import Card
from tally.station.command import app as station
from tests import simulator, stations
from tests.stations import CHEAP, PASSPHRASE

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """A cheap key derivation, and the switch for small keys."""
    monkeypatch.setenv(test_modulus.VARIABLE, test_modulus.VALUE)
    create, update, open_key_file = keyfile.create, keyfile.update, keyfile.open_key_file
    monkeypatch.setattr(keyfile, "create", lambda *args: create(*args, cost=CHEAP))
    monkeypatch.setattr(keyfile, "update", lambda *args, **more: update(*args, **({"cost": CHEAP} | more)))
    monkeypatch.setattr(
        keyfile, "open_key_file", lambda *args, **more: open_key_file(*args, **({"least": CHEAP} | more))
    )


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n")
    file.chmod(0o600)
    return ["--passphrase-file", str(file)]


def run(app, *arguments, code=0):
    found = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert found.exit_code == code, found.output
    return found.output


def test_the_whole_ceremony(tmp_path, secret):
    cards, members = [], []
    for index in (1, 2, 3):
        file = tmp_path / f"{index}.key"
        shown = run(station, "init", file, "--name", f"Trustee {index}", *secret)
        card = tmp_path / f"{index}.key.card.json"
        cards += ["--card", card]
        members.append(Card.from_bytes(card.read_bytes()))
        assert members[-1].fingerprint in shown
        assert run(station, "card", file, *secret).startswith(card.read_text())
    trustees = simulator.with_changes(stations.trustees(), members=tuple(one.trustee for one in members))
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(stations.town_manifest(trustees=trustees).to_bytes())
    dealt = tmp_path / "dealt"
    assert "Checked" in run(dealer, "deal", "--manifest", manifest, *cards, "--out", dealt)
    assert {file.name: file.stat().st_mode & 0o777 for file in dealt.iterdir()} == {
        "key-draft.json": 0o644,
        "share-1.json": 0o600,
        "share-2.json": 0o600,
        "share-3.json": 0o600,
    }
    given = ["--manifest", manifest, "--draft", dealt / "key-draft.json"]
    for index in (1, 2, 3):
        file, word = tmp_path / f"{index}.key", tmp_path / f"word-{index}.json"
        share = ["--share", dealt / f"share-{index}.json"]
        shown = run(station, "accept", file, *given, *share, "--out", word, *secret)
        assert f"You are trustee {index}" in shown
        assert json.loads(word.read_bytes())["trustee"] == index
        assert "The share fits the key" in run(station, "check", file, *given, *secret)


def test_a_key_file_without_a_share_does_not_run(tmp_path, secret):
    file = tmp_path / "key"
    run(station, "init", file, "--name", "Ada", *secret)
    assert "holds no share" in run(station, "check", file, *secret)
    more = ["--board", tmp_path, "--fingerprint", "a" * 64, "--broker", f"filesystem://{tmp_path}"]
    assert "NotAccepted" in run(station, "run", file, *more, *secret, code=1)


def test_a_fingerprint_must_be_one(tmp_path, secret):
    more = ["--board", "x", "--fingerprint", "abc", "--broker", "redis://localhost/0"]
    assert "64 lowercase" in run(station, "run", tmp_path / "key", *more, *secret, code=1)


def test_a_password_on_the_command_line_is_refused(tmp_path, secret):
    more = ["--board", "x", "--fingerprint", "a" * 64, "--broker", "redis://:hunter2@localhost/0"]
    shown = run(station, "run", tmp_path / "key", *more, *secret, code=1)
    assert "VERITALLY_STATION_BROKER" in shown
    assert "hunter2" not in shown


def test_a_missing_key_file_is_refused_in_one_sentence(tmp_path, secret):
    assert run(station, "check", tmp_path / "none", *secret, code=1).startswith("Refused (FileRefused)")


def test_a_small_key_is_refused_without_the_switch(tmp_path, monkeypatch):
    monkeypatch.delenv(test_modulus.VARIABLE)
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(stations.town_manifest().to_bytes())
    card = tmp_path / "card.json"
    card.write_bytes(stations.secrets_of(1, stations.town()).card().to_bytes())
    shown = run(dealer, "deal", "--manifest", manifest, "--card", card, "--out", tmp_path / "out", code=1)
    assert "ForbiddenModulusSize" in shown
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("value", ["", "1", "true", "yes", "for-tests-only "])
def test_the_switch_has_one_exact_value(value):
    assert not test_modulus.is_allowed({test_modulus.VARIABLE: value})
    assert not test_modulus.is_allowed({})
    assert test_modulus.is_allowed({test_modulus.VARIABLE: "for-tests-only"})


def test_what_strangers_wrote_cannot_move_the_cursor(capsys):
    from tally.station.command import _say

    _say("Refused: \x1b[2J\nfake line")
    shown = capsys.readouterr().out
    assert shown.count("\n") == 1
    assert "\x1b" not in shown
