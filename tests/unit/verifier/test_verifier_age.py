# SPDX-License-Identifier: AGPL-3.0-or-later
"""How old a live board is: told where witnesses are demanded, and a warning where it looks frozen."""

import http.server
import json
import threading
from datetime import UTC, datetime
from functools import cache, partial

import pytest
from typer.testing import CliRunner

from bulletin_board import freshness, layout
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosignature, Cosigner
from bulletin_board.log.policy import any_of, completed_at
from tally.record.board_keys import BoardKeys
from tally.station.board import Board
from tally.verifier import cli
from tally.verifier.report import Verdict
from tally.verifier.verify import Options, verify
from tests import stations
from tests.simulator import make_manifest, mayor
from tests.stations import write_board
from tests.unit.board.board_vectors import load

READ = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW = int(READ.timestamp())
HOUR, DAY = 3_600, 86_400
OLD = 1_700_000_000  # in November 2023
PRESS, UNION, COLLEGE = (Cosigner(f"{name}.example", name.encode().ljust(32, b".")) for name in "puc")
KEYS = tuple(cosigner.verifier_key for cosigner in (PRESS, UNION, COLLEGE))
LOG = make_manifest((mayor(),)).board.log


@cache
def town():
    """An election that is closed and not final, whose manifest demands any two of three witnesses."""
    return stations.closed_town(board=BoardKeys(log=LOG, witnesses=KEYS, quorum=2))


def cosigned(world, times):
    """The board of `world`, cosigned at these times."""
    board = world.board()
    note = board.files[layout.CHECKPOINT]
    head = Checkpoint.from_text(note.decode().partition("\n\n")[0] + "\n")
    lines = "".join(who.cosign(head, time=time).to_text() for who, time in times.items())
    return board.changed(layout.CHECKPOINT, note + lines.encode())


def verified(times, *, world=None, **changes):
    world = world or town()
    options = {
        "fingerprint": world.fingerprint,
        "allow_test_modulus": True,
        "read_at": READ,
        "until_close": True,
    }
    return verify(cosigned(world, times), Options(**(options | changes)))


def note(found, check="B.6"):
    return next(finding.note for finding in found.report.findings if finding.check.id == check)


def fact(found):
    return dict(found.report.facts).get("cosigned")


def test_the_age_of_a_live_board_is_told():
    found = verified({PRESS: NOW - 300, UNION: NOW - 200})
    assert fact(found) == "2026-03-02T11:55:00Z, 5 min before it was read"
    assert (note(found), found.warnings) == ("", ())


@pytest.mark.parametrize(("age", "old"), [(DAY, False), (DAY + 1, True), (90 * DAY, True)])
def test_a_board_that_nobody_cosigned_for_a_day_is_warned_of_by_name(age, old):
    found = verified({PRESS: NOW - age, UNION: NOW - age})
    assert note(found).startswith("StaleBoard: ") == old
    assert bool(found.warnings) == old
    assert found.report.verdict == "verified"  # old, and true


def test_one_new_cosignature_hides_no_frozen_board():
    found = verified({PRESS: NOW, UNION: NOW - 3 * DAY})
    assert "3 days" in note(found)
    assert fact(found).startswith("2026-02-27T12:00:00Z")


def test_more_witnesses_than_are_needed_may_be_away():
    found = verified({PRESS: NOW - HOUR, UNION: NOW - HOUR, COLLEGE: NOW - 30 * DAY})
    assert (note(found), fact(found)) == ("", "2026-03-02T11:00:00Z, 60 min before it was read")


@pytest.mark.parametrize("ahead", [301, 10**6, 2**62])
def test_a_time_that_has_not_come_yet_makes_no_board_fresh(ahead):
    found = verified({PRESS: NOW + ahead, UNION: NOW})
    assert note(found).startswith("StaleBoard: so many cosignatures state a time that has not come yet")
    assert fact(found) == "at a time that has not come yet"


def test_of_a_record_in_files_the_time_is_told_and_no_age():
    found = verified({PRESS: NOW - DAY, UNION: NOW - DAY}, read_at=None)
    assert (fact(found), note(found), found.warnings) == ("2026-03-01T12:00:00Z", "", ())


