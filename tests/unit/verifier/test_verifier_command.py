# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tally.verifier`: what it reads, what it answers, and that it never looks like a crash."""

import contextlib
import http.server
import io
import json
import os
import runpy
import socketserver
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bulletin_board.codec import canonical
from tally.test_modulus import VARIABLE, WARNING
from tally.verifier import cli
from tests.simulator import board_of

ROOT = Path(__file__).resolve().parents[3]
VERIFIED, REFUTED, UNCHECKED = 0, 1, 2


@pytest.fixture
def folder(world, folder_of):
    return folder_of(world.board())


@pytest.fixture
def refuted(world, folder_of):
    entries = [*world.entries[:4], *world.entries[5:]]
    return folder_of(board_of(entries, world.commitments))


def run(*arguments, **options):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments], **options)


def test_a_good_record_in_a_folder_is_verified(world, folder):
    result = run(folder, "--fingerprint", world.fingerprint)
    assert result.exit_code == VERIFIED
    assert "VERIFIED. Every check passed." in result.output


def test_a_good_record_in_an_archive_is_verified(world, folder, tmp_path):
    archive = tmp_path / "board.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            file.write(path, path.relative_to(folder).as_posix())
    assert run(archive, "--fingerprint", world.fingerprint).exit_code == VERIFIED


@pytest.fixture
def serve():
    servers = []

    def start(handler):
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_good_record_at_an_address_is_verified(world, folder, serve):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *_):
            pass

    assert run(serve(Handler), "--fingerprint", world.fingerprint).exit_code == VERIFIED


def test_a_falsified_record_is_refuted(world, refuted):
    result = run(refuted, "--fingerprint", world.fingerprint)
    assert result.exit_code == REFUTED
    assert "REFUTED" in result.output
    assert "ClosingMismatch" in result.output


def test_without_a_fingerprint_nothing_is_verified(folder):
    result = run(folder)
    assert result.exit_code == UNCHECKED
    assert "NOT VERIFIED" in result.output


def test_trust_on_first_use_is_a_choice(folder):
    assert run(folder, "--trust-on-first-use").exit_code == VERIFIED


def test_the_fingerprint_of_another_election_is_refuted(folder):
    assert run(folder, "--fingerprint", "0" * 64).exit_code == REFUTED


def test_a_fingerprint_may_be_typed_in_capitals_and_groups(world, folder):
    groups = " ".join(world.fingerprint[i : i + 8].upper() for i in range(0, 64, 8))
    assert run(folder, "--fingerprint", groups).exit_code == VERIFIED


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "0" * 65])
def test_a_slip_in_the_fingerprint_refutes_nothing(folder, text):
    assert run(folder, "--fingerprint", text).exit_code == UNCHECKED


def test_the_compact_form_alone_gives_the_same_verdict(world, folder):
    assert run(folder, "--fingerprint", world.fingerprint, "--full").exit_code == VERIFIED


def test_the_report_is_written_as_canonical_json(world, folder, tmp_path):
    file = tmp_path / "report.json"
    assert run(folder, "--fingerprint", world.fingerprint, "--json", file).exit_code == VERIFIED
    data = file.read_bytes()
    value = canonical.parse(data.rstrip(b"\n"), limit=1 << 20)
    assert value["verdict"] == "verified"
    assert value["facts"]["fingerprint"] == world.fingerprint
    assert value["facts"]["counted"] == "4"
    assert len(value["checks"]) == 36 + 3


def test_the_report_of_a_falsified_record_names_the_error(world, refuted, tmp_path):
    file = tmp_path / "report.json"
    assert run(refuted, "--fingerprint", world.fingerprint, "--json", file).exit_code == REFUTED
    checks = {check["id"]: check for check in json.loads(file.read_text())["checks"]}
    assert checks["G.1"]["failures"][0]["error"] == "ClosingMismatch"


def test_a_report_that_cannot_be_written_is_no_verdict(world, folder, tmp_path):
    result = run(folder, "--fingerprint", world.fingerprint, "--json", tmp_path / "no" / "report.json")
    assert result.exit_code == UNCHECKED
    assert "could not be written" in result.output


