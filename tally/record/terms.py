# SPDX-License-Identifier: AGPL-3.0-or-later
"""The numbers and dates of an election, parts of the manifest (docs/spec/record.md, "Manifest").

Sizes that follow from the questions are recomputed in derive.py.
"""

from dataclasses import dataclass
from datetime import datetime

from bulletin_board.codec import times
from bulletin_board.codec.canonical import Value
from bulletin_board.codec.fields import Fields
from tally.crypto.errors import ParameterError
from tally.crypto.parameters import CHALLENGE_BITS, HIDING_BITS, check_modulus_bits
from tally.record.errors import ClosesBeforeOpening, ForbiddenModulusSize, MinimumOutOfReach

MAX_MODULUS_BITS = 1 << 14
MAX_COUNTER_BITS = 64
MAX_CHECK_HOURS = 8_784  # a leap year


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When voting opens and closes, and how long voters may complain before the count (hours)."""

    opens: datetime
    closes: datetime
    check_period_hours: int

    def check(self) -> None:
        """Raise ClosesBeforeOpening unless there is time to vote."""
        if self.closes <= self.opens:
            raise ClosesBeforeOpening("closes before it opens", expected=self.opens, computed=self.closes)

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {
            "opens": times.encode(self.opens),
            "closes": times.encode(self.closes),
            "check_period_hours": self.check_period_hours,
        }

    @classmethod
    def read(cls, fields: Fields) -> "Schedule":
        """Return the part from the reader of its object; raises the codec's errors."""
        part = cls(
            opens=fields.time("opens"),
            closes=fields.time("closes"),
            check_period_hours=fields.integer("check_period_hours", 0, MAX_CHECK_HOURS),
        )
        fields.done()
        return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """|n|, the bits of one counter, and the greatest total weight that the roll may have.

    The bits of a challenge and of hiding are constants of the format; any other value is refused.
    """

    modulus_bits: int
    counter_bits: int
    roll_capacity: int

    def check(self, *, allow_test_modulus: bool) -> None:
        """Raise ForbiddenModulusSize for anything but 3072, 2048, or 1024 behind the switch."""
        try:
            check_modulus_bits(self.modulus_bits, allow_test_modulus=allow_test_modulus)
        except ParameterError as error:
            raise ForbiddenModulusSize(
                "modulus size", expected=error.expected, computed=self.modulus_bits
            ) from None

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {
            "modulus_bits": self.modulus_bits,
            "challenge_bits": CHALLENGE_BITS,
            "hiding_bits": HIDING_BITS,
            "counter_bits": self.counter_bits,
            "roll_capacity": self.roll_capacity,
        }

    @classmethod
    def read(cls, fields: Fields) -> "Parameters":
        """Return the part from the reader of its object; raises the codec's errors."""
        fields.constant("challenge_bits", CHALLENGE_BITS)
        fields.constant("hiding_bits", HIDING_BITS)
        part = cls(
            modulus_bits=fields.integer("modulus_bits", 1, MAX_MODULUS_BITS),
            counter_bits=fields.integer("counter_bits", 1, MAX_COUNTER_BITS),
            roll_capacity=fields.integer("roll_capacity", 1),
        )
        fields.done()
        return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The least number of ballots that may be counted, and how many a credential may cast."""

    minimum_counted: int
    ballots_per_credential: int

    def check(self, roll_capacity: int) -> None:
        """Raise MinimumOutOfReach: a voter weighs at least 1, so there are never more than that."""
        if self.minimum_counted > roll_capacity:
            raise MinimumOutOfReach(
                "minimum of counted ballots",
                expected=f"at most {roll_capacity}",
                computed=self.minimum_counted,
            )

    def to_value(self) -> dict[str, Value]:
        """Return the part as a JSON object."""
        return {
            "minimum_counted": self.minimum_counted,
            "ballots_per_credential": self.ballots_per_credential,
        }

    @classmethod
    def read(cls, fields: Fields) -> "Rules":
        """Return the part from the reader of its object; raises the codec's errors."""
        part = cls(
            minimum_counted=fields.integer("minimum_counted", 1),
            ballots_per_credential=fields.integer("ballots_per_credential", 1),
        )
        fields.done()
        return part
