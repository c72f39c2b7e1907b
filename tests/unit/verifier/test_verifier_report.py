# SPDX-License-Identifier: AGPL-3.0-or-later
"""Findings and verdicts: what was not checked is never passed off as checked."""

from datetime import UTC, datetime

import pytest

from bulletin_board.codec import canonical
from bulletin_board.errors import NotFound, SourceUnavailable
from tally.errors import NotOnRoll, TooFewShares
from tally.record.counted import Counted
from tally.record.head import Head
from tally.verifier.checks import CATEGORIES, CHECKS, UNTIL_CLOSE
from tally.verifier.plain import evidence
from tally.verifier.report import EXIT_CODES, Ledger, Status, Verdict, describe
from tally.verifier.verify import Options, verify
from tests.attacks.collusion import voted_again
from tests.simulator import MemorySource, board_of, open_world


def judged(marked=(), failed=()):
    ledger = Ledger(ids=("A.1", "A.2"))
    ledger.mark(*marked)
    for id_ in failed:
        ledger.fail(id_, NotOnRoll("x"))
    return ledger.report(())


def test_a_record_is_verified_when_every_check_was_made():
    assert judged(marked=("A.1", "A.2")).verdict is Verdict.VERIFIED


def test_a_check_that_was_not_made_leaves_the_record_unchecked():
    report = judged(marked=("A.1",))
    assert report.verdict is Verdict.UNCHECKED
    assert report.findings[1].status is Status.NOT_RUN


def test_one_failure_refutes_whatever_else_was_or_was_not_made():
    assert judged(failed=("A.1",)).verdict is Verdict.REFUTED
    assert judged(marked=("A.1", "A.2"), failed=("A.1",)).verdict is Verdict.REFUTED


def test_a_ledger_knows_what_has_failed():
    ledger = Ledger(ids=("A.1", "A.2"))
    assert not ledger.has_failed()
    ledger.fail("A.2", NotOnRoll("x"))
    assert ledger.has_failed()
    assert ledger.has_failed(("A.2",))
    assert not ledger.has_failed(("A.1",))


def test_an_error_is_its_name_its_place_and_its_evidence():
    failure = describe(TooFewShares("shares", expected=2, computed=1), "entry 9")
    assert (failure.error, failure.where, failure.expected, failure.computed) == (
        "TooFewShares",
        "entry 9",
        "2",
        "1",
    )


def test_an_error_without_evidence_has_none():
    failure = describe(ValueError("x"), "")
    assert (failure.expected, failure.computed) == ("", "")


def test_evidence_is_in_words_that_people_read():
    counted = Counted(ballots=3, weight=5, hash="ab" * 32)
    assert evidence(counted) == f"3 ballots, weight 5, {'ab' * 32}"
    assert evidence(Head(size=8, root=b"\1" * 32)) == f"8 entries, root {'01' * 32}"
    assert evidence((2, 1)) == "2, 1"
    assert evidence((b"\xff", "x")) == "ff, x"
    assert evidence(datetime(2026, 11, 28, 16, 0, 0, 5, tzinfo=UTC)) == "2026-11-28T16:00:00Z"


def test_a_report_with_hostile_text_is_still_canonical_json():
    ledger = Ledger(ids=("A.1",))
    ledger.note("A.1", "\u202e")
    ledger.fail("A.1", ValueError("\x00 e\u0301 \ud800"), "")
    value = ledger.report((("election", "\x1b"),)).to_value()
    assert canonical.parse(canonical.encode(value), limit=1 << 16) == value


def test_every_check_has_a_category_and_a_sentence():
    assert {id_[0] for id_ in CHECKS} == set(CATEGORIES)
    assert all(check.statement.endswith(".") for check in CHECKS.values())


def test_exit_codes_tell_the_three_verdicts_apart():
    assert sorted(EXIT_CODES.values()) == [0, 1, 2]


def test_a_station_is_asked_for_nothing_after_the_closing_entry():
    assert "G.2" in UNTIL_CLOSE
    assert not {"G.3", "H.1", "H.6"} & set(UNTIL_CLOSE)


def options(world, **changes):
    return Options(fingerprint=world.fingerprint, allow_test_modulus=True, **changes)


class Failing(MemorySource):
    """A board whose server goes away when one path is read for the `after`-th time."""

    def read(self, path, *, limit):
        reads = self.__dict__.setdefault("reads", {})
        reads[path] = reads.get(path, 0) + 1
        if path == self.__dict__["path"] and reads[path] > self.__dict__["after"]:
            raise SourceUnavailable("no answer")
        return super().read(path, limit=limit)