@pytest.mark.parametrize(
    ("seen", "differs"), [("08:40", True), ("08:44", True), ("08:45", False), ("08:50", False)]
)
def test_an_entry_that_says_it_came_after_the_witnesses_had_seen_it_is_remarked_on(seen, differs):
    # The newest entry says 08:50; a clock may be five minutes off.
    time = int(datetime.fromisoformat(f"2026-03-01T{seen}:00Z").timestamp())
    found = verified({PRESS: time, UNION: time, COLLEGE: OLD}, read_at=None)
    assert (
        note(found, "B.7").startswith("ClocksDiffer: the newest entry says 2026-03-01T08:50:00Z") == differs
    )
    assert len(found.warnings) == differs
    assert found.report.verdict is Verdict.VERIFIED


def test_a_time_beyond_all_years_is_none_in_files_either():
    found = verified({PRESS: 2**63 - 1, UNION: NOW}, read_at=None)
    assert (fact(found), note(found)) == ("at a time that has not come yet", "")


def test_of_an_election_that_is_final_no_age_is_told(world):
    policy = any_of(LOG, KEYS, 1)
    found = verified({PRESS: NOW - 90 * DAY}, world=world, policy=policy, until_close=False)
    assert (fact(found), note(found, "B.8"), found.report.verdict) == (None, "", "verified")


def test_without_a_demand_for_witnesses_no_age_is_told():
    found = verified({}, world=stations.town())
    assert (fact(found), note(found)) == (None, "")


def test_the_verifiers_own_policy_is_a_demand():
    found = verified({PRESS: NOW - 2 * DAY}, world=stations.town(), policy=any_of(LOG, KEYS, 1))
    assert note(found, "B.8").startswith("StaleBoard: ")


def test_a_quorum_is_complete_since_its_last_member_and_not_its_newest():
    words = [Cosignature(witness=key, time=time) for key, time in zip(KEYS, (30, 20, 10), strict=True)]
    times = [completed_at(any_of(LOG, KEYS, quorum), words, now=30) for quorum in (0, 1, 2, 3)]
    assert times == [30, 30, 20, 10]
    assert completed_at(any_of(LOG, KEYS, 3), words[:2], now=30) is None
    assert completed_at(any_of(LOG, KEYS, 1), [], now=30) is None


@pytest.mark.parametrize("case", load("ages.json")["cases"], ids=lambda case: case["name"])
def test_the_age_is_the_one_that_the_browser_tells(case):
    read = None if case["read"] is None else datetime.fromtimestamp(case["read"], UTC)
    times = map(int, case["times"])
    words = [Cosignature(witness=key, time=time) for key, time in zip(KEYS, times, strict=False)]
    since = freshness.completed(any_of(LOG, KEYS, case["quorum"]), words, read=read)
    assert freshness.age(since, read=read) == case["fact"]
    assert freshness.warning(since, read=read).startswith("StaleBoard: ") == case["stale"]


@pytest.fixture
def address(tmp_path):
    """A frozen board of an election that is not final, at a web address."""
    times = {PRESS: OLD, UNION: OLD}
    folder = write_board(cosigned(town(), times), tmp_path / "board")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_command_tells_the_age_of_a_board_at_an_address(address, tmp_path):
    file = tmp_path / "report.json"
    done = CliRunner().invoke(cli.app, [address, "--fingerprint", town().fingerprint, "--json", str(file)])
    assert "StaleBoard" in done.output
    report = json.loads(file.read_bytes())
    assert report["facts"]["cosigned"].startswith("2023-11-14T22:13:20Z, ")


def test_a_station_says_that_the_board_it_reads_looks_frozen(address):
    said = []
    Board(address=address, fingerprint=town().fingerprint, allow_test_modulus=True).read(said.append)
    assert any(line.startswith("Warning: StaleBoard: ") for line in said)
    assert any(line.startswith("Enough witnesses cosigned it last: 2023-11-14T22:13:20Z") for line in said)
