# SPDX-License-Identifier: AGPL-3.0-or-later
"""One share by itself: what the server asks before it posts one."""

from dataclasses import replace

import pytest

from tally.crypto.errors import BadSignature, ShareProofError
from tally.errors import ForeignShare, TooFewAcknowledgements
from tally.record.errors import BadAcknowledgement, ForeignRecord
from tally.record.head import Head
from tally.verifier.shares import check_share
from tests.simulator import trustee_seed


@pytest.fixture(scope="module")
def share(world):
    return world.share(2)


def check(world, share):
    aggregates = world.aggregates()
    check_share(world.opened, share, head=world.head, counted=world.counted().hash, aggregates=aggregates)


def signed(share, **changes):
    return replace(share, **changes).sign(trustee_seed(2))


def test_a_good_share_is_accepted(world, share):
    check(world, share)


def test_a_share_that_its_trustee_did_not_sign_is_refused(world, share):
    with pytest.raises(BadSignature):
        check(world, share.sign(trustee_seed(1)))


def test_a_share_of_another_election_is_refused(world, share):
    with pytest.raises(ForeignRecord):
        check(world, signed(share, election="0" * 64))


@pytest.mark.parametrize("change", [{"counted": "0" * 64}, {"head": Head(size=1, root=bytes(32))}])
def test_a_share_for_another_board_is_refused(world, share, change):
    with pytest.raises(ForeignShare):
        check(world, signed(share, **change))


def test_a_share_without_enough_acknowledgements_is_refused(world, share):
    with pytest.raises(TooFewAcknowledgements):
        check(world, signed(share, acknowledgements=share.acknowledgements[:2]))


def test_a_share_with_a_false_acknowledgement_is_refused(world, share):
    (one, _), *rest = share.acknowledgements
    with pytest.raises(BadAcknowledgement):
        check(world, signed(share, acknowledgements=((one, bytes(64)), *rest)))


def test_a_false_partial_root_is_refused(world, share):
    with pytest.raises(ShareProofError):
        check(world, signed(share, partials=tuple(reversed(share.partials))))
