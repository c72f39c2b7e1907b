# SPDX-License-Identifier: AGPL-3.0-or-later
"""The filesystem transport: no torn message, no file that ends a worker."""

import json
import threading
from queue import Empty

import pytest
from kombu import Connection

from tally import spool
from tally.broker import plain_queue


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "broker"


@pytest.fixture
def connection(folder):
    spool.install()
    with Connection("filesystem://", transport_options=spool.transport_options(folder)) as connection:
        yield connection


def send(connection, body="hello"):
    queue = plain_queue("one")
    producer = connection.Producer(serializer="json")
    producer.publish(body, routing_key="one", exchange="", declare=[queue])


def simple(connection, name="one"):
    return connection.SimpleQueue(plain_queue(name))


def take(connection, name="one"):
    with connection.SimpleQueue(plain_queue(name)) as queue:
        message = queue.get_nowait()
        message.ack()
        return message.payload


def test_a_message_arrives_once(connection):
    send(connection)
    assert take(connection) == "hello"
    with pytest.raises(Empty):
        take(connection)


def test_messages_arrive_in_order(connection):
    for number in range(5):
        send(connection, number)
    assert [take(connection) for _ in range(5)] == list(range(5))


def test_a_queue_does_not_get_the_messages_of_another(connection):
    send(connection)
    with pytest.raises(Empty):
        take(connection, "two")
    assert take(connection) == "hello"


def test_no_file_is_left(connection, folder):
    send(connection)
    take(connection)
    assert list((folder / "messages").iterdir()) == []


def test_folders_are_for_their_owner_only(connection, folder):
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"properties": 1, "body": ""}',
        (
            b'{"body": "!", "properties": {"delivery_tag": "1", "body_encoding": "base64", '
            b'"delivery_info": {"exchange": "", "routing_key": "one"}}}'
        ),
        (
            b'{"body": "", "properties": {"delivery_tag": "1", "body_encoding": "zip", '
            b'"delivery_info": {"exchange": "", "routing_key": "one"}}}'
        ),
        b'{"__type__": "unknown", "__value__": 1}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_message_is_dropped_and_the_next_one_read(connection, folder, content, caplog):
    (folder / "messages" / "!bad.one.msg").write_bytes(content)
    send(connection)
    assert take(connection) == "hello"
    assert "is no message" in caplog.text


def test_a_file_that_is_too_long_is_dropped(connection, folder, monkeypatch):
    monkeypatch.setattr(spool, "MESSAGE_LIMIT", 10)
    send(connection)
    with pytest.raises(Empty):
        take(connection)


def test_a_message_that_is_being_written_is_not_seen(connection, folder):
    (folder / "messages" / "!x.one.partial").write_bytes(json.dumps({}).encode())
    with pytest.raises(Empty):
        take(connection)


def test_of_two_readers_one_gets_the_message(connection, folder):
    for number in range(30):
        send(connection, number)
    taken = []

    def drain():
        with Connection("filesystem://", transport_options=spool.transport_options(folder)) as own:
            while True:
                try:
                    taken.append(take(own))
                except Empty:
                    return

    readers = [threading.Thread(target=drain) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sorted(taken) == list(range(30))
