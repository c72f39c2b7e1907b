# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a station gives its share: for the one set that enough trustees acknowledged, itself among them."""

import pytest

from tally.crypto.threshold import verify_share
from tally.record.share import Share, ShareShape
from tally.station.refusal import Refusal
from tally.verifier.shares import check_share
from tests import stations
from tests.stations import Desk, acknowledgement, quorum, request, smaller_town, town


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path, 2)
    desk.acknowledge()
    return desk


def code(payload: bytes) -> str:
    return Refusal.from_bytes(payload).refusal


def share(payload: bytes) -> Share:
    return Share.from_bytes(payload, ShareShape.of(town().manifest))


def test_the_share_satisfies_the_verifier(desk):
    found = stations.closed(town())
    check_share(
        found.opened,
        share(desk.share(*quorum())),
        head=found.head,
        counted=found.counted.hash,
        aggregates=found.aggregates,
    )


def test_the_whole_list_of_sums_is_decrypted_and_nothing_else(desk):
    found, given = stations.closed(town()), share(desk.share(*quorum()))
    key = found.opened.key_record.threshold_key
    assert len(given.partials) == len(town().manifest.aggregates)
    for aggregate, partial, proof in zip(found.aggregates, given.partials, given.proofs, strict=True):
        verify_share(key, 2, aggregate % key.n, partial, proof)


def test_the_same_request_gets_the_same_bytes(desk):
    first = desk.share(*quorum())
    assert desk.station.answer(request("share", *quorum(), number=7)) == first
    desk.restart()
    assert desk.share(*quorum()) == first


def test_a_second_tally_on_another_head_is_refused(desk):
    desk.share(*quorum())
    desk.shown = smaller_town()
    desk.restart()
    assert code(desk.share(*quorum(smaller_town()))) == "answered-otherwise"


def test_nothing_is_decrypted_before_this_station_acknowledged(tmp_path):
    fresh = Desk(tmp_path / "new", 2)
    assert code(fresh.share(*quorum())) == "not-acknowledged"
    assert fresh.reads == 0


def test_acknowledgements_of_another_set_are_refused(desk):
    mixed = (acknowledgement(1, smaller_town()), *quorum()[1:])
    assert code(desk.share(*mixed)) == "acknowledgements-differ"


def test_two_sets_shown_to_two_stations_decrypt_neither(tmp_path):
    first, second = Desk(tmp_path / "1", 1), Desk(tmp_path / "2", 2, shown=smaller_town())
    words = (first.acknowledge(), second.acknowledge())
    assert {code(first.share(*words)), code(second.share(*words))} == {"acknowledgements-differ"}


def test_an_acknowledgement_of_another_counted_set_under_the_same_head_is_refused(desk):
    mixed = (*quorum()[:2], acknowledgement(3, counted="0" * 64))
    assert code(desk.share(*mixed)) == "acknowledgements-differ"


def test_an_acknowledgement_for_another_election_is_refused(desk):
    mixed = (*quorum()[:2], acknowledgement(3, election="0" * 64))
    assert code(desk.share(*mixed)) == "acknowledgements-differ"


def test_too_few_acknowledgements_are_refused(desk):
    assert code(desk.share(*quorum()[:2])) == "too-few-acknowledgements"


def test_our_own_acknowledgement_must_be_among_them(tmp_path):
    world_of_five = [acknowledgement(index) for index in (1, 3)]
    desk = Desk(tmp_path, 2)
    desk.acknowledge()
    assert code(desk.share(*world_of_five)) == "own-acknowledgement-missing"


def test_a_forged_acknowledgement_is_refused(desk):
    forged = acknowledgement(3, seed=stations.trustee_seed(1))
    assert code(desk.share(*quorum()[:2], forged)) == "bad-acknowledgement"


def test_an_acknowledgement_of_a_trustee_that_does_not_exist_is_refused(desk):
    assert code(desk.share(*quorum(), acknowledgement(4))) == "bad-acknowledgement"


def test_one_trustee_does_not_count_twice(desk):
    first, second, _ = quorum()
    assert code(desk.share(first, second, second)) == "malformed-request"


def test_acknowledgements_out_of_order_are_refused(desk):
    assert code(desk.share(*reversed(quorum()))) == "malformed-request"


def test_an_acknowledgement_that_is_no_record_is_refused(desk):
    assert code(desk.share(*quorum()[:2], b"{}")) == "malformed-request"


def test_a_board_that_changed_since_the_acknowledgement_is_refused(desk):
    desk.shown = smaller_town()
    desk.restart()
    assert code(desk.share(*quorum())) == "board-changed"


def test_a_refused_request_uses_nothing_up(desk):
    assert code(desk.share(*quorum()[:2])) == "too-few-acknowledgements"
    assert share(desk.share(*quorum())).trustee == 2


def test_a_killed_station_that_had_not_kept_its_share_makes_one_for_the_same_set(desk):
    first = share(desk.share(*quorum()))
    next(desk.folder.glob("*-share.json")).unlink()
    desk.restart()
    second = share(desk.share(*quorum()))
    assert (second.head, second.counted, second.partials) == (first.head, first.counted, first.partials)


def test_the_trustee_reads_what_is_decrypted(desk):
    desk.share(*quorum())
    assert "Decrypting 2 sum(s) of 4 ballots, acknowledged by 3 trustees" in desk.said[-1]
