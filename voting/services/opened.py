# SPDX-License-Identifier: AGPL-3.0-or-later
"""A frozen election's records, parsed once per process: the tables of powers cost a second to make.

Nothing in them can change after freezing, so nothing here ever expires. Who may do what is decided elsewhere.
"""

import os
import threading
from functools import lru_cache

from tally import test_modulus
from tally.opened import OpenedElection
from tally.record.base import Record
from tally.record.opening import Opening
from voting.errors import NotOpen
from voting.models import Election
from voting.served_code import BOOTH
from voting.services.refusals import digest_of

_KEPT = 8
_lock = threading.Lock()  # two threads that find nothing kept must not make two
LARGE_FIELDS = ("draft", "manifest", "roll", "key")


def allow_test_modulus() -> bool:
    """Whether 1024-bit keys are accepted: see `tally.test_modulus`."""
    return test_modulus.is_allowed(os.environ)


def opening_of(election: Election) -> Opening:
    """Return the opening entry of a frozen election. Raises NotOpen before."""
    manifest, roll, key = election.manifest, election.roll, election.key
    if manifest is None or roll is None or key is None or not election.fingerprint:
        raise NotOpen("the election is not frozen yet")
    return Opening.of(
        manifest=digest_of(bytes(manifest)),
        roll=digest_of(bytes(roll)),
        key=digest_of(bytes(key)),
        booth=election.booth or BOOTH.digest(),
    )


def opened_election(election: Election) -> OpenedElection:
    """Return the records of a frozen election. Raises NotOpen before."""
    with _lock:
        return _opened(election.pk, election.fingerprint, election.booth)


@lru_cache(maxsize=_KEPT)
def _opened(primary_key: int, fingerprint: str, booth: str) -> OpenedElection:
    election = Election.objects.get(pk=primary_key, fingerprint=fingerprint, booth=booth)
    opening: Record = opening_of(election)
    return OpenedElection.from_payloads(
        manifest=bytes(election.manifest or b""),
        roll=bytes(election.roll or b""),
        key=bytes(election.key or b""),
        opening=opening.to_bytes(),
        allow_test_modulus=allow_test_modulus(),
    )