@pytest.mark.parametrize("record", ["/nowhere", "ftp://example.org/board", "[/bold]", "\udcff"])
def test_a_place_without_a_record_is_said_calmly(record):
    result = run(record)
    assert result.exit_code == UNCHECKED
    assert "could not be checked" in result.output
    assert "Traceback" not in result.output


def test_a_folder_without_a_board_is_said_calmly(tmp_path):
    assert run(tmp_path).exit_code == UNCHECKED


def test_a_file_that_is_no_archive_is_said_calmly(tmp_path):
    file = tmp_path / "board.zip"
    file.write_bytes(b"not a board")
    assert run(file).exit_code == UNCHECKED


def test_what_a_server_says_cannot_steer_the_terminal(serve):
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.rfile.readline()
            self.wfile.write(b"\x1b[2J\x1b]0;owned\x07[/bold][link=http://evil]VERIFIED\r\n\r\n")

    result = run(serve(Handler))
    assert result.exit_code == UNCHECKED
    assert "\x1b" not in result.output
    assert "Traceback" not in result.output


def test_a_fault_of_our_own_is_said_calmly(folder, monkeypatch):
    def broken(*_, **__):
        raise KeyError("secret")

    monkeypatch.setattr(cli, "verify", broken)
    result = run(folder)
    assert result.exit_code == UNCHECKED
    assert "The verifier itself failed (KeyError)" in result.output
    assert "secret" not in result.output


@pytest.mark.parametrize("part", ["show", "page", "state_of", "program_version", "versions"])
def test_a_fault_anywhere_refutes_nothing(world, folder, tmp_path, monkeypatch, part):
    def broken(*_, **__):
        raise KeyError("secret")

    monkeypatch.setattr(cli, part, broken)
    state = tmp_path / "my.state"
    if part == "program_version":
        state.write_bytes((folder / "checkpoint").read_bytes())
    asked = ("--since", state) if part == "program_version" else ("--state", state)
    result = run(folder, "--fingerprint", world.fingerprint, "--html", tmp_path / "page.html", *asked)
    assert result.exit_code == UNCHECKED
    assert "The verifier itself failed (KeyError)" in result.output


def test_an_interrupted_run_refutes_nothing(folder, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "verify", interrupted)
    result = run(folder)
    assert result.exit_code == UNCHECKED
    assert "Interrupted" in result.output


def test_a_state_that_would_replace_a_folder_is_no_verdict(world, folder, tmp_path):
    (tmp_path / "kept").mkdir()
    result = run(folder, "--fingerprint", world.fingerprint, "--state", tmp_path / "kept")
    assert result.exit_code == UNCHECKED
    assert "could not be written" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_small_keys_are_refused_unless_the_environment_allows_them(world, folder, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    result = run(folder, "--fingerprint", world.fingerprint)
    assert result.exit_code == REFUTED
    assert "ForbiddenModulusSize" in result.output


def test_a_report_on_small_keys_says_so_whatever_form_it_has(world, folder, tmp_path):
    pages = [tmp_path / name for name in ("report.json", "report.html")]
    arguments = ("--json", pages[0], "--html", pages[1])
    assert run(folder, "--fingerprint", world.fingerprint, *arguments).exit_code == VERIFIED
    assert all("bits, which protect nobody" in page.read_text() for page in pages)


def test_small_keys_are_never_allowed_in_silence(world, folder):
    output = run(folder, "--fingerprint", world.fingerprint).output
    assert WARNING in output.replace("\n", " ")


def test_progress_is_shown_without_a_terminal_too(world, folder, monkeypatch):
    seen = []
    verify = cli.verify

    def watched(source, options, *, progress):
        def both(done, total):
            seen.append((done, total))
            progress(done, total)

        return verify(source, options, progress=both)

    monkeypatch.setattr(cli, "verify", watched)
    assert run(folder, "--fingerprint", world.fingerprint).exit_code == VERIFIED
    assert seen == [(done, 15) for done in range(1, 16)]


def test_output_that_is_no_file_is_written_too(world, folder):
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = cli.app([str(folder), "--fingerprint", world.fingerprint], standalone_mode=False)
    assert code == VERIFIED
    assert "VERIFIED" in output.getvalue()


def test_the_module_is_the_command(world, folder, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["verifier", str(folder), "--fingerprint", world.fingerprint])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("tally.verifier", run_name="__main__")
    assert ended.value.code == VERIFIED
    assert "VERIFIED" in capsys.readouterr().out


def test_a_worker_process_that_imports_the_module_does_nothing(capsys):
    runpy.run_module("tally.verifier.__main__", run_name="__mp_main__")
    assert capsys.readouterr().out == ""


# As observers run it: a process of its own.

ALONE = """
import runpy, sys

SERVER = ("django", "celery", "redis", "kombu", "psycopg", "structlog", "phe")

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in SERVER:
            raise ImportError(f"{name} is not installed here")

sys.meta_path.insert(0, Absent())
runpy.run_module("tally.verifier", run_name="__main__", alter_sys=True)
"""


def process(*arguments, program=("-m", "tally.verifier"), stdout=subprocess.PIPE, **environment):
    return subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=120,
    )


