# SPDX-License-Identifier: AGPL-3.0-or-later
"""The share and the other secrets appear in nothing that a station shows, sends or raises."""

import traceback

import pytest

from tally.station.errors import AlreadyAccepted
from tests import simulator, stations
from tests.stations import Desk, quorum, town


def spellings(secret: bytes) -> tuple[str, ...]:
    number = int.from_bytes(secret, "big")
    return str(number)[:40], f"{number:x}"[:40], secret.hex()[:40], repr(secret)[2:30]


@pytest.fixture
def held():
    return stations.secrets_of(1, town())


def test_no_repr_shows_a_secret(held):
    shown = repr(held) + str(held) + repr(held.share) + f"{held.share}"
    for secret in (held.share.secret, held.seed, held.decryption_key):
        assert not any(spelling in shown for spelling in spellings(secret))


def test_nothing_said_or_sent_holds_a_secret(tmp_path, held):
    desk = Desk(tmp_path, 1)
    sent = desk.acknowledge() + desk.share(*quorum()) + desk.share(*quorum()[:2])
    shown = "".join(desk.said) + sent.decode()
    for secret in (held.share.secret, held.seed, held.decryption_key):
        assert not any(spelling in shown for spelling in spellings(secret))


def test_the_memory_holds_no_secret(tmp_path, held):
    desk = Desk(tmp_path, 1)
    desk.acknowledge()
    desk.share(*quorum())
    kept = "".join(file.read_text() for file in tmp_path.iterdir())
    assert not any(spelling in kept for spelling in spellings(held.share.secret))


def test_an_exception_with_its_traceback_holds_no_secret(held):
    other = simulator.with_changes(held.share, secret=b"\x01" + held.share.secret)
    with pytest.raises(AlreadyAccepted) as caught:
        held.with_share(other)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    for secret in (held.share.secret, other.secret):
        assert not any(spelling in shown for spelling in spellings(secret))
