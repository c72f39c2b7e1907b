# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what on Redis: lines for its access list (docs/adr/0006-one-key-prefix-for-each-party.md).

For Redis 7 and later: a user's selectors, in parentheses, grant a command on some keys only. The commands are
those that kombu sends. What comes by the broker is never believed; this keeps one party from reading, taking
or losing another's messages.
"""

import hashlib
from dataclasses import dataclass

from tally.queues import SERVER_PREFIX, SERVER_QUEUE, key_prefix, queue_name

# What else the client library says when it connects may be refused: it goes on without.
_CONNECTING = "+ping"
# A worker on its own keys: take, keep what was taken until it is acknowledged, give it back; bind.
_WORKING = (
    "+sadd +srem +smembers +brpop +rpop +lpush +rpush +llen +zadd +zrem +zrange +hset +hget +hdel"
    " +multi +exec +discard +watch +unwatch +set +get +del +evalsha +script|load"
)
# Nobody can be the default user. It keeps all rights because Redis replays its file of commands under them,
# and would leave out every transaction that they do not cover.
OFF = "user default off resetpass ~* &* +@all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user of Redis."""

    name: str
    password: str

    def line(self, rules: str) -> str:
        """Return the user's line; it holds the password's hash, not the password."""
        digest = hashlib.sha256(self.password.encode("utf-8")).hexdigest()
        return f"user {self.name} on sanitize-payload #{digest} resetchannels -@all {rules}"


def station_rules(fingerprint: str, trustee: int) -> str:
    """A trustee's station: all that is its own, and appending to what the server reads."""
    own = key_prefix(queue_name(fingerprint, trustee))
    return f"~{own}* {_CONNECTING} {_WORKING} (%W~{SERVER_PREFIX}{SERVER_QUEUE} +lpush)"


def server_rules() -> str:
    """The server: all that is its own, and appending to what any station reads."""
    return f"~{SERVER_PREFIX}* {_CONNECTING} {_WORKING} (%W~trustee-*:trustee-* +lpush)"


def operator_rules() -> str:
    """Whoever looks after Redis: no message, but the access list and the state of the server."""
    return f"{_CONNECTING} +acl|load +acl|log +acl|whoami +acl|list +info"
