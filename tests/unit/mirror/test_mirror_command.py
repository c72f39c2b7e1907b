# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bulletin_board.mirror`: what it takes, prints and answers."""

import errno
import http.server
import runpy
import signal
import threading
import urllib.request
from datetime import UTC, datetime
from functools import partial

import pytest
from typer.testing import CliRunner

from bulletin_board.cosigner_file import create_cosigner_file
from bulletin_board.files import only_writer
from bulletin_board.log.cosignature import Cosigner, open_cosigned
from bulletin_board.log.note import Signer
from bulletin_board.mirror import command
from tests.histories import LOG, History, fork, numbered

NOW = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp())


@pytest.fixture(autouse=True)
def _signals():
    held = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, held)


@pytest.fixture
def board(tmp_path):
    """Write a log's files into one folder, over what is there."""

    def write(log):
        for path, data in log.files().items():
            file = tmp_path / "board" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return tmp_path / "board"

    return write


def run(*arguments):
    return CliRunner().invoke(command.app, [str(argument) for argument in arguments])


def test_the_first_key_is_shown_and_kept(board, folder):
    made = run(board(History().grow(*numbered(0, 5))), folder)
    assert made.exit_code == 0
    assert LOG.verifier_key.to_text() in made.output
    assert "5 entries, 5 of them new" in made.output
    again = run(board(History().grow(*numbered(0, 7))), folder)
    assert "Trusting" not in again.output
    assert "7 entries, 2 of them new" in again.output


def test_nothing_new_is_nothing_said(board, folder):
    place = board(History().grow(*numbered(0, 5)))
    run(place, folder)
    assert run(place, folder).output == ""


def test_a_key_that_was_brought_must_be_the_boards(board, folder):
    place = board(History().grow(*numbered(0, 5)))
    other = Signer(LOG.name, b"M" * 32).verifier_key.to_text()
    assert run(place, folder, "--vkey", other).exit_code == 1
    assert run(place, folder, "--vkey", LOG.verifier_key.to_text()).exit_code == 0
    assert "AnotherLog" in run(place, folder, "--vkey", other).output


def test_a_fork_ends_it_with_a_sentence(board, folder):
    true, false = fork(3, 5)
    run(board(true), folder)
    found = run(board(false), folder)
    assert found.exit_code == 1
    assert "Refused (BoardForked): a fork:" in found.output


@pytest.mark.parametrize("source", ["http://127.0.0.1:9", "none.zip"])
def test_a_board_that_cannot_be_read_is_no_verdict(folder, tmp_path, source):
    found = run(source if "://" in source else tmp_path / source, folder)
    assert found.exit_code == 2


def test_the_copy_is_cosigned_with_a_key_of_ones_own(board, folder, tmp_path):
    own = create_cosigner_file(tmp_path / "own.key", "mirror.example")
    log = History().grow(*numbered(0, 5))
    assert run(board(log), folder, "--cosign", tmp_path / "own.key").exit_code == 0
    data = (folder / "checkpoint").read_bytes()
    assert open_cosigned(data, LOG.verifier_key, [own.verifier_key], quorum=1).checkpoint == log.head()


@pytest.mark.parametrize("option", ["--cosign", "--policy"])
def test_a_file_that_is_not_there_is_said(board, folder, tmp_path, option):
    found = run(board(History().grow(b"x")), folder, option, tmp_path / "none")
    assert found.exit_code == 1
    assert not (folder / "checkpoint").exists()


def test_a_policy_is_demanded(board, folder, tmp_path):
    (tmp_path / "policy").write_text(f"log {LOG.verifier_key.to_text()}\nquorum none\n")
    assert run(board(History().grow(b"x")), folder, "--policy", tmp_path / "policy").exit_code == 0
    (tmp_path / "policy").write_text("quorum none\n")
    assert run(board(History().grow(b"x", b"y")), folder, "--policy", tmp_path / "policy").exit_code == 1


def test_a_second_process_is_refused(board, folder):
    with only_writer(folder):
        found = run(board(History().grow(b"x")), folder)
    assert "FolderBusy" in found.output


