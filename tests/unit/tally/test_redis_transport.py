# SPDX-License-Identifier: AGPL-3.0-or-later
"""A message that cannot be acknowledged any more does not keep a worker from the next one."""

from unittest.mock import MagicMock

import pytest
from kombu import Connection

from tally import redis_transport
from tally.redis_transport import QoS, Transport


@pytest.fixture
def qos(monkeypatch):
    """One message in hand, of one that may be; Redis is away."""
    channel = MagicMock(connection_errors=(ConnectionError,))
    channel.conn_or_acquire.side_effect = ConnectionError
    qos = QoS(channel, prefetch_count=1)
    qos._delivered["tag"] = object()
    assert not qos.can_consume()
    return qos


def test_after_an_acknowledgement_that_fails_the_next_message_can_come(qos):
    with pytest.raises(ConnectionError):
        qos.ack("tag")
    assert qos.can_consume()


@pytest.mark.parametrize("requeue", [True, False])
def test_after_a_rejection_that_fails_the_next_message_can_come(qos, requeue):
    with pytest.raises(ConnectionError):
        qos.reject("tag", requeue=requeue)
    assert qos.can_consume()


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_the_addresses_of_redis_mean_this_transport(scheme):
    redis_transport.install()
    assert Connection(f"{scheme}://127.0.0.1").get_transport_cls() is Transport
