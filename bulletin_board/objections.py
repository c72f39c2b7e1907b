# SPDX-License-Identifier: AGPL-3.0-or-later
"""What witnesses say against this database: they have cosigned more entries than it has, or other ones.

Specification: docs/spec/board.md, "Signing". Where the database and the folder of remembered heads were
restored together, from one snapshot, nobody else can tell that entries with receipts are missing.
"""

from bulletin_board.cosigned import policy_of
from bulletin_board.errors import HistoryLost
from bulletin_board.log.keys import VerifierKey
from bulletin_board.models import Log, Objection


def record(log: Log, witness: VerifierKey, size: int, *, is_fork: bool = False) -> None:
    """Keep that `witness` has cosigned `size` entries of `log`: as many as here, but others, if a fork."""
    said = {"size": size, "is_fork": is_fork}
    Objection.objects.update_or_create(log=log, witness=witness.to_text(), defaults=said)


def withdraw(log: Log, witnesses: list[VerifierKey]) -> None:
    """Forget what these have said: they have cosigned the newest head since."""
    Objection.objects.filter(log=log, witness__in=[key.to_text() for key in witnesses]).delete()


def check_unopposed(log: Log, size: int) -> None:
    """Raise HistoryLost if so many witnesses object to `size` entries that the others are no quorum.

    Whatever was published has a quorum behind it. Fewer may lie, and must not be able to stop an election.
    """
    rows = Objection.objects.filter(log=log)
    opposed = {row.witness: row.size for row in rows if row.is_fork or row.size > size}
    if not opposed:
        return
    policy = policy_of(log)
    if policy.is_met_by([key for key in policy.keys() if key.to_text() not in opposed]):  # noqa: SIM118
        return
    names = ", ".join(sorted(VerifierKey.from_text(key).name for key in opposed))
    raise HistoryLost(
        f"witnesses have cosigned more entries than are stored, or other ones: {names}",
        expected=max(opposed.values()),
        computed=size,
    )