def test_with_every_it_goes_on_whatever_the_board_does(board, folder, monkeypatch):
    true, false = fork(3, 5)
    place, steps = board(true), [lambda: board(false), lambda: board(true.grow(b"more")), None]

    def sleep(_seconds):
        step = steps.pop(0)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr("bulletin_board.mirror.command.time.sleep", sleep)
    found = run(place, folder, "--every", "5", "--serve", "0")
    assert found.exit_code == 0
    assert [line.split(":")[0].split(" (")[0] for line in found.output.splitlines()[-4:]] == [
        LOG.name,
        "Refused",
        LOG.name,
        "Stopped.",
    ]
    assert "Serving at http://127.0.0.1:" in found.output


@pytest.fixture
def goes_on(board, folder, monkeypatch):
    """Say what is printed when the board is good, then as `spoil` leaves it, then good again."""

    def run_with(spoil, *options):
        log = History().grow(*numbered(0, 5))
        place = board(log)

        def better():
            monkeypatch.undo()
            monkeypatch.setattr("bulletin_board.mirror.command.time.sleep", sleep)
            board(log.grow(b"more"))

        steps = [lambda: spoil(board(log.grow(b"bad"))), better, None]

        def sleep(_seconds):
            step = steps.pop(0)
            if step is None:
                raise KeyboardInterrupt
            step()

        monkeypatch.setattr("bulletin_board.mirror.command.time.sleep", sleep)
        return run(place, folder, "--every", "5", "--serve", "0", *options)

    return run_with


def breaking(number):
    def refuse(*_):
        raise OSError(number, "the disk")

    return refuse


SPOILT = {
    "MalformedNote": lambda place: (place / "checkpoint").write_text("<!doctype html><title>Sorry</title>"),
    "PayloadMismatch": lambda place: [file.write_bytes(b"x") for file in place.glob("blob/*")],
    "MalformedTile": lambda place: [file.write_bytes(b"x") for file in place.glob("tile/entries/*/6")],
}


@pytest.mark.parametrize("name", SPOILT)
def test_with_every_it_goes_on_whatever_is_served(goes_on, name):
    found = goes_on(SPOILT[name])
    assert found.exit_code == 0
    assert f"Refused ({name})" in found.output
    assert f"{LOG.name}: 7 entries, 2 of them new." in found.output


def test_with_every_it_goes_on_when_witnesses_lag(goes_on, tmp_path, board):
    press = create_cosigner_file(tmp_path / "press.key", "press.example")
    (tmp_path / "policy").write_text(
        f"log {LOG.verifier_key.to_text()}\nwitness p {press.verifier_key.to_text()}\nquorum p\n"
    )
    found = goes_on(lambda _place: None, "--policy", tmp_path / "policy")
    assert found.exit_code == 0
    assert found.output.count("Refused (QuorumNotMet)") == 3


def test_with_every_it_goes_on_when_the_disk_is_full(goes_on, monkeypatch):
    found = goes_on(
        lambda _place: monkeypatch.setattr("bulletin_board.mirror.copy.write_file", breaking(errno.ENOSPC))
    )
    assert found.exit_code == 0
    assert "Refused (OSError)" in found.output
    assert "7 entries, 2 of them new." in found.output


def test_a_disk_that_fails_ends_it(goes_on, monkeypatch):
    found = goes_on(
        lambda _place: monkeypatch.setattr("bulletin_board.mirror.copy.write_file", breaking(errno.EIO))
    )
    assert found.exit_code == 1


@pytest.fixture
def address(board):
    """A board at a web address, and how to cosign it: at such times by press and union."""
    cosigners = [Cosigner(f"{name}.example", name.encode().ljust(32, b".")) for name in ("press", "union")]

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    def show(log, *times):
        lines = b"".join(
            who.cosign(log.head(), time=time).to_text().encode()
            for who, time in zip(cosigners, times, strict=True)
        )
        (board(log) / "checkpoint").write_bytes(log.note() + lines)
        return f"http://127.0.0.1:{server.server_address[1]}"

    handler = partial(Quiet, directory=str(board(History())))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    show.policy = "".join(
        [
            f"log {LOG.verifier_key.to_text()}\n",
            *(f"witness {who.name} {who.verifier_key.to_text()}\n" for who in cosigners),
            f"group both all {' '.join(who.name for who in cosigners)}\nquorum both\n",
        ]
    )
    yield show
    server.shutdown()
    server.server_close()


