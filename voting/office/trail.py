# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's trail: every deed with its official, time and outcome, also those that were refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.errors import code_of
from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office.models import Deed

_DETAIL_LIMIT = 300


class Action(StrEnum):
    """What an official can do to an election."""

    CREATE = "create"
    DETAILS = "details"
    DATES = "dates"
    VOTERS = "voters"
    QUESTION_SAVE = "question-save"
    QUESTION_DELETE = "question-delete"
    QUESTION_MOVE = "question-move"
    TRUSTEE_ADD = "trustee-add"
    TRUSTEE_REMOVE = "trustee-remove"
    TRUSTEE_NUMBERS = "trustee-numbers"
    KEY = "key"
    ACKNOWLEDGEMENT = "acknowledgement"
    ROLL = "roll"
    REGISTRATION_WINDOW = "registration-window"
    REGISTRATION_EXPECT = "registration-expect"
    REGISTRATION_DECIDE = "registration-decide"
    CODES_LIST = "codes-list"
    CODES_SEND = "codes-send"
    CODES_AGAIN = "codes-again"
    CODES_LEAVE_OUT = "codes-leave-out"
    OFFICIAL_ADD = "official-add"
    OFFICIAL_REMOVE = "official-remove"
    FREEZE = "freeze"
    OPEN = "open"
    ROLL_CHANGE = "roll-change"
    CLOSE = "close"
    TALLY = "tally"
    ASK_AGAIN = "ask-again"
    PUBLISH = "publish"
    FORGET = "forget"


WORDS: dict[str, Promise] = {
    Action.CREATE: _("Election created"),
    Action.DETAILS: _("Details changed"),
    Action.DATES: _("Dates changed"),
    Action.VOTERS: _("Registrar and voters’ rules changed"),
    Action.QUESTION_SAVE: _("Question saved"),
    Action.QUESTION_DELETE: _("Question deleted"),
    Action.QUESTION_MOVE: _("Questions reordered"),
    Action.TRUSTEE_ADD: _("Trustee’s card added"),
    Action.TRUSTEE_REMOVE: _("Trustee removed"),
    Action.TRUSTEE_NUMBERS: _("Trustees’ numbers changed"),
    Action.KEY: _("Key uploaded"),
    Action.ACKNOWLEDGEMENT: _("Acknowledgement uploaded"),
    Action.ROLL: _("Roll uploaded"),
    Action.REGISTRATION_WINDOW: _("Registration opened or closed"),
    Action.REGISTRATION_EXPECT: _("List of expected voters uploaded"),
    Action.REGISTRATION_DECIDE: _("Registrations decided on"),
    Action.CODES_LIST: _("List for mailed codes uploaded"),
    Action.CODES_SEND: _("Sending of codes started"),
    Action.CODES_AGAIN: _("New code sent to a voter"),
    Action.CODES_LEAVE_OUT: _("Voter left out of the mailed codes"),
    Action.OFFICIAL_ADD: _("Official added"),
    Action.OFFICIAL_REMOVE: _("Official removed"),
    Action.FREEZE: _("Election frozen"),
    Action.OPEN: _("Voting opened"),
    Action.ROLL_CHANGE: _("Roll changed"),
    Action.CLOSE: _("Voting closed"),
    Action.TALLY: _("Count started"),
    Action.ASK_AGAIN: _("Trustee asked again"),
    Action.PUBLISH: _("Record published"),
    Action.FORGET: _("Given up: who the voters are was deleted"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acts, and when; no account for a command on the server itself."""

    user: User | None
    now: datetime

    @property
    def name(self) -> str:
        """The account's name."""
        return "" if self.user is None else self.user.get_username()


@contextmanager
def recorded(election: Election, by: By, action: Action, detail: str = "") -> Iterator[Deed]:
    """Write the deed down, before it and after it; a refusal is written down and goes on."""
    deed = Deed.objects.create(
        election=election, official=by.name, action=action, detail=detail[:_DETAIL_LIMIT], at=by.now
    )
    try:
        yield deed
    except REFUSALS as error:
        deed.outcome, deed.refusal = Deed.Outcome.REFUSED, code_of(error)
        deed.save(update_fields=["outcome", "refusal"])
        raise
    deed.outcome, deed.detail = Deed.Outcome.DONE, deed.detail[:_DETAIL_LIMIT]
    deed.save(update_fields=["outcome", "detail"])
