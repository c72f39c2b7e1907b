# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commitments that are served beside the log, a cache (docs/spec/record.md, "Commitments").

Every |a_ij| in statement and branch order, each as wide as N. Whether they are in range, or right, is the
business of `tally.crypto.batch`; no ballot is judged by them.
"""

from collections.abc import Sequence

from tally.record.errors import CommitmentsLength
from tally.record.shape import BallotShape


def commitments_to_bytes(commitments: Sequence[int], shape: BallotShape) -> bytes:
    """Return the file of a ballot's commitments. Raises CommitmentsLength for another number of them."""
    if len(commitments) != shape.branches:
        raise CommitmentsLength("commitments", expected=shape.branches, computed=len(commitments))
    return b"".join(int(number).to_bytes(shape.ciphertext_width, "big") for number in commitments)


def commitments_from_bytes(data: bytes, shape: BallotShape) -> tuple[int, ...]:
    """Return the numbers in a file of commitments. Raises CommitmentsLength."""
    width = shape.ciphertext_width
    if len(data) != shape.branches * width:
        raise CommitmentsLength("bytes", expected=shape.branches * width, computed=len(data))
    return tuple(int.from_bytes(data[start : start + width], "big") for start in range(0, len(data), width))
