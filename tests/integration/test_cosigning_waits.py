# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who waits for whom while witnesses are asked: one election for no other, nobody twice for the dead."""

import socket
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import monotonic

import pytest
from django.db import connection

from bulletin_board import cosigned, cosigning, publisher, storage
from bulletin_board.errors import WitnessUnreachable
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.note import Note, Signer
from bulletin_board.models import Cosignature
from bulletin_board.witness_client import WitnessClient
from tests.integration.boards import KEY, ORIGIN, SIGNER, append, numbered
from tests.integration.witness_town import NOW, Town

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60  # s


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    monkeypatch.setattr(cosigning, "TIMEOUT", 20.0)  # a loaded machine is slow
    monkeypatch.setattr(cosigning, "clock", lambda: NOW)
    yield
    cosigning.forget_couriers()
    cosigning._sizes.clear()


@pytest.fixture
def town(tmp_path):
    with ExitStack() as stack:
        yield Town(tmp_path, stack, KEY)
        cosigning.forget_couriers()


@dataclass
class Gate:
    """A witness that signs whatever comes, but lets submissions of `held` logs wait until it is opened."""

    held: set[bytes]
    opened: threading.Event
    reached: threading.Event

    def __call__(self, cosigner, body) -> tuple[int, str, bytes]:
        if any(origin in body for origin in self.held):
            self.reached.set()
            self.opened.wait(PATIENCE)
        checkpoint = Checkpoint.from_text(Note.from_bytes(body.partition(b"\n\n")[2]).text)
        return 200, "text/plain", cosigner.cosign(checkpoint, time=NOW).to_text().encode()


@pytest.fixture
def gate():
    gate = Gate(held=set(), opened=threading.Event(), reached=threading.Event())
    yield gate
    gate.opened.set()


def demanding(town, settings, origin, quorum=1):
    """A log under the town's witnesses, with three entries that nobody has signed, and its signer."""
    signer = Signer(origin, SIGNER.seed)
    log = storage.create_log(origin)
    cosigned.demand(log, signer.verifier_key, town.keys, quorum)
    settings.VERITALLY_WITNESSES = town.policy(quorum)
    append(log, *(payload + origin.encode() for payload in numbered(3)))
    return log, signer


@contextmanager
def meanwhile(*tasks):
    """Run each task in a thread of its own; all have ended when the block has."""

    def run(task):
        try:
            task()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join(PATIENCE)


def test_one_election_in_flight_does_not_starve_another(town, settings, gate):
    town.lying("press", gate)
    busy, its_signer = demanding(town, settings, "vote.example.org/board/busy")
    other, signer = demanding(town, settings, "vote.example.org/board/other")
    gate.held.add(b"board/busy")
    with meanwhile(lambda: publisher.sign_head(busy, its_signer)):
        assert gate.reached.wait(PATIENCE)
        publisher.sign_head(other, signer)
        assert cosigned.is_published(other)
        assert not cosigned.is_published(busy)
        gate.opened.set()
    assert cosigned.is_published(busy)


def test_whoever_comes_meanwhile_shares_what_is_asked(town, settings, gate, monkeypatch):
    asked = town.lying("press", gate)
    log, signer = demanding(town, settings, ORIGIN)
    gate.held.add(b"board/spring")
    joined = threading.Semaphore(0)
    plain = cosigning._join

    def join(log):
        found = plain(log)
        joined.release()
        return found

    monkeypatch.setattr(cosigning, "_join", join)
    results = []
    publisher.head_signing.sign_head(log, signer)
    with meanwhile(*[lambda: results.append(cosigning.collect(log))] * 5):
        for _ in range(5):
            assert joined.acquire(timeout=PATIENCE)
        gate.opened.set()
    assert results == [True] * 5
    assert len(asked) == 1


def test_a_witness_that_is_busy_with_an_earlier_head_is_asked_when_it_is_done(town, settings, gate):
    town.lying("press", gate)
    log, signer = demanding(town, settings, ORIGIN)
    gate.held.add(b"board/spring")
    head = publisher.head_signing.sign_head(log, signer)
    body = b"old 0\n\n" + head
    earlier = cosigning._courier(next(cosigning.addressed(cosigned.policy_of(log)))).send(log, body)
    assert gate.reached.wait(PATIENCE)
    timer = threading.Timer(0.2, gate.opened.set)
    timer.start()
    assert cosigning.collect(log)
    assert earlier.done()
    timer.join()


