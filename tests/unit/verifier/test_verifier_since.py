# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifying what is new since an earlier run: what may rest on it, and what a board cannot hide behind it."""

import http.server
import json
import threading
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from typer.testing import CliRunner

from bulletin_board import layout
from bulletin_board.codec import canonical
from bulletin_board.log import tiles
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.merkle import leaf_hash
from bulletin_board.log.note import Signer, sign_note
from bulletin_board.log.tiles import Tile
from bulletin_board.mirror import command as mirroring
from tally.crypto.errors import ChallengeMismatch
from tally.verifier import cli, proofs, versions
from tally.verifier.earlier import Earlier, Judged
from tally.verifier.errors import UnusableState
from tally.verifier.proofs import Refused
from tally.verifier.report import Status, Verdict
from tally.verifier.verify import Options, verify
from tally.verifier.versions import program_version
from tests.simulator import LOG_NAME, LOG_SEED, board_of

VERIFIED, REFUTED, UNCHECKED = 0, 1, 2
MADE = datetime(2026, 3, 2, tzinfo=UTC)
BALLOTS_UNTIL = 8  # entries: three of five ballots are among them
MERKLE_EMPTY = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def run(*arguments):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def part(world, entries):
    return board_of(world.entries[:entries], world.commitments)


def earlier_of(world, board, **changes):
    judged = Judged(
        fingerprint=world.fingerprint,
        trusted_on_first_use=False,
        program=program_version(),
        compact=False,
        made=MADE,
    )
    return Earlier(note=board.files[layout.CHECKPOINT], judged=replace(judged, **changes))


def verified(world, board, earlier, **changes):
    options = Options(fingerprint=world.fingerprint, allow_test_modulus=True, earlier=earlier, **changes)
    return verify(board, options).report


def finding(report, check):
    return next(found for found in report.findings if found.check.id == check)


@pytest.fixture
def judged(monkeypatch):
    """The places of all ballots whose proofs were judged."""
    places = []
    honest = proofs.judge

    def watched(opened, submitted):
        places.extend(item.where for item in submitted)
        return honest(opened, submitted)

    monkeypatch.setattr(proofs, "judge", watched)
    return places


def test_only_the_proofs_of_new_ballots_are_judged(world, judged):
    report = verified(world, world.board(), earlier_of(world, part(world, BALLOTS_UNTIL)))
    assert report.verdict is Verdict.VERIFIED
    assert judged
    assert all(int(place.split()[1]) >= BALLOTS_UNTIL for place in judged)
    assert "rests on your own verification of 2026-03-02T00:00:00Z" in finding(report, "F.5").note


def test_a_finished_board_verified_before_needs_no_proof_judged(world, judged):
    report = verified(world, world.board(), earlier_of(world, world.board()))
    assert report.verdict is Verdict.VERIFIED
    assert judged == []


def test_a_bare_checkpoint_is_continued_but_saves_nothing(world, judged):
    bare = Earlier(note=part(world, BALLOTS_UNTIL).files[layout.CHECKPOINT], judged=None)
    report = verified(world, world.board(), bare)
    assert report.verdict is Verdict.VERIFIED
    assert finding(report, "B.9").status is Status.PASS
    assert finding(report, "F.5").note == ""
    assert len(judged) == 5


def test_an_open_election_is_judged_as_far_as_it_goes(world, judged):
    report = verified(world, part(world, 9), earlier_of(world, part(world, 6)))
    assert report.verdict is Verdict.UNCHECKED
    assert [int(place.split()[1]) for place in judged] == [
        seq for seq in range(6, 9) if world.entries[seq][0] == "ballot"
    ]


def forked(world):
    """The same election, other ballots: the log has signed both."""
    return board_of([*world.entries[:5], world.entries[6], *world.entries[5:6]], world.commitments)


def test_a_fork_is_refused_with_both_signed_checkpoints_as_evidence(world):
    other = forked(world)
    report = verified(world, world.board(), earlier_of(world, other))
    assert finding(report, "B.9").failures[0].error == "BoardForked"
    assert [text.encode() for _, text in report.exhibits] == [
        other.files[layout.CHECKPOINT],
        world.board().files[layout.CHECKPOINT],
    ]


def test_no_proof_counts_as_judged_on_a_board_that_was_forked(world):
    report = verified(world, world.board(), earlier_of(world, forked(world)))
    assert report.verdict is Verdict.REFUTED
    assert finding(report, "F.5").status is Status.NOT_RUN


def test_an_older_copy_refutes_nothing_and_proves_nothing(world, judged):
    report = verified(world, part(world, 6), earlier_of(world, world.board()))
    assert finding(report, "B.9").status is Status.NOT_RUN
    assert "older than the one of 15 entries" in finding(report, "B.9").note
    assert report.verdict is Verdict.UNCHECKED
    assert judged  # nothing rests on a board that is not continued


