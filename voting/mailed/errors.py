# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of the mailed codes, one class per kind."""

from tally.registrar.errors import ListProblem
from voting.errors import VotingError


class MailedError(VotingError):
    """Base of all refusals of the mailed codes."""


class NotByServer(MailedError):
    """An election whose voters get their codes from somebody else."""


class AnotherRegistrar(MailedError):
    """A draft that names another registrar's key than this server's."""


class CodesAreMailed(MailedError):
    """Another maker of codes, or another registrar's name, for an election whose codes are being mailed."""


class ServersKey(MailedError):
    """This server's own key, for an election whose codes somebody else makes."""


class TooManyVoters(MailedError):
    """A list longer than this server mails codes to."""


class RollOfOthers(MailedError):
    """A roll that is not of the voters on the list, with the keys of the codes that they were sent.

    `expected` is how many voters have a code, `computed` how many of those are on the roll.
    """


class WeightAboveCapacity(MailedError):
    """Voters who weigh more together than the roll may hold."""


class NobodyListed(MailedError):
    """No voter to send a code to."""


class UnknownRecipient(MailedError):
    """A voter who is not on the list."""


class AddressIsMailed(MailedError):
    """Another address for an election whose address stands in messages that were sent."""


class NoEmail(ListProblem):
    """A voter without an e-mail address."""
