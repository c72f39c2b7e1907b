# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker's shell: every message gets a signed answer, a signed refusal, or nothing for now."""

import pytest

from tally.crypto.errors import BadSignature
from tally.queues import queue_name
from tally.station.errors import BoardUnavailable, BrokerRefused
from tally.station.refusal import Refusal
from tally.station.worker import answer_message, make_app
from tests.stations import Desk, acknowledgement, town

NUMBER = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path, 2)


def ask(desk: Desk, **changes: object):
    values = {
        "request": NUMBER,
        "election": town().fingerprint,
        "phase": "acknowledge",
        "acknowledgements": [],
    }
    return answer_message(desk.station, town().fingerprint, values | changes, desk.said.append)


def refusal(message) -> Refusal:
    return Refusal.from_bytes(message["payload"].encode())


def test_an_answer_repeats_the_number_and_carries_the_record(desk):
    message = ask(desk)
    assert message.pop("payload").encode() == acknowledgement(2)
    assert message == {
        "request": NUMBER,
        "election": town().fingerprint,
        "trustee": 2,
        "phase": "acknowledge",
    }


def test_a_refusal_is_signed_and_names_the_request(desk):
    found = refusal(ask(desk, phase="share"))
    found.check_signature(town().manifest.trustees.members[1].signing_key)
    assert (found.request, found.phase, found.refusal) == (NUMBER, "share", "not-acknowledged")


def test_an_altered_refusal_is_not_the_trustees(desk):
    found = refusal(ask(desk, phase="share"))
    altered = Refusal.from_bytes(found.to_bytes().replace(b"not-acknowledged", b"too-few-counted!"[:15]))
    with pytest.raises(BadSignature):
        altered.check_signature(town().manifest.trustees.members[1].signing_key)


def test_a_malformed_request_is_refused_without_a_number(desk):
    found = refusal(ask(desk, ciphertexts=["AA"]))
    assert (found.refusal, found.phase, found.request.strip("0-")) == ("malformed-request", "unknown", "")


def test_hostile_text_in_a_request_cannot_break_the_refusal(desk):
    found = refusal(ask(desk, phase="\u202egnol\x00" * 30))
    assert found.refusal == "unknown-phase"
    assert found.detail.isascii()


def test_an_unreadable_board_gives_no_message(desk):
    def unavailable():
        raise BoardUnavailable("no connection")

    desk.read_board = unavailable
    desk.restart()
    assert ask(desk) is None
    assert desk.said[-1] == "Not answered (BoardUnavailable): no connection"


def test_a_damaged_memory_gives_no_message(desk):
    ask(desk)
    next(desk.folder.iterdir()).write_bytes(b"{}")
    assert ask(desk) is None


def test_each_trustee_has_a_queue_for_each_election():
    assert queue_name("ab" * 32, 3) == "trustee-abababababababab-3"


@pytest.mark.parametrize(
    "broker",
    [
        "memory://",
        "amqp://localhost",
        "filesystem://",
        "filesystem://host/folder",
        "sqla+sqlite:///x",
        "redis",
    ],
)
def test_no_other_broker_is_used(broker):
    with pytest.raises(BrokerRefused):
        make_app(broker, "queue")


def test_the_worker_takes_json_only_and_no_orders(tmp_path):
    conf = make_app(f"filesystem://{tmp_path}", "queue").conf
    assert conf.accept_content == ["json"]
    assert not conf.worker_enable_remote_control
    assert not conf.worker_send_task_events
    assert conf.result_backend is None
    assert conf.task_acks_late
    assert conf.worker_prefetch_multiplier == 1


def test_redis_messages_outlive_a_long_verification():
    options = make_app("redis://localhost/0", "queue").conf.broker_transport_options
    assert options["visibility_timeout"] >= 86_400
