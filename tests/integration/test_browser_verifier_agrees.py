# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifiers of the browser and in Python say the same of a record: verdict, checks, named errors."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from bulletin_board import layout
from bulletin_board.log import note
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.note import Signer
from tests.attacks.collusion import voted_again
from tests.attacks.judge import edited
from tests.attacks.test_policy_attacks import PRESS, UNION, cosigned, demanding
from tests.attacks.test_tally_attacks import CLOSINGS, RESULTS, with_final
from tests.browser_verifier import Case, Judged, by_browser, by_python, judge_archives
from tests.recorded_attacks import FOLDER, REPORTS
from tests.simulator import LOG_NAME, MemorySource, World, envelopes_of, open_world, simulate

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[2]
RESULTS_TRIED = (
    "another set",
    "contests in another order",
    "a negative counter",
    "another sum",
    "one vote more",
    "a root of zero",
    "counters in another order",
    "another winner",
    "a tie broken in silence",
    "blank votes hidden",
)
EDITS: dict[str, tuple[str, Callable[[dict], None]]] = {
    "a capacity that is too small": ("manifest", lambda v: v["parameters"].update(roll_capacity=3)),
    "another question": ("manifest", lambda v: v["contests"].pop()),
    "another title": ("manifest", lambda v: v["title"].update(en="Another town")),
    "a weight more": ("roll", lambda v: v["voters"][0].__setitem__(1, 2)),
    "a voter less": ("roll", lambda v: v["voters"].pop()),
    "another h": ("key", lambda v: v.update(h=v["h"][:-1] + "A")),
    "roots in another order": ("key", lambda v: v["nth_roots"].reverse()),
    "verification keys in another order": ("key", lambda v: v["verification_keys"].reverse()),
    "a threshold of one": ("key", lambda v: v.update(threshold=1)),
    "acknowledgements in another order": ("key", lambda v: v["acknowledgements"].reverse()),
    "another digest": ("open", lambda v: v.update(key="0" * 64)),
    "a ballot of another election": ("ballot", lambda v: v.update(election="0" * 64)),
    "a ballot that supersedes nothing": ("ballot", lambda v: v.update(supersedes="0" * 64)),
    "a proof too short": ("ballot", lambda v: v["contests"][0]["responses"].pop()),
    "a challenge of another ballot": ("challenged", lambda v: v.update(tracker="0" * 64)),
    "a share of another board": ("share", lambda v: v["head"].update(size=3)),
}
FILES = {
    "no checkpoint": ("checkpoint", lambda _: None),
    "a checkpoint of another size": ("checkpoint", lambda data: data.replace(b"\n15\n", b"\n14\n")),
    "a checkpoint with another signature": ("checkpoint", lambda data: data[:-9] + b"AAAAAAA=\n"),
    "a bundle cut off": ("tile/entries/000.p/15", lambda data: data[:-1]),
    "a bundle with another entry": (
        "tile/entries/000.p/15",
        lambda data: data.replace(b'"ballot"', b'"ticket"'),
    ),
    "no bundle": ("tile/entries/000.p/15", lambda _: None),
}


# Long numbers in decimal or hexadecimal digits, names of JSON types, a forbidden key with or without quotes.
SPELT_OTHERWISE = {"BaseMismatch", "RootMismatch", "WrongType", "ForbiddenKey"}


@pytest.fixture(scope="module")
def world() -> World:
    return simulate()


def honest(world: World) -> Iterator[Case]:
    board, fingerprint = world.board(), world.fingerprint
    yield Case(name="an honest record", board=board, fingerprint=fingerprint)
    yield Case(name="an honest record, compactly", board=board, fingerprint=fingerprint, compact=True)
    yield Case(name="an honest record without a fingerprint", board=board, fingerprint=None)
    for path in (path for path in board.files if path.startswith("commitments/")):
        board = board.changed(path, board.files[path][::-1])
    yield Case(name="an honest record with a false cache", board=board, fingerprint=fingerprint)
    changed = open_world(weights=(1, 2, 1, 1))
    changed.vote(0, {"mayor": {"ada": 1}})
    changed.vote(1, {"mayor": {"ben": 1}})
    changed.vote(2, {"mayor": {"cleo": 1}, "school": {"fay": 1}})
    changed.entries.append(("roll-change", changed.roll_change(revoke=(1,)).to_bytes()))
    changed.count.change_roll(
        changed.roll_change(revoke=(1,)), lambda credential: changed.superseded[credential]
    )
    changed.finish()
    yield Case(
        name="an honest record with a roll change", board=changed.board(), fingerprint=changed.fingerprint
    )
    again = [*changed.entries[:8], changed.entries[7], *changed.entries[8:]]
    yield Case(
        name="a roll change that stands there twice",
        board=changed.board(again),
        fingerprint=changed.fingerprint,
    )


