# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks A, C, D and E: what the election stands on before the first ballot, each part by itself."""

from collections.abc import Callable
from typing import TypeVar

from bulletin_board.errors import BoardError
from tally.contests.errors import ContestError
from tally.crypto.errors import CryptoError
from tally.crypto.parameters import TEST_MODULUS_BITS
from tally.opened import OpenedElection, check_certificate, check_verification_keys
from tally.record.errors import (
    AggregatesMismatch,
    BadAcknowledgement,
    BallotTooLarge,
    BaseMismatch,
    CounterBaseTooLarge,
    CounterBaseTooSmall,
    FingerprintMismatch,
    ManifestError,
    ProgramMismatch,
    RecordError,
    RollExceedsCapacity,
)
from tally.record.key import KeyRecord
from tally.record.manifest import Manifest
from tally.record.opening import Opening
from tally.record.roll import Roll
from tally.verifier.report import Ledger
from tally.verifier.walk import Entry

REFUSALS = (BoardError, RecordError, ContestError, CryptoError)
_DERIVED = (
    AggregatesMismatch,
    BallotTooLarge,
    ContestError,
    CounterBaseTooLarge,
    CounterBaseTooSmall,
    ProgramMismatch,
)
_TEST_KEY = (
    f"The key has {TEST_MODULUS_BITS} bits, which protect nobody. This is a test or a demonstration, not an "
    "election."
)
_T = TypeVar("_T")


class SetupChecks:
    """Takes the first four entries; `opened` stands once they all could be read and belong together."""

    def __init__(
        self, ledger: Ledger, *, fingerprint: str | None, trusting: bool, allow_test_modulus: bool
    ) -> None:
        self.opened: OpenedElection | None = None
        self.manifest_record: Manifest | None = None
        self.stated_fingerprint = ""
        self._roll: Roll | None = None
        self._roll_entry: Entry | None = None  # until E.2 is made
        self._key: KeyRecord | None = None
        self._ledger = ledger
        self._fingerprint = fingerprint
        self._trusting = trusting
        self._allow_test_modulus = allow_test_modulus

    def manifest(self, entry: Entry) -> None:
        """C.1 and C.2."""
        try:
            manifest = Manifest.from_bytes(entry.payload, allow_test_modulus=self._allow_test_modulus)
        except _DERIVED as error:
            if isinstance(error, ManifestError):  # what is derived is checked last
                self._ledger.mark("C.1")
            self._ledger.fail("C.2", error, entry.where)
        except REFUSALS as error:
            self._ledger.fail("C.1", error, entry.where)
        else:
            self.manifest_record = manifest
            self._ledger.mark("C.1", "C.2")
            if manifest.parameters.modulus_bits == TEST_MODULUS_BITS:
                self._ledger.note("C.1", _TEST_KEY)

    def roll(self, entry: Entry) -> None:
        """E.1 and E.3; E.2 takes longer: see `credentials`."""
        if self.manifest_record is None:
            return
        try:
            roll = self._roll = Roll.from_bytes(entry.payload)
            self._roll_entry = entry
            roll.check(self.manifest_record)
        except RollExceedsCapacity as error:
            self._ledger.mark("E.1")
            self._ledger.fail("E.3", error, entry.where)
        except REFUSALS as error:
            self._ledger.fail("E.1", error, entry.where)
        else:
            self._ledger.mark("E.1", "E.3")

    def credentials(self, check: Callable[[], None] | None = None) -> None:
        """E.2, once, if there is a roll: by `check`, which another process may have made, or here."""
        if self._roll is not None and self._roll_entry is not None:
            entry, self._roll_entry = self._roll_entry, None
            self._try("E.2", entry, check or self._roll.check_credentials)

    def key(self, entry: Entry) -> None:
        """D.1 to D.5."""
        manifest = self.manifest_record
        if manifest is None:
            return
        bits = manifest.parameters.modulus_bits
        key = self._try("D.1", entry, lambda: KeyRecord.from_bytes(entry.payload, modulus_bits=bits))
        if key is None:
            return
        self._key = key
        self._key_checks(key, manifest, entry)
        self._try("D.2", entry, lambda: check_certificate(key))
        self._try("D.4", entry, lambda: check_verification_keys(key))

    def _key_checks(self, key: KeyRecord, manifest: Manifest, entry: Entry) -> None:
        try:
            key.check(manifest)
        except BaseMismatch as error:
            self._ledger.fail("D.3", error, entry.where)
        except BadAcknowledgement as error:
            self._ledger.mark("D.3")
            self._ledger.fail("D.5", error, entry.where)
        except REFUSALS as error:
            self._ledger.fail("D.1", error, entry.where)
        else:
            self._ledger.mark("D.3", "D.5")

    def opening(self, entry: Entry) -> None:
        """A.1 and A.2."""
        try:
            opening = Opening.from_bytes(entry.payload)
        except REFUSALS as error:
            self._ledger.fail("A.2", error, entry.where)
            if isinstance(error, FingerprintMismatch):
                self._trust(str(error.expected))
            return
        self._trust(opening.fingerprint)
        if self.manifest_record is None or self._roll is None or self._key is None:
            return
        manifest, roll, key = self.manifest_record, self._roll, self._key
        self.opened = self._try(
            "A.2",
            entry,
            lambda: OpenedElection.from_records(
                manifest=manifest, roll=roll, key_record=key, opening=opening
            ),
        )

    def _trust(self, computed: str) -> None:
        """A.1: the fingerprint computed from the record is the one that came from outside."""
        self.stated_fingerprint = computed
        if self._fingerprint is not None:
            self._ledger.mark("A.1")
            if self._fingerprint != computed:
                error = FingerprintMismatch(
                    "the record is of another election", expected=self._fingerprint, computed=computed
                )
                self._ledger.fail("A.1", error, "opening entry")
            elif self._trusting:
                self._ledger.note(
                    "A.1",
                    "The fingerprint of your earlier verification, which trusted it on first use: compare it "
                    "with another source.",
                )
        elif self._trusting:
            self._ledger.mark("A.1")
            self._ledger.note(
                "A.1", "Trusted on first use: compare the fingerprint above with another source."
            )
        else:
            self._ledger.note(
                "A.1", "No fingerprint was given. Compare the one above with another source, and pass it."
            )

    def _try(self, id_: str, entry: Entry, check: Callable[[], _T]) -> _T | None:
        try:
            result = check()
        except REFUSALS as error:
            self._ledger.fail(id_, error, entry.where)
            return None
        self._ledger.mark(id_)
        return result
