# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kombu's Redis transport, without the worker that waits for ever (docs/operations.md, "What may die").

When Redis goes away at the moment a message is acknowledged, the library logs that and still counts the
message as being worked on. A worker that takes one at a time then asks for no other, touches its connection
no more, and never learns that it is dead. Here the place is free again: the next request to Redis fails, and
the worker connects anew. Redis gives the message out again when its time has passed: it does nothing twice.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis, virtual


class QoS(redis.QoS):
    """Frees a message's place even if Redis cannot be told."""

    channel: Any  # the library's types lack what it raises

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge. Raises the connection's errors."""
        try:
            super().ack(delivery_tag)
        except self.channel.connection_errors:
            virtual.QoS.ack(self, delivery_tag)
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002  # the library's
        """Give a message back. Raises the connection's errors."""
        try:
            super().reject(delivery_tag, requeue=requeue)
        except self.channel.connection_errors:
            virtual.QoS.ack(self, delivery_tag)
            raise


class Channel(redis.Channel):
    """Uses it."""

    QoS = QoS


class Transport(redis.Transport):
    """The transport of redis:// and rediss:// addresses, once `install` was called."""

    Channel: Any = Channel


def install() -> None:
    """Make those addresses mean this transport, in this process."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = "tally.redis_transport:Transport"