def unfinished(world: World) -> Iterator[Case]:
    """Elections that go on; in all but the first a voter's proof is false, and nothing else is wrong."""
    opened, fingerprint = len(world.entries) - 5, world.fingerprint
    forged = voted_again(world, lambda value: value.update(challenge="A" * 22))
    yield Case(
        name="an election that goes on", board=world.board(world.entries[:opened]), fingerprint=fingerprint
    )
    yield Case(name="a false proof, just cast", board=world.board(forged[:5]), fingerprint=fingerprint)
    yield Case(
        name="a false proof, some ballots ago", board=world.board(forged[:opened]), fingerprint=fingerprint
    )
    lame = [*forged[:opened], ("close", b"{}")]
    yield Case(
        name="a false proof, and a closing entry that is none",
        board=world.board(lame),
        fingerprint=fingerprint,
    )


def silent(world: World) -> Iterator[Case]:
    """A server that falls silent: at the last payload, at a ballot, before any entry."""
    forged = world.board(voted_again(world, lambda value: value.update(challenge="A" * 22)))
    last, next_one = (layout.blob_path(sha256(world.entries[index][1]).hexdigest()) for index in (-1, 5))
    for name, board, path in (
        ("an honest record whose last payload is held back", world.board(), last),
        ("a false proof, and the last payload is held back", forged, last),
        ("a false proof, and the next payload is held back", forged, next_one),
        ("a false proof, and all entries are held back", forged, "tile/entries/000.p/15"),
    ):
        yield Case(name=name, board=board, fingerprint=world.fingerprint, silent=path)


def policed(world: World) -> Iterator[Case]:
    """The same board under the verifier's own policies, which it meets at first and then does not."""
    board, fingerprint = cosigned(world, PRESS), world.fingerprint
    wrong = Signer(LOG_NAME, b"another log's key, of 32 octets.").verifier_key
    for name, shown, policy in (
        ("the log alone", world.board(), demanding(0)),
        ("one of two witnesses", board, demanding(1, PRESS, UNION)),
        ("a witness who has not signed", board, demanding(1, UNION)),
        ("both witnesses", board, demanding(2, PRESS, UNION)),
        ("another log", board, demanding(1, PRESS, log=wrong)),
        ("a false witness", cosigned(world, Cosigner("press.example", b"x" * 32)), demanding(1, PRESS)),
    ):
        yield Case(name=name, board=shown, fingerprint=fingerprint, policy=policy.to_bytes())


def aged(world: World) -> Iterator[Case]:
    """A board cosigned in January 2027, that goes on or is final, in files and read at two moments."""
    cosigned_at, open_board = 1_800_000_000, world.board(world.entries[: len(world.entries) - 1])
    policy = demanding(1, PRESS, UNION).to_bytes()
    head = Checkpoint.from_text(head_text(open_board))
    line = PRESS.cosign(head, time=cosigned_at).to_text().encode()
    goes_on = open_board.changed("checkpoint", open_board.files["checkpoint"] + line)
    for name, board, passed in (
        ("in files", goes_on, None),
        ("read an hour later", goes_on, 3_600),
        ("read three days later", goes_on, 3 * 86_400),
        ("read ten minutes before", goes_on, -600),
        ("final, and read three days later", cosigned(world, PRESS), 3 * 86_400),
    ):
        read = None if passed is None else datetime.fromtimestamp(cosigned_at + passed, UTC)
        yield Case(name=name, board=board, fingerprint=world.fingerprint, policy=policy, read_at=read)
    for name, seconds in (("as late as a clock may be", 300), ("a second later", 301)):
        seen = int(envelopes_of(world.entries)[-1].time.timestamp()) - seconds
        note_ = world.board().files["checkpoint"]
        line = PRESS.cosign(Checkpoint.from_text(head_text(world.board())), time=seen).to_text().encode()
        board = world.board().changed("checkpoint", note_ + line)
        yield Case(name=name, board=board, fingerprint=world.fingerprint, policy=policy)


