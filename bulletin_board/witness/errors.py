# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a witness does not cosign, one class for each answer of C2SP tlog-witness."""

from bulletin_board.errors import BoardError


class WitnessError(BoardError):
    """The base of every refusal of a witness."""


class UnknownLog(WitnessError):
    """A checkpoint of a log that this witness does not watch: 404."""


class NotVouchedFor(WitnessError):
    """A checkpoint without a good signature by a key that is trusted for its log: 403."""


class OldAboveNew(WitnessError):
    """An old size above the checkpoint's own: 400."""


class StaleSize(WitnessError):
    """An old size that is not the one cosigned last, which `expected` is: 409."""

    def __init__(self, message: str, *, expected: int, computed: int) -> None:
        super().__init__(message, expected=expected, computed=computed)
        self.size = expected


class Fork(WitnessError):
    """A second checkpoint of the size cosigned last, with another root: 409."""


class Inconsistent(WitnessError):
    """A checkpoint that is not proved to extend the one cosigned last: 422."""


class WitnessClockWentBack(WitnessError):
    """The clock is behind the last cosignature: 503, until somebody has set it right."""


class UnusableStore(WitnessError):
    """The folder of a witness is missing, incomplete, or not one."""