@pytest.mark.parametrize("size", [5, 15])
def test_a_checkpoint_that_another_log_signed_is_no_evidence_and_no_help(world, judged, size):
    head = Checkpoint(origin=LOG_NAME, size=size, root=b"\5" * 32)
    foreign = replace(
        earlier_of(world, world.board()), note=sign_note(head.to_text(), Signer(LOG_NAME, b"x" * 32))
    )
    report = verified(world, world.board(), foreign)
    assert report.verdict is Verdict.UNCHECKED
    assert finding(report, "B.9").status is Status.NOT_RUN
    assert "not signed by this board's log" in finding(report, "B.9").note
    assert report.exhibits == ()
    assert len(judged) == 5  # nothing rests on it


def test_every_board_continues_the_empty_one(world):
    head = Checkpoint(origin=LOG_NAME, size=0, root=MERKLE_EMPTY)
    empty = replace(
        earlier_of(world, world.board()), note=sign_note(head.to_text(), Signer(LOG_NAME, LOG_SEED))
    )
    assert verified(world, world.board(), empty).verdict is Verdict.VERIFIED


def test_a_board_whose_chain_breaks_is_not_called_continued(world):
    path = next(path for path in world.board().files if path.startswith("tile/entries/"))
    board = world.board().changed(path, b"")
    report = verified(world, board, earlier_of(world, part(world, BALLOTS_UNTIL)))
    assert finding(report, "B.9").status is Status.NOT_RUN
    assert report.verdict is Verdict.REFUTED


def test_a_false_proof_after_the_earlier_checkpoint_is_found(world, monkeypatch):
    def refuse(opened, submitted):
        return [Refused(where=item.where, error=ChallengeMismatch("no")) for item in submitted]

    monkeypatch.setattr(proofs, "judge", refuse)
    report = verified(world, world.board(), earlier_of(world, part(world, BALLOTS_UNTIL)))
    assert report.verdict is Verdict.REFUTED
    assert [failure.where for failure in finding(report, "F.5").failures] == [
        "entry 8 (ballot)",
        "entry 9 (ballot)",
    ]


# The file.


def test_a_state_is_read_as_it_was_written(world):
    state = earlier_of(world, world.board())
    assert Earlier.from_bytes(state.to_bytes()) == state
    bare = replace(state, judged=None)
    assert Earlier.from_bytes(bare.to_bytes()) == bare


@pytest.mark.parametrize(
    "change",
    [
        {"format": "veritally/verified/1"},
        {"trusted_on_first_use": "no"},
        {"fingerprint": "x"},
        {"compact": 1},
        {"made": "yesterday"},
        {"checkpoint": "AAAA"},
        {"checkpoint": "?"},
        {"more": "x"},
    ],
)
def test_a_state_with_anything_else_in_it_is_refused(world, change):
    value = canonical.parse(earlier_of(world, world.board()).to_bytes()[:-1], limit=1 << 20)
    with pytest.raises(UnusableState):
        Earlier.from_bytes(canonical.encode({**value, **change}) + b"\n")


@pytest.mark.parametrize("data", [b"", b"{", b"{}", b"no note\n", b"\xff", b"{" + b" " * 200_000])
def test_what_is_no_state_and_no_checkpoint_is_refused(data):
    with pytest.raises(UnusableState):
        Earlier.from_bytes(data)


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        ({}, {"fingerprint": "0" * 64}),
        ({"program": "0.0.0"}, {}),
        ({"compact": False}, {"compact": True}),
    ],
)
def test_judgements_that_do_not_stand_for_those_wanted_are_not_used(world, made, wanted):
    asked = {"fingerprint": world.fingerprint, "program": program_version(), "compact": False}
    with pytest.raises(UnusableState):
        earlier_of(world, world.board(), **made).check_usable(**asked | wanted)


def test_judgements_of_the_compact_form_stand_for_both(world):
    state = earlier_of(world, world.board(), compact=True)
    for compact in (True, False):
        state.check_usable(fingerprint=None, program=program_version(), compact=compact)


def test_programs_that_run_from_their_source_are_told_apart(tmp_path):
    (tmp_path / "tally").mkdir()
    with pytest.raises(LookupError):
        versions._digest(tmp_path)
    module = tmp_path / "tally" / "count.py"
    module.write_text("LIMIT = 1")
    first = versions._digest(tmp_path)
    module.write_text("LIMIT = 2")
    assert versions._digest(tmp_path) != first
    assert len(program_version().split()[-1]) == 64


# The command.


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def write_hash_tile(folder):
    """What a mirror asks for when a board has grown; the simulator's boards have entries alone."""
    size = Checkpoint.from_text((folder / "checkpoint").read_text().partition("\n\n")[0] + "\n").size
    bundle = next((folder / "tile/entries").rglob(str(size))).read_bytes()
    tile = folder / Tile(level=0, index=0, width=size).to_path()
    tile.parent.mkdir(parents=True)
    tile.write_bytes(tiles.format_hashes(map(leaf_hash, tiles.parse_bundle(bundle, size))))