def continued(world: World) -> Iterator[Case]:
    """The same board, and checkpoints of which it is the continuation, and then is not."""
    board, fingerprint = world.board(), world.fingerprint
    stranger = note.sign_note(head_text(board), Signer(LOG_NAME, b"\5" * 32))
    other = [*world.entries[:6], *world.entries[7:9]]
    strangers_fork = note.sign_note(head_text(world.board(other)), Signer(LOG_NAME, b"\5" * 32))
    path = next(path for path in board.files if path.startswith("tile/entries/"))
    for name, shown, earlier in (
        ("the same", board, world.board()),
        ("its beginning", board, world.board(world.entries[:8])),
        ("nothing yet", board, world.board([])),
        ("an older copy", world.board(world.entries[:8]), board),
        ("a fork", board, world.board(other)),
        ("a fork of the same size", board, world.board([*world.entries[:-1], world.entries[-2]])),
        ("another's checkpoint", board, board.changed("checkpoint", stranger)),
        ("another's fork", board, board.changed("checkpoint", strangers_fork)),
        ("a chain that breaks", board.changed(path, b""), world.board(world.entries[:8])),
    ):
        kept = earlier.files["checkpoint"]
        yield Case(name=name, board=shown, fingerprint=fingerprint, earlier=kept)


def head_text(board: MemorySource) -> str:
    return board.files["checkpoint"].decode().partition("\n\n")[0] + "\n"


def opened_twice(world: World) -> Iterator[Case]:
    """A part of the opening stands there again, as it was or unreadable, before and after the closing."""
    for place in (3, 8, len(world.entries)):
        for kind, payload in world.entries[:4]:
            for again in (payload, b"{}"):
                entries = [*world.entries[:place], (kind, again), *world.entries[place:]]
                name = f"a second {kind} of {len(again)} octets at {place}"
                yield Case(name=name, board=world.board(entries), fingerprint=world.fingerprint)


def falsified(world: World) -> Iterator[Case]:
    fingerprint = world.fingerprint
    yield Case(name="another election", board=world.board(), fingerprint="0" * 64)
    for place, (name, payload) in enumerate(world.entries):
        rest = [*world.entries[:place], *world.entries[place + 1 :]]
        yield Case(name=f"without entry {place}", board=world.board(rest), fingerprint=fingerprint)
        bent = payload.replace(b'"format"', b'"Format"')
        entries = [*world.entries[:place], (name, bent), *world.entries[place + 1 :]]
        yield Case(name=f"a bent entry {place}", board=world.board(entries), fingerprint=fingerprint)
    for name, (kind, change) in EDITS.items():
        yield Case(name=name, board=world.board(edited(world, kind, change)), fingerprint=fingerprint)
    for name, (change, _) in CLOSINGS.items():
        board = world.board(edited(world, "close", change))
        yield Case(name=f"a closing entry with {name}", board=board, fingerprint=fingerprint)
    for name in RESULTS_TRIED:
        entries = edited(world, "result", RESULTS[name][0])
        board = world.board(with_final(world, entries[13][1]))
        yield Case(name=f"a result with {name}", board=board, fingerprint=fingerprint)
    for name, (path, change) in FILES.items():
        board = world.board()
        yield Case(name=name, board=board.changed(path, change(board.files[path])), fingerprint=fingerprint)


def differences(cases: list[Case], found: list[Judged]) -> dict[str, object]:
    compared = ((case, by_python(case), theirs) for case, theirs in zip(cases, found, strict=True))
    return {case.name: (ours, theirs) for case, ours, theirs in compared if ours != theirs}


def otherwise_shown(cases: list[Case], found: list[Judged]) -> set[str]:
    """Errors for which the two verifiers expect or find other values, or pass them the other way round."""
    pairs = ((by_python(case).evidence, theirs.evidence) for case, theirs in zip(cases, found, strict=True))
    return {error for ours, theirs in pairs for _, error, _, _ in ours ^ theirs}


def test_honest_records_are_judged_alike(world, tmp_path):
    cases = list(honest(world))
    found = by_browser(cases, tmp_path)
    assert differences(cases, found) == {}
    assert [judged.verdict for judged in found] == [
        "verified",
        "verified",
        "could not be checked",
        "verified",
        "verified",
        "refuted",
    ]


