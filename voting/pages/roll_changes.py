# SPDX-License-Identifier: AGPL-3.0-or-later
"""Roll changes by their place on the board: the registrar's reasons, and how many credentials they name."""

from collections.abc import Mapping

from voting.models import Election, RollChange
from voting.presenters.entries import RollChangeMark


def marks(election: Election, first: int, last: int) -> Mapping[int, RollChangeMark]:
    """Return what is shown of every roll change among the entries `first` to `last`."""
    rows = RollChange.objects.filter(election=election, seq__range=(first, last))
    return {
        row.seq: RollChangeMark(
            number=row.number, revoked=row.revoked, admitted=row.admitted, reason=row.reason
        )
        for row in rows
    }
