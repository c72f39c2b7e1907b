# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roll as it stands at a place on the board (docs/spec/record.md, "Roll change").

Pure: fed with the roll changes in board order. Server and verifier judge every ballot, challenge and roll
change by it. What a change does to the ballots that count is said by `count`.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from tally.errors import NotOnRoll, Revoked
from tally.record.errors import AlreadyEnrolled, RollExceedsCapacity, WrongChangeNumber
from tally.record.roll_change import RollChange

_NOBODY: Mapping[bytes, int] = MappingProxyType({})


class Enrolment:
    """Who may vote now, with which weight; who no longer may; and how many changes there were.

    `weights` is the roll entry's; `room` is how much more weight may ever be enrolled.
    """

    def __init__(
        self,
        weights: Mapping[bytes, int],
        *,
        room: int = 0,
        admitted: Mapping[bytes, int] = _NOBODY,
        revoked: Collection[bytes] = (),
        changes: int = 0,
    ) -> None:
        self.room = room
        self.changes = changes
        self._weights = weights
        self._admitted = dict(admitted)
        self._revoked = set(revoked)

    def weight_of(self, credential: bytes) -> int:
        """The weight of a credential that may vote now. Raises NotOnRoll, Revoked."""
        weight = self._ever(credential)
        if weight is None:
            raise NotOnRoll("the credential is not on the roll")
        if credential in self._revoked:
            raise Revoked("the registrar has revoked this credential")
        return weight

    def check(self, change: RollChange) -> None:
        """Check all that makes a signed change the next one; about 1 ms for each who is admitted.

        Raises WrongChangeNumber, NotOnRoll, Revoked, AlreadyEnrolled, InvalidCredential, RollExceedsCapacity.
        """
        self.check_number(change)
        self.check_credentials(change)
        change.check_credentials()
        self.check_weight(change)

    def check_number(self, change: RollChange) -> None:
        """Check that the change is the next one. Raises WrongChangeNumber."""
        if change.number != self.changes + 1:
            raise WrongChangeNumber(
                "number of the roll change", expected=self.changes + 1, computed=change.number
            )

    def check_credentials(self, change: RollChange) -> None:
        """Check who is revoked, then who is admitted. Raises NotOnRoll, Revoked, AlreadyEnrolled."""
        for credential in change.revoke:
            self.weight_of(credential)
        for credential, _ in change.admit:
            if self._ever(credential) is not None:
                raise AlreadyEnrolled(
                    "an admitted credential is, or was, on the roll", computed=credential.hex()
                )

    def check_weight(self, change: RollChange) -> None:
        """Check that the counters hold what is admitted. Raises RollExceedsCapacity."""
        if change.weight > self.room:
            raise RollExceedsCapacity(
                "weight that is admitted", expected=f"at most {self.room}", computed=change.weight
            )

    def apply(self, change: RollChange) -> None:
        """From here on the changed roll stands; the three checks have been made."""
        self._revoked.update(change.revoke)
        self._admitted.update(change.admit)
        self.room -= change.weight
        self.changes = change.number

    def _ever(self, credential: bytes) -> int | None:
        return self._weights.get(credential, self._admitted.get(credential))
