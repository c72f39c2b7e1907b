# SPDX-License-Identifier: AGPL-3.0-or-later
"""A statement: "this product of ciphertexts encrypts one of these values" (docs/spec, section "Statements").

The only thing that the proof code knows of a contest. It does not say where the statement comes from.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Π c_i^{a_i} over `terms` = ((i, a_i), …) encrypts one of `values` (branch order)."""

    terms: tuple[tuple[int, int], ...]
    values: tuple[int, ...]