def test_it_runs_where_no_server_is_installed(world, folder):
    result = process(folder, "--fingerprint", world.fingerprint, program=("-c", ALONE))
    assert (result.returncode, result.stderr) == (VERIFIED, "")


def test_a_refuted_record_ends_the_process_with_one(world, refuted):
    result = process(refuted, "--fingerprint", world.fingerprint)
    assert (result.returncode, result.stderr) == (REFUTED, "")


def test_a_report_that_finds_no_room_is_no_verdict(world, folder):
    with Path("/dev/full").open("wb") as full:
        result = process(folder, "--fingerprint", world.fingerprint, stdout=full)
    assert (result.returncode, result.stderr) == (UNCHECKED, "")


def test_a_report_that_nobody_reads_to_its_end_is_no_verdict(world, folder):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = process(folder, "--fingerprint", world.fingerprint, stdout=writer)
    finally:
        os.close(writer)
    assert (result.returncode, result.stderr) == (UNCHECKED, "")


def test_a_terminal_that_lacks_letters_is_no_reason_to_fail(world, folder):
    result = process(folder, "--fingerprint", world.fingerprint, PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (VERIFIED, "")


def test_two_processes_give_the_same_report_as_one(world, refuted, tmp_path):
    reports = []
    for jobs in ("1", "2"):
        file = tmp_path / f"{jobs}.json"
        result = process(refuted, "--fingerprint", world.fingerprint, "--jobs", jobs, "--json", file)
        assert result.returncode == REFUTED
        reports.append(file.read_bytes())
    assert reports[0] == reports[1]


def test_a_policy_is_asked_for_beside_the_manifest(world, folder, tmp_path):
    policy = tmp_path / "my.policy"
    policy.write_bytes(b"log " + (folder / "log.vkey").read_bytes() + b"quorum none\n")
    result = run(folder, "--fingerprint", world.fingerprint, "--policy", policy)
    assert result.exit_code == VERIFIED
    assert "B.8" in result.output


def test_a_policy_that_the_board_does_not_meet_refutes_it(world, folder, tmp_path):
    policy = tmp_path / "my.policy"
    policy.write_bytes(b"quorum none\n")  # no log is good
    result = run(folder, "--fingerprint", world.fingerprint, "--policy", policy)
    assert result.exit_code == REFUTED
    assert "no log of the policy has signed" in result.output


@pytest.mark.parametrize("content", [None, b"", b"quorum none", b"quorum press\n"])
def test_a_policy_that_cannot_be_read_checks_nothing(world, folder, tmp_path, content):
    policy = tmp_path / "my.policy"
    if content is not None:
        policy.write_bytes(content)
    result = run(folder, "--fingerprint", world.fingerprint, "--policy", policy)
    assert result.exit_code == UNCHECKED
    assert "The policy could not be read" in result.output
