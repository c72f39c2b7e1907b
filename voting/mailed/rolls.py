# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a roll is that of the mailed codes: every voter of the list with the newest code, nobody else."""

from tally.record.roll import Roll
from voting.mailed.choice import is_by_server
from voting.mailed.errors import RollOfOthers
from voting.mailed.models import State
from voting.models import Election


def check_roll(election: Election) -> None:
    """Raise RollOfOthers if this server makes the codes and the roll is of others, or some were not sent."""
    if election.roll is not None:
        check_is_of(election, Roll.from_bytes(bytes(election.roll)))


def check_is_of(election: Election, roll: Roll) -> None:
    """Check a roll that is not kept yet, as `check_roll` does."""
    if not is_by_server(election):
        return
    rows = election.recipients.filter(state=State.SENT).values_list("credential", "weight")
    sent = {bytes.fromhex(credential): weight for credential, weight in rows}
    enrolled = roll.weights()
    if enrolled != sent or election.recipients.exclude(state=State.SENT).exists():
        raise RollOfOthers(
            "the roll is not that of the voters whose codes were mailed",
            expected=len(sent),
            computed=len(enrolled.items() & sent.items()),
        )