def failing(board, path, after):
    source = Failing(board.files)
    source.__dict__.update(path=path, after=after)
    return source


def blob(payload):
    from hashlib import sha256

    return f"blob/{sha256(payload).hexdigest()}"


@pytest.mark.parametrize("after", [0, 1])
def test_a_server_that_goes_away_refutes_nothing(world, after):
    # The superseded ballot is read once in its place, and again when it is taken out of the count.
    source = failing(world.board(), blob(world.entries[5][1]), after)
    with pytest.raises(SourceUnavailable):
        verify(source, options(world))


def test_a_server_cannot_hide_a_failure_by_going_away(world):
    forged = world.board(voted_again(world, lambda value: value.update(challenge="A" * 22)))
    last = len(world.entries) - 1
    found = verify(failing(forged, blob(world.entries[last][1]), 0), options(world))
    assert found.report.verdict is Verdict.REFUTED
    assert "F.5" in [part.check.id for part in found.report.findings if part.status is Status.FAIL]
    read = f"Of {last + 1} entries {last} were read, and what was found in them stands. Then: no answer"
    assert found.warnings == (read,)
    chain = next(part for part in found.report.findings if part.check.id == "B.2")
    assert (chain.status, chain.note) == (Status.NOT_RUN, read)


def test_a_server_that_goes_away_between_bundles_refutes_nothing(world):
    board = world.board()
    path = next(path for path in board.files if path.startswith("tile/entries/"))
    with pytest.raises(SourceUnavailable):
        verify(failing(board, path, 0), options(world))


def test_a_cache_that_does_not_answer_changes_no_verdict(world):
    source = failing(world.board(), f"commitments/{world.ballot(0).tracker}", 0)
    assert verify(source, options(world)).report.verdict is Verdict.VERIFIED


def test_a_cache_that_does_not_answer_is_not_asked_again(world):
    asked = []

    class Stalling(type(world.board())):
        def read(self, path, *, limit):
            if path.startswith("commitments/"):
                asked.append(path)
                raise SourceUnavailable("no answer")
            return super().read(path, limit=limit)

    assert verify(Stalling(world.board().files), options(world)).report.verdict is Verdict.VERIFIED
    assert len(asked) == 1


def test_a_board_without_a_checkpoint_is_no_board(world):
    with pytest.raises(NotFound):
        verify(MemorySource({}), options(world))


def test_what_was_computed_comes_with_the_report(world):
    found = verify(world.board(), options(world))
    assert found.opened.fingerprint == world.fingerprint
    assert found.closed.counted.ballots == 4
    assert found.closed.head == world.head
    assert tuple(map(int, found.closed.aggregates)) == world.aggregates()


def test_an_election_without_ballots_has_too_few():
    world = open_world()
    world.close()
    found = verify(world.board(), options(world, until_close=True))
    assert found.report.verdict is Verdict.REFUTED


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_nothing_that_hangs_on_a_missing_part_is_called_good(world, missing):
    board = world.board().changed(blob(world.entries[missing][1]), None)
    report = verify(board, options(world)).report
    made = {finding.check.id for finding in report.findings if finding.status is Status.PASS}
    assert report.verdict is Verdict.REFUTED
    assert not made & {id_ for id_ in CHECKS if id_[0] in "FGH"}
    if missing == 0:
        assert made <= {"A.1", "B.2", "B.3", "B.5"}


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 0, 1), (3, 0, 1), (0, 3, 1), (4, 0, 1)])
def test_parts_in_any_order_are_refused_without_a_fault(world, order):
    entries = [world.entries[place] for place in order] + world.entries[4:]
    assert verify(board_of(entries, {}), options(world)).report.verdict is Verdict.REFUTED


def test_a_final_entry_without_a_result_is_not_judged(world):
    entries = [*world.entries[:13], world.entries[14]]
    report = verify(board_of(entries, {}), options(world)).report
    assert {f.check.id for f in report.findings if f.status is Status.NOT_RUN} >= {"G.6", "H.1", "H.6"}


def test_without_a_closing_entry_shares_and_results_are_not_judged(world):
    entries = [*world.entries[:10], *world.entries[11:]]
    report = verify(board_of(entries, {}), options(world)).report
    assert {f.check.id for f in report.findings if f.status is Status.NOT_RUN} >= {"F.5", "G.1", "H.1"}


def test_a_second_closing_entry_changes_nothing_that_was_computed(world):
    entries = [*world.entries[:11], world.entries[10], *world.entries[11:]]
    found = verify(board_of(entries, {}), options(world))
    assert found.closed.head == world.head
