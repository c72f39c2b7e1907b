# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names on the broker, and how Redis is used (docs/adr/0006-one-key-prefix-for-each-party.md).

Every party has a key prefix of its own: kombu keeps what a worker has taken and not yet acknowledged under
fixed names, which all who share a prefix can read. The filesystem transport has no prefixes.
"""

SERVER_QUEUE = "tally-server"  # what stations answer
SERVER_PREFIX = "veritally:"
_FINGERPRINT_DIGITS = 16
REDIS_OPTIONS: dict[str, object] = {
    "visibility_timeout": 86_400,  # s; longer than any verification, which would start twice
    "unacked_restore_interval": 1,  # with the next line: a sweep for what is due again every second
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 10,  # s; how long a worker that was killed keeps others from the sweep
}


def queue_name(fingerprint: str, trustee: int) -> str:
    """Return the name of a trustee's queue for one election."""
    return f"trustee-{fingerprint[:_FINGERPRINT_DIGITS]}-{trustee}"


def key_prefix(queue: str) -> str:
    """Return the prefix of the party that reads a queue."""
    return SERVER_PREFIX if queue == SERVER_QUEUE else f"{queue}:"