@pytest.fixture
def place_of(folder_of, tmp_path):
    """A board as a folder, at an address, as an archive, and as a mirror of it keeps it."""
    servers = []

    def place(board, kind):
        folder = folder_of(board)
        if kind == "folder":
            return folder
        if kind == "mirror":
            write_hash_tile(folder)
            mirror = tmp_path / "mirror"
            copied = CliRunner().invoke(mirroring.app, [str(folder), str(mirror)])
            assert copied.exit_code == 0, copied.output
            return mirror
        if kind == "address":
            handler = partial(Quiet, directory=str(folder))
            servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
            threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
            return f"http://127.0.0.1:{servers[-1].server_address[1]}"
        archive = tmp_path / "board.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                file.write(path, path.relative_to(folder).as_posix())
        return archive

    yield place
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("kind", ["folder", "address", "archive", "mirror"])
def test_a_board_is_followed_from_run_to_run(world, place_of, tmp_path, judged, kind):
    state = tmp_path / "my.state"
    first = run(place_of(part(world, 6), kind), "--fingerprint", world.fingerprint, "--state", state)
    assert first.exit_code == UNCHECKED  # it goes on
    before = len(judged)
    again = run(place_of(world.board(), kind), "--since", state, "--state", state)
    assert again.exit_code == VERIFIED
    assert 0 < before < len(judged) == 5
    assert Earlier.from_bytes(state.read_bytes()).head.size == 15


def test_the_fingerprint_of_the_earlier_run_is_demanded(world, folder_of, tmp_path):
    state = tmp_path / "my.state"
    state.write_bytes(earlier_of(world, world.board(), fingerprint="0" * 64).to_bytes())
    assert run(folder_of(world.board()), "--since", state).exit_code == REFUTED


def test_trust_on_first_use_is_never_forgotten(world, folder_of, tmp_path):
    folder, state, report = folder_of(world.board()), tmp_path / "my.state", tmp_path / "report.json"
    assert run(folder, "--trust-on-first-use", "--state", state).exit_code == VERIFIED
    for _ in range(2):
        again = run(folder, "--since", state, "--state", state, "--json", report)
        assert again.exit_code == VERIFIED
        assert "trusted it on first use" in json.loads(report.read_text())["checks"][0]["note"]
    brought = ("--fingerprint", world.fingerprint)
    assert run(folder, "--since", state, "--state", state, *brought).exit_code == VERIFIED
    assert run(folder, "--since", state, "--json", report).exit_code == VERIFIED
    assert json.loads(report.read_text())["checks"][0]["note"] == ""


def test_a_bare_checkpoint_brings_no_fingerprint(world, folder_of, tmp_path):
    state = tmp_path / "checkpoint"
    state.write_bytes(world.board().files[layout.CHECKPOINT])
    assert run(folder_of(world.board()), "--since", state).exit_code == UNCHECKED


def test_a_fork_is_shown_with_its_evidence(world, folder_of, tmp_path):
    state, report = tmp_path / "my.state", tmp_path / "report.json"
    state.write_bytes(earlier_of(world, forked(world)).to_bytes())
    result = run(folder_of(world.board()), "--since", state, "--state", state, "--json", report)
    assert result.exit_code == REFUTED
    assert "BoardForked" in result.output
    assert "No state was written" in result.output
    exhibits = json.loads(report.read_text())["exhibits"]
    assert [exhibit["lines"][0] for exhibit in exhibits] == [LOG_NAME, LOG_NAME]
    assert Earlier.from_bytes(state.read_bytes()).head.size == 7  # the evidence is still there


def test_a_refuted_record_leaves_no_state(world, folder_of, tmp_path):
    state = tmp_path / "my.state"
    board = board_of([*world.entries[:4], *world.entries[5:]], world.commitments)
    assert run(folder_of(board), "--fingerprint", world.fingerprint, "--state", state).exit_code == REFUTED
    assert not state.exists()


@pytest.mark.parametrize("entries", [3, 9])
def test_nothing_is_kept_of_an_election_that_nobody_named_or_that_has_not_opened(
    world, folder_of, tmp_path, entries
):
    state = tmp_path / "my.state"
    arguments = [] if entries == 9 else ["--fingerprint", world.fingerprint]
    assert run(folder_of(part(world, entries)), *arguments, "--state", state).exit_code == UNCHECKED
    assert not state.exists()


def test_a_state_that_cannot_be_used_or_read_checks_nothing(world, folder_of, tmp_path):
    folder, state = folder_of(world.board()), tmp_path / "my.state"
    assert run(folder, "--since", state).exit_code == UNCHECKED
    state.write_bytes(earlier_of(world, world.board(), program="0.0.0").to_bytes())
    result = run(folder, "--since", state)
    assert result.exit_code == UNCHECKED
    assert "The earlier verification cannot be used" in result.output


def test_a_state_that_cannot_be_written_is_no_verdict(world, folder_of, tmp_path):
    place = tmp_path / "no" / "my.state"
    result = run(folder_of(world.board()), "--fingerprint", world.fingerprint, "--state", place)
    assert result.exit_code == UNCHECKED