def silent_address(stack):
    """An address that takes connections and says nothing; and how many it took."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_witness_that_hangs_is_waited_for_twice_and_then_rests(town, settings, monkeypatch):
    monkeypatch.setattr(cosigning, "TIMEOUT", 0.3)
    monkeypatch.setattr(cosigning, "_FIRST_REST", 1_000.0)
    monkeypatch.setattr(cosigning, "_LONGEST_REST", 1_000.0)
    town.add("mute", silent_address(town.stack))
    log, signer = demanding(town, settings, ORIGIN)
    other, its_signer = demanding(town, settings, "vote.example.org/board/other")
    for number in range(2):  # what it misses once, it may only have missed
        append(log, b"for the mute witness %d" % number)
        publisher.sign_head(log, signer)
        (courier,) = cosigning._couriers.values()
        courier._sent[log.pk].exception(timeout=PATIENCE)
        assert courier.rests() == (number == 1)
    sent = []
    monkeypatch.setattr(cosigning._Courier, "send", lambda *_: sent.append(1))
    for _ in range(3):
        assert not cosigning.collect(log)
    publisher.sign_head(other, its_signer)
    assert courier.rests()
    assert sent == []


def test_a_witness_that_answers_again_rests_no_more(town, settings, monkeypatch):
    town.add("press")
    log, signer = demanding(town, settings, ORIGIN)
    courier = cosigning._courier(next(cosigning.addressed(cosigned.policy_of(log))))
    courier._learn(monotonic(), silent=True)
    for expected in (1.0, 2.0, 4.0, 8.0, 8.0):
        courier._learn(monotonic(), silent=True)
        assert courier._rest == expected
        assert courier.rests()
        courier._rests_until = 0.0  # its time has come
    publisher.sign_head(log, signer)
    assert cosigned.is_published(log)
    assert courier._rest == 0.0


@pytest.fixture
def courier(town):
    town.add("press")
    courier = cosigning._Courier(town.policy(1).witnesses[0])
    yield courier
    courier.close()


def test_one_missed_deadline_is_no_reason_to_rest(courier):
    for _ in range(5):
        courier._learn(monotonic(), silent=True)
        assert not courier.rests()
        courier._learn(monotonic(), silent=False)


def test_submissions_that_overlap_count_as_one_failure(courier):
    sent_at = monotonic()
    for _ in range(5):
        courier._learn(sent_at, silent=True)
        assert not courier.rests()
    again = monotonic()
    for _ in range(5):
        courier._learn(again, silent=True)
        courier._rests_until = 0.0  # also those that end after the rest
    assert courier._rest == 1.0


def test_a_clock_that_is_far_ahead_makes_no_board_look_fresh(town, settings, caplog):
    town.add("press")
    log, signer = demanding(town, settings, ORIGIN)
    for ahead in (301, 86_400, NOW * 999):  # the last one in milliseconds
        town.clock = NOW + ahead
        publisher.sign_head(log, signer)
        assert not Cosignature.objects.exists()
    assert "its clock, or ours, is wrong" in caplog.text


def test_a_clock_that_is_a_little_ahead_is_excused(town, settings):
    town.add("press")
    log, signer = demanding(town, settings, ORIGIN)
    town.clock = NOW + 300
    publisher.sign_head(log, signer)
    assert cosigned.is_published(log)


def trickle(server, stopped, answer):
    taken, _ = server.accept()
    with taken:
        taken.recv(65_536)
        for byte in answer:
            if stopped.wait(0.02):
                return
            try:
                taken.sendall(bytes([byte]))
            except OSError:
                return


ENDLESS = {
    "a body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1_000,
    "headers": b"HTTP/1.1 200 OK\r\n" + b"X-More: y\r\n" * 100,
    "promises": b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
}


@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
def test_a_witness_that_answers_byte_by_byte_has_no_more_time_than_another(answer):
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=trickle, args=(server, stopped, answer))
        thread.start()
        client = WitnessClient(f"http://127.0.0.1:{server.getsockname()[1]}", timeout=0.5)
        try:
            with pytest.raises(WitnessUnreachable, match="TimeoutError"):
                client.add_checkpoint(b"x")
        finally:
            stopped.set()
            client.close()
            thread.join(PATIENCE)
