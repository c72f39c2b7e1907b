# SPDX-License-Identifier: AGPL-3.0-or-later
"""A frozen election's records, parsed once per process: the tables of powers cost a second to make.

Nothing in them can change after freezing, so nothing here ever expires. Until an election is over its records
stay, however many others are asked for; of those that are over a few are kept. Who may do what is decided
elsewhere.
"""

import os
from collections.abc import Mapping
from functools import lru_cache

from tally import test_modulus
from tally.opened import OpenedElection
from tally.record.base import Record
from tally.record.manifest import Manifest
from tally.record.opening import Opening
from voting.errors import NotOpen
from voting.models import Election
from voting.served_code import BOOTH
from voting.services.refusals import digest_of
from voting.services.shelf import Shelf
from voting.states import State

_KEPT = 8  # elections that are over
_KEPT_SMALL = 512  # elections
_OVER = frozenset((State.TALLIED, State.FINAL))
_shelf: Shelf[tuple[int, str, str], OpenedElection] = Shelf(_KEPT)
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
    if not election.fingerprint:
        raise NotOpen("the election is not frozen yet")
    # Before the opening the booth is the one that it will name: the tables are kept over it.
    key = election.pk, election.fingerprint, election.booth or BOOTH.digest()
    return _shelf.get(key, lambda: _read(*key), lasting=not is_over(election))


def is_over(election: Election) -> bool:
    """Whether the result is there: nobody is in a hurry any more."""
    return election.where in _OVER


def manifest_of(election: Election) -> Manifest:
    """Return the manifest of a frozen election, and read nothing else."""
    return _manifest(election.pk, election.fingerprint)


def payloads_of(election: Election) -> Mapping[str, str]:
    """Return the SHA-256 of manifest, key and opening entry, as they stand on the board, by these names."""
    return _payloads(election.pk, election.fingerprint, election.booth)


@lru_cache(maxsize=_KEPT_SMALL)
def _manifest(primary_key: int, fingerprint: str) -> Manifest:
    row = Election.objects.only("manifest").get(pk=primary_key, fingerprint=fingerprint)
    return Manifest.from_bytes(bytes(row.manifest or b""), allow_test_modulus=allow_test_modulus())


@lru_cache(maxsize=_KEPT_SMALL)
def _payloads(primary_key: int, fingerprint: str, booth: str) -> Mapping[str, str]:
    opening = opening_of(Election.objects.get(pk=primary_key, fingerprint=fingerprint, booth=booth))
    return {
        "manifest": opening.manifest,
        "key": opening.key,
        "opening": digest_of(opening.to_bytes()),
    }


def _read(primary_key: int, fingerprint: str, booth: str) -> OpenedElection:
    election = Election.objects.get(pk=primary_key, fingerprint=fingerprint)
    election.booth = booth
    opening: Record = opening_of(election)
    return OpenedElection.from_payloads(
        manifest=bytes(election.manifest or b""),
        roll=bytes(election.roll or b""),
        key=bytes(election.key or b""),
        opening=opening.to_bytes(),
        allow_test_modulus=allow_test_modulus(),
    )