def test_a_line_tells_how_old_the_board_is(address, folder, tmp_path, monkeypatch):
    (tmp_path / "policy").write_text(address.policy)
    monkeypatch.setattr(command.time, "time", lambda: NOW)
    place = address(History().grow(*numbered(0, 5)), NOW - 600, NOW)
    found = run(place, folder, "--policy", tmp_path / "policy")
    assert "5 of them new. Cosigned 2026-03-02T11:50:00Z, 10 min before it was read." in found.output
    assert "StaleBoard" not in found.output


def test_a_board_that_is_frozen_is_said_to_be_once_and_when_it_is_over(
    address, folder, tmp_path, monkeypatch
):
    (tmp_path / "policy").write_text(address.policy)
    log, old = History().grow(*numbered(0, 5)), NOW - 2 * 86_400
    steps = [lambda: None, lambda: address(log, NOW, old), lambda: address(log, NOW, NOW), None]

    def sleep(_seconds):
        step = steps.pop(0)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr(command.time, "time", lambda: NOW)
    monkeypatch.setattr("bulletin_board.mirror.command.time.sleep", sleep)
    found = run(address(log, old, old), folder, "--policy", tmp_path / "policy", "--every", "5")
    assert found.exit_code == 0
    assert found.output.count("StaleBoard: enough witnesses cosigned this board last at 2026-02-28") == 1
    assert found.output.count("no longer stale. Cosigned 2026-03-02T12:00:00Z, 0 min") == 1


def test_without_a_policy_or_of_a_board_in_files_no_age_is_told(address, board, folder, tmp_path):
    (tmp_path / "policy").write_text(address.policy)
    log = History().grow(*numbered(0, 5))
    assert "osigned" not in run(address(log, 5, 5), folder).output
    in_files = run(board(log).parent / "board", tmp_path / "other", "--policy", tmp_path / "policy")
    assert "QuorumNotMet" in in_files.output
    address(log, 5, 5)
    in_files = run(tmp_path / "board", tmp_path / "other", "--policy", tmp_path / "policy")
    assert "5 of them new.\n" in in_files.output
    assert "StaleBoard" not in in_files.output


def test_whoever_serves_goes_on_looking_until_one_look_succeeds(board, folder, tmp_path, monkeypatch):
    log = History().grow(*numbered(0, 5))
    run(board(log), folder)
    old, place, waits = log.files()["checkpoint"], tmp_path / "elsewhere", []

    def served():
        (line,) = (one for one in said if one.startswith("Serving at "))
        address = f"{line.removeprefix('Serving at ')}checkpoint"
        with urllib.request.urlopen(address) as answer:  # noqa: S310
            return answer.read()

    def sleep(seconds):
        waits.append((seconds, served()))
        if len(waits) == 2:
            board(log.grow(b"more")).rename(place)
        if len(waits) == 3:
            raise KeyboardInterrupt

    said, echo = [], command.typer.echo
    monkeypatch.setattr(command.typer, "echo", lambda text, **how: (said.append(text), echo(text, **how)))
    monkeypatch.setattr("bulletin_board.mirror.command.time.sleep", sleep)
    found = run(place, folder, "--serve", "0")
    assert found.exit_code == 0
    assert found.output.count("Refused (NotFound)") == 2
    assert "6 entries, 1 of them new" in found.output
    assert waits == [(command.RETRY, old), (command.RETRY, old), (3_600, log.files()["checkpoint"])]


def test_whoever_serves_is_ended_by_a_disk_that_fails(board, folder, monkeypatch):
    monkeypatch.setattr("bulletin_board.mirror.copy.write_file", breaking(errno.EIO))
    assert run(board(History().grow(b"x")), folder, "--serve", "0").exit_code == 1


def test_a_key_that_is_not_the_folders_ends_it_also_with_every(board, folder):
    place = board(History().grow(*numbered(0, 5)))
    run(place, folder)
    other = Signer(LOG.name, b"M" * 32).verifier_key.to_text()
    found = run(place, folder, "--vkey", other, "--every", "5")
    assert (found.exit_code, "AnotherLog" in found.output) == (1, True)


def test_what_a_server_says_cannot_steer_a_terminal():
    assert "\x1b" not in command._sentence(ValueError("\x1b[2J"))


def test_the_command_is_a_module(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["mirror", "--help"])
    with pytest.raises(SystemExit):
        runpy.run_module("bulletin_board.mirror", run_name="__main__")
    assert "--cosign" in capsys.readouterr().out
