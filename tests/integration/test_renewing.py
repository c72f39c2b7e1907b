# SPDX-License-Identifier: AGPL-3.0-or-later
"""A board that nobody adds to is cosigned again and again, and a head that waits is published at last."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from bulletin_board import cosigned, cosigning, publisher, renewing, storage
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import open_cosigned
from bulletin_board.log.note import Note
from bulletin_board.models import Cosignature
from tests.integration.boards import KEY, ORIGIN, SIGNER, append, numbered
from tests.integration.witness_town import DEAD, NOW, Town

pytestmark = pytest.mark.django_db
MOMENT = datetime.fromtimestamp(NOW, tz=UTC)


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    monkeypatch.setattr(cosigning, "TIMEOUT", 20.0)  # a loaded machine is slow
    monkeypatch.setattr(cosigning, "clock", lambda: NOW + 86_400)
    monkeypatch.setattr(renewing, "_tried", {})


@pytest.fixture
def town(tmp_path):
    with ExitStack() as stack:
        yield Town(tmp_path, stack, KEY)
        cosigning.forget_couriers()
        cosigning._sizes.clear()


@pytest.fixture
def log(town, settings):
    """A log under one witness, with three entries that it has cosigned."""
    log = storage.create_log(ORIGIN)
    town.add("press")
    cosigned.demand(log, KEY, town.keys, 1)
    settings.VERITALLY_WITNESSES = town.policy(1)
    append(log, *numbered(3))
    publisher.sign_head(log, SIGNER)
    return log


def time_of(log, town):
    data = publisher.resource(log, "checkpoint").data
    (word,) = open_cosigned(data, KEY, town.keys, quorum=1).cosignatures
    return word.time


@pytest.mark.parametrize(("minutes", "renewed"), [(0, False), (7, False), (8, True), (60, True)])
def test_an_old_cosignature_is_renewed(log, town, minutes, renewed):
    town.clock = NOW + 60 * minutes
    renewing.renew(log, now=MOMENT + timedelta(minutes=minutes))
    assert time_of(log, town) == (town.clock if renewed else NOW)


def test_a_head_that_waits_is_published_when_the_witness_is_back(log, town, settings):
    url, town.urls["press"] = town.urls["press"], DEAD
    settings.VERITALLY_WITNESSES = town.policy(1)
    append(log, *numbered(2, 3))
    publisher.sign_head(log, SIGNER)
    renewing.renew(log, now=MOMENT)
    assert not cosigned.is_published(log)
    town.urls["press"] = url
    settings.VERITALLY_WITNESSES = town.policy(1)
    renewing.renew(log, now=MOMENT)
    assert cosigned.is_published(log)


def test_a_witness_that_stays_away_is_not_asked_with_every_sweep(log, town, settings, monkeypatch):
    asked = []
    monkeypatch.setattr(renewing, "collect", lambda _log, *, again=False: asked.append(again))
    for seconds in (0, 2, 30, 59, 60, 61):
        renewing.renew(log, now=MOMENT + timedelta(minutes=9, seconds=seconds))
    assert asked == [True, True]


def test_a_witness_that_is_away_is_named_once_until_it_is_back(log, town, settings, caplog):
    url, town.urls["press"] = town.urls["press"], DEAD
    for address, said in ((DEAD, 1), (DEAD, 1), (url, 1), (DEAD, 2)):
        town.urls["press"] = address
        settings.VERITALLY_WITNESSES = town.policy(1)
        cosigning.collect(log, again=True)
        assert caplog.text.count("no answer") == said


def test_a_log_without_witnesses_is_left_alone(monkeypatch):
    log = storage.create_log("vote.example.org/board/quiet")
    monkeypatch.setattr(renewing, "collect", None)
    renewing.renew(log, now=MOMENT)


@pytest.mark.parametrize("ahead", [3_600, NOW * 999])  # an hour; a time in milliseconds
def test_one_witness_with_a_time_to_come_keeps_no_board_from_being_renewed(log, town, settings, ahead):
    early = town.add("early", DEAD)
    cosigned.demand(log, KEY, town.keys, 1)
    settings.VERITALLY_WITNESSES = town.policy(1)
    checkpoint = Checkpoint.from_text(Note.from_bytes(bytes(log.heads.get(size=3).note)).text)
    line = early.cosign(checkpoint, time=NOW + ahead).to_text().encode()
    Cosignature.objects.create(log=log, size=3, witness=early.verifier_key.to_text(), line=line)
    town.clock = NOW + 600
    renewing.renew(log, now=MOMENT + timedelta(minutes=10))
    data = publisher.resource(log, "checkpoint").data
    times = [word.time for word in open_cosigned(data, KEY, town.keys, quorum=1).cosignatures]
    assert sorted(times) == [NOW + 600, NOW + ahead]


def test_a_board_is_as_old_as_the_quorum_and_not_as_its_newest_witness(log, town, settings):
    town.add("union")
    cosigned.demand(log, KEY, town.keys, 2)
    settings.VERITALLY_WITNESSES = town.policy(2)
    cosigning.collect(log)
    newer = town.cosigners["press"]
    checkpoint = Checkpoint.from_text(Note.from_bytes(bytes(log.heads.get(size=3).note)).text)
    line = newer.cosign(checkpoint, time=NOW + 480).to_text().encode()
    Cosignature.objects.filter(witness=newer.verifier_key.to_text()).update(line=line)
    town.clock = NOW + 490
    renewing.renew(log, now=MOMENT + timedelta(seconds=490))
    data = publisher.resource(log, "checkpoint").data
    assert {word.time for word in open_cosigned(data, KEY, town.keys, quorum=2).cosignatures} == {NOW + 490}