def test_falsified_records_are_judged_alike(world, tmp_path):
    cases = list(falsified(world))
    found = by_browser(cases, tmp_path)
    assert differences(cases, found) == {}
    assert {judged.verdict for judged in found} == {"refuted", "could not be checked", "unreadable"}
    assert otherwise_shown(cases, found) == SPELT_OTHERWISE


def test_servers_that_fall_silent_are_judged_alike(world, tmp_path):
    cases = list(silent(world))
    found = by_browser(cases, tmp_path)
    assert differences(cases, found) == {}
    assert [judged.verdict for judged in found] == ["unreadable", "refuted", "refuted", "unreadable"]
    assert all("F.5" in _failed(judged) for judged in found[1:3])
    assert found[1].findings["B.2"][0] == "NOT-RUN"


def test_a_policy_is_judged_alike(world, tmp_path):
    cases = list(policed(world))
    found = by_browser(cases, tmp_path)
    assert differences(cases, found) == {}
    assert [judged.verdict for judged in found] == ["verified"] * 2 + ["refuted"] * 4
    assert all(
        judged.findings["B.8"][0] == ("PASS" if place < 2 else "FAIL") for place, judged in enumerate(found)
    )


def test_the_age_of_a_board_is_told_alike(world, tmp_path):
    cases = list(aged(world))
    found = by_browser(cases, tmp_path)
    assert differences(cases, found) == {}
    assert [(judged.cosigned, judged.stale) for judged in found] == [
        ("2027-01-15T08:00:00Z", ()),
        ("2027-01-15T08:00:00Z, 60 min before it was read", ()),
        ("2027-01-15T08:00:00Z, 3 days before it was read", ("B.8",)),
        ("at a time that has not come yet", ("B.8",)),
        ("", ()),
        ("", ()),
        ("", ("B.7",)),
    ]


def test_an_earlier_checkpoint_is_judged_alike(world, tmp_path):
    cases = list(continued(world))
    found = by_browser(cases, tmp_path)
    assert differences(cases, found) == {}
    states = [judged.findings["B.9"] for judged in found]
    assert [state for state, _ in states] == ["PASS"] * 3 + ["NOT-RUN"] + ["FAIL"] * 2 + ["NOT-RUN"] * 3
    assert [errors for _, errors in states[4:]] == [("BoardForked",)] * 2 + [()] * 3
    assert [judged.verdict for judged in found[6:8]] == ["could not be checked"] * 2


@pytest.mark.slow
def test_a_second_opening_is_judged_alike(world, tmp_path):
    cases = list(opened_twice(world))
    found = by_browser(cases, tmp_path)
    assert differences(cases, found) == {}
    assert {judged.verdict for judged in found} == {"refuted"}


def test_elections_that_go_on_are_judged_alike(world, tmp_path):
    cases = list(unfinished(world))
    found = by_browser(cases, tmp_path)
    assert differences(cases, found) == {}
    assert [judged.verdict for judged in found] == ["could not be checked", "refuted", "refuted", "refuted"]
    assert all("F.5" in _failed(judged) for judged in found[1:])


@pytest.mark.slow
def test_every_board_of_the_attacks_is_judged_alike(tmp_path):
    environment = os.environ | {FOLDER: str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "--no-cov", "-p", "no:cacheprovider", "-p", "no:xdist"]
    subprocess.run(
        [*command, "-p", "tests.recorded_attacks", "tests/attacks"], cwd=ROOT, env=environment, check=True
    )
    rows = [json.loads(line) for line in (tmp_path / REPORTS).read_text().splitlines()]
    assert len(rows) > 500
    found = judge_archives([row["asked"] for row in rows])
    expected = [(row["name"], row["verdict"], _tuples(row["findings"])) for row in rows]
    given = [(row["name"], judged.verdict, judged.findings) for row, judged in zip(rows, found, strict=True)]
    assert [pair for pair in zip(expected, given, strict=True) if pair[0] != pair[1]] == []


def _failed(judged: Judged) -> set[str]:
    return {check for check, (status, _) in judged.findings.items() if status == "FAIL"}


def _tuples(findings: dict) -> dict:
    return {check: (status, tuple(errors)) for check, (status, errors) in findings.items()}
