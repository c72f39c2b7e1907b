# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of the registration, one class per kind."""

from voting.errors import VotingError


class RegistrationError(VotingError):
    """Base of all refusals of the registration."""


class RegistrationClosed(RegistrationError):
    """Registration is not open, or the election is frozen."""


class NotByVoters(RegistrationError):
    """An election whose voters get their codes from somebody else."""


class BadAddress(RegistrationError):
    """An e-mail address that is none, or not in its one spelling."""


class WrongRegistrant(RegistrationError):
    """A registration for somebody else than who is signed in, or of the wrong kind."""


class NotSignedIn(RegistrationError):
    """Nobody is signed in, or the sign-in has ended."""


class SignInFailed(RegistrationError):
    """The identity provider did not say, as it must, who this is."""


class SignInUnavailable(RegistrationError):
    """This server has no identity provider for voters."""


class UnknownLink(RegistrationError):
    """A link that was used, replaced, is too old, or never was."""


class AlreadyDecided(RegistrationError):
    """A registration of somebody whose earlier one was decided on."""


class KeyTaken(RegistrationError):
    """A key that somebody else has registered."""


class UnknownRegistration(RegistrationError):
    """A registration that is not there, or was replaced meanwhile."""


class NothingApproved(RegistrationError):
    """A file for the registrar without any registration."""


class RollOutOfDate(RegistrationError):
    """A roll that was signed for other registrations than the approved ones.

    `expected` is how many are approved, `computed` how many of those are on the roll.
    """


class ListRefused(RegistrationError):
    """A list of expected addresses with a line that is none; `computed` is the number of the line."""


class TooManyRequests(RegistrationError):
    """Too many requests from one place; `expected` is how many seconds to wait."""
