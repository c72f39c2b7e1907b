# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's own refusals; those of the services below keep their classes. In words: words.py."""

from voting.errors import VotingError


class OfficeError(VotingError):
    """Base of all refusals of the office."""


class TooManyAttempts(OfficeError):
    """Too many attempts to log in; `expected` is how many seconds to wait."""


class UnknownTrustee(OfficeError):
    """A number under which no trustee sits."""


class UnknownQuestion(OfficeError):
    """A question that the draft does not have."""


class UnknownOfficial(OfficeError):
    """A name without an account."""


class OfficialTwice(OfficeError):
    """An official who is one of this election already."""


class LastOwner(OfficeError):
    """An election must keep an owner."""


class OwnersOnly(OfficeError):
    """Something that only an owner of the election may do."""


class NoRefusalToSettle(OfficeError):
    """A trustee who is to be asked again, and has not refused."""


class UploadMissing(OfficeError):
    """A form without its file."""


class UploadTooLarge(OfficeError):
    """A file beyond its limit."""


class WeakPassword(OfficeError):
    """A password that the server's rules do not allow."""


class NameRefused(OfficeError):
    """A name that no account has, or can have, or that one has already."""
