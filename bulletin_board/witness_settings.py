# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witnesses that a server is configured with: a policy file with an address for each.

Specification: docs/operations.md, "Witnesses". Read once, when the server starts.
"""

from pathlib import Path

from bulletin_board.errors import MalformedPolicy
from bulletin_board.log.policy import LIMIT, Policy
from bulletin_board.witness_client import check_witness_url


def read_witnesses(file: Path) -> Policy:
    """Return the policy in `file`, of which elections can be made.

    Raises OSError, what Policy.from_bytes does, NotFlat for nested groups, and MalformedPolicy or
    RefusedAddress for a witness without a good address.
    """
    with file.open("rb") as opened:
        policy = Policy.from_bytes(opened.read(LIMIT + 1))
    policy.least()
    for witness in policy.witnesses:
        if not witness.url:
            raise MalformedPolicy("a witness without an address", computed=witness.key.name)
        check_witness_url(witness.url)
    return policy
