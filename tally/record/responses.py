# SPDX-License-Identifier: AGPL-3.0-or-later
"""The proof of one statement as one byte string: e_1 ‥ e_V, then z_1 ‥ z_V (docs/spec/record.md, "Ballot").

Whether it proves anything is not known here.
"""

from tally.crypto.membership import StatementProof
from tally.record.errors import ResponseOutOfRange
from tally.record.shape import CHALLENGE_BYTES, StatementShape


def pack_proof(proof: StatementProof, shape: StatementShape) -> bytes:
    """Return the sub-challenges and responses at their fixed widths. Raises ResponseOutOfRange."""
    _check_bits(proof.responses, shape)
    challenges = (number.to_bytes(CHALLENGE_BYTES, "big") for number in proof.challenges)
    responses = (number.to_bytes(shape.response_width, "big") for number in proof.responses)
    return b"".join((*challenges, *responses))


def unpack_proof(data: bytes, shape: StatementShape) -> StatementProof:
    """Return the sub-challenges and responses of `shape.width` bytes. Raises ResponseOutOfRange."""
    middle = shape.branches * CHALLENGE_BYTES
    responses = _numbers(data[middle:], shape.response_width)
    _check_bits(responses, shape)
    return StatementProof(challenges=_numbers(data[:middle], CHALLENGE_BYTES), responses=responses)


def _numbers(data: bytes, width: int) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[start : start + width], "big") for start in range(0, len(data), width))


def _check_bits(responses: tuple[int, ...], shape: StatementShape) -> None:
    """0 ≤ z < 2^(L+1)."""
    bits = shape.response_bits + 1
    if any(z < 0 or z.bit_length() > bits for z in responses):
        raise ResponseOutOfRange("a response lies outside its range", expected=f"0..2^{bits} − 1")
