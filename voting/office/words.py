# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal as a sentence for officials, with what to do; the technical text stands below it.

The most special class that has words speaks, so that a new refusal is never without any.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bulletin_board.errors import (
    BoardError,
    EncodingError,
    ForbiddenText,
    HeadsForgotten,
    HistoryLost,
    InputTooLarge,
    NotCanonical,
    NotJson,
    StorageError,
    UnusableKeyFile,
)
from tally import errors as counting
from tally.contests import errors as contests
from tally.crypto import errors as crypto
from tally.record import errors as record
from tally.registrar import errors as registrar
from tally.station import errors as station
from voting import errors as voting
from voting.errors import code_of
from voting.mailed import errors as mailed
from voting.office import errors as office
from voting.registration import errors as registration
from voting.states import State

STATES: dict[State, Promise] = {
    State.DRAFT: _("in preparation"),
    State.FROZEN: _("frozen"),
    State.OPEN: _("open"),
    State.CLOSED: _("closed, without its closing entry yet"),
    State.CHECKING: _("closed and being checked"),
    State.TALLIED: _("counted"),
    State.FINAL: _("final"),
}

_NOT_THE_NEWEST = _(
    "Nothing is signed: the server's database, or its folder of remembered heads, is not the newest. Tell "
    "the administrator now, and change nothing until it is settled."
)
_FILE = _(
    "The file was read, and something in it does not hold. Ask whoever made it to check it "
    "and to send it again."
)

_WORDS: dict[type[Exception], Promise] = {
    # Uploads
    office.UploadMissing: _("Choose a file. It must not be empty."),
    office.UploadTooLarge: _("The file is too large to be what is asked for here."),
    InputTooLarge: _("The file is too large to be what is asked for here."),
    NotJson: _("This is another kind of file than the one that is asked for here."),
    NotCanonical: _(
        "The file was changed after it was made, perhaps by opening and saving it. Use the original file."
    ),
    ForbiddenText: _(
        "A text holds a character that is invisible or changes the direction of writing. Type it again."
    ),
    EncodingError: _(
        "This is not the file that is asked for here, or it was damaged on its way. Choose another one."
    ),
    record.ForeignRecord: _("The file belongs to another election."),
    record.RecordError: _FILE,
    BoardError: _FILE,
    crypto.BadSignature: _(
        "A signature in the file does not hold: it was made with another key, or changed."
    ),
    crypto.CryptoError: _FILE,
    # Roll
    record.InvalidCredential: _(
        "The roll lists a credential that is not a safe key. The registrar must make it anew."
    ),
    record.RollExceedsCapacity: _(
        "The voters on the roll weigh more together than the election allows. Raise the greatest total "
        "weight under “Voters”, and have the key made again, or ask for a smaller roll."
    ),
    # Registration
    registration.NotByVoters: _("The voters of this election get their codes from the registrar."),
    registration.UnknownRegistration: _(
        "This registration is not there any more: its voter has registered again. Look at the new one."
    ),
    registration.NothingApproved: _("Nobody is approved yet."),
    registration.RollOutOfDate: _(
        "The roll is not that of the approved registrations: something was decided after the registrar got "
        "the file, or the registrar has signed another one. Download the file again, and have it signed."
    ),
    registration.ListRefused: _(
        "A line of the list is not an e-mail address. It must be plain text with one address on each line; "
        "the number of the line stands below."
    ),
    # Mailed codes
    mailed.NotByServer: _("The voters of this election get their codes from somebody else."),
    mailed.AnotherRegistrar: _(
        "The registrar’s key in “Voters” is not this server’s. Save that page again, then try once more."
    ),
    mailed.CodesAreMailed: _(
        "This server has begun to mail the codes: who makes them, and the registrar’s name, "
        "cannot change any more."
    ),
    mailed.ServersKey: _(
        "This is this server’s own key. Only an election whose codes this server makes can have it."
    ),
    mailed.TooManyVoters: _(
        "This server mails at most 2,000 codes for an election. For more voters, "
        "have the registrar make them."
    ),
    mailed.WeightAboveCapacity: _(
        "The voters on the list weigh more together than the election allows. Raise the greatest total "
        "weight under “Voters”."
    ),
    mailed.RollOfOthers: _(
        "The roll is not that of the voters whose codes were mailed. It is signed by itself as soon as every "
        "message was sent; a roll from elsewhere cannot be used."
    ),
    mailed.NobodyListed: _("Nobody is on the list yet."),
    voting.MailUnavailable: _("This server is not set up to send e-mail. Its administrator can change that."),
    mailed.UnknownRecipient: _("This voter is not on the list any more."),
    mailed.AddressIsMailed: _(
        "The address of the election stands in messages that voters have got: it cannot change any more."
    ),
    registrar.VoterListRefused: _("The list has problems; nothing was taken. They are listed below."),
    # Trustees and key
    station.CardRefused: _("The card’s own signature does not hold. Ask the trustee for the card again."),
    voting.TrusteeTwice: _("This trustee, or one with the same name or key, has a seat already."),
    office.UnknownTrustee: _("There is no trustee of that number."),
    voting.TooManyTrustees: _("An election can have at most 15 trustees."),
    voting.KeyOfAnotherDraft: _(
        "This key was made before questions, dates, voters’ rules or trustees were last changed. Hand out "
        "the election file again, and have the key made anew."
    ),
    record.BadAcknowledgement: _(
        "An acknowledgement does not fit the key: "
        "its trustee has accepted another key, or it is of somebody else."
    ),
    record.TrusteesMismatch: _("The key was made for another number of trustees, or another threshold."),
    station.KeyRefused: _(
        "The key does not fit this election. Hand out the election file, and have it made anew."
    ),
    station.StationError: _FILE,
    record.KeyRecordError: _(
        "The key does not fit this election. Hand out the election file, and have it made anew."
    ),
    crypto.CertificateError: _("The proof that the key is sound does not hold. Have the key made anew."),
    crypto.VerificationKeyError: _("The trustees’ parts of the key do not fit together. Have it made anew."),
    record.ThresholdOutOfRange: _(
        "The number of trustees who must work together must be at least 1 and at most the number of trustees."
    ),
    record.NoHonestMajority: _(
        "More than half of the trustees must have to work together, or two groups could open two "
        "different sums."
    ),
    record.AcknowledgementsOutOfRange: _(
        "The number of trustees who must confirm the closed board does not fit the number of trustees."
    ),
    record.RepeatedKey: _("One key stands in two places: registrar, trustees and board each need their own."),
    record.RepeatedName: _("Two trustees have the same name."),
    # Draft
    voting.DraftRefused: _("The draft is not complete, or not well-formed."),
    voting.SlugTaken: _("Another election has this address. Choose another one."),
    record.ClosesBeforeOpening: _("Voting must close after it opens."),
    record.MinimumOutOfReach: _("The least number of ballots to be counted is more than the roll may hold."),
    record.BallotTooLarge: _("The questions together make a ballot that is too large. Make them smaller."),
    record.ForbiddenModulusSize: _("The strength of the key must be 2048 or 3072 bits."),
    record.ManifestError: _("The parts of the election do not fit together."),
    contests.LanguageMismatch: _("A text is missing in one of the election’s languages."),
    contests.WrongNumberOfOptions: _("There is not enough to choose between, or too much."),
    contests.InvalidSeats: _("The number of winners must be at least 1 and at most the number of options."),
    contests.InvalidCost: _("With a budget, every option needs a cost; without one, none may have any."),
    contests.InvalidLimit: _("A limit does not fit the options: see the numbers below the question."),
    contests.InvalidCapacity: _("The greatest total weight is too large for these questions."),
    contests.CounterError: _(
        "A question has too many options, or too large numbers, for the size of the key."
    ),
    contests.TooManyBranches: _("The questions together make a ballot that is too large. Make them smaller."),
    contests.ContestError: _("A question cannot be asked like this."),
    office.UnknownQuestion: _("This question is not part of the election any more."),
    # Officials
    office.UnknownOfficial: _("There is no account of that name. Accounts are made on the server."),
    office.OfficialTwice: _("This account is an official of the election already."),
    office.LastOwner: _("An election must keep at least one owner."),
    office.OwnersOnly: _("Only an owner of the election may do this."),
    # Running
    voting.ChangedMeanwhile: _(
        "Something has changed since the page was shown. Nothing was frozen: read the page again."
    ),
    office.NoRefusalToSettle: _("This trustee has not refused, so there is nothing to ask again."),
    counting.NotClosed: _("The board has no closing entry yet."),
    counting.TallyError: _("The count cannot go on."),
    voting.TooLate: _("Voting would close in the past."),
    voting.NotReady: _("Something is still missing: see the task list."),
    voting.NotOpen: _("The election is not frozen yet."),
    UnusableKeyFile: _(
        "The server has no usable key for its boards. The administrator can make one: manage.py make_log_key."
    ),
    HeadsForgotten: _NOT_THE_NEWEST,
    HistoryLost: _NOT_THE_NEWEST,
    StorageError: _("The board could not be written. Tell the administrator; nothing was lost."),
    OSError: _("The server could not write a file. Tell the administrator; then try again."),
    voting.VotingError: _("This cannot be done."),
}


_OF_ROLL_CHANGES: dict[type[Exception], Promise] = {
    record.WrongChangeNumber: _(
        "The roll was changed after the registrar made this file, or another change has to come before it. "
        "Ask the registrar to make it again from the board as it is now."
    ),
    record.EmptyRollChange: _("This change revokes nobody and admits nobody."),
    counting.NotOnRoll: _(
        "It revokes a credential that is not on the roll. Ask the registrar whether the key was copied right."
    ),
    counting.Revoked: _("It revokes a credential that was revoked before."),
    record.AlreadyEnrolled: _(
        "It admits a credential that is on the roll, or once was. Nobody comes back with the same one: the "
        "registrar must make a new code."
    ),
    record.InvalidCredential: _(
        "It admits a credential that is not a safe key. The registrar must make it anew."
    ),
    record.RollExceedsCapacity: _(
        "It admits more weight than is left. What the roll may weigh was fixed when the election was frozen, "
        "and revoking makes no room."
    ),
    crypto.BadSignature: _("The registrar of this election has not signed this file, or it was changed."),
    voting.NotOpen: _("The roll can only be changed while voting is open."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal in words, and its technical name and text."""

    words: str
    code: str
    technical: str


def refusal(error: Exception) -> Refusal:
    """Return what a page says of a refusal."""
    return Refusal(words=in_words(error), code=code_of(error), technical=str(error))


def refusal_of_roll_change(error: Exception) -> Refusal:
    """Return what a page says of a refused roll change: the same facts mean something else than in a roll."""
    kind = next((kind for kind in type(error).__mro__ if kind in _OF_ROLL_CHANGES), None)
    words = in_words(error) if kind is None else str(_OF_ROLL_CHANGES[kind])
    return Refusal(words=words, code=code_of(error), technical=str(error))


def in_words(error: Exception) -> str:
    """Return a refusal as sentences."""
    said = _WITH_NUMBERS.get(type(error))
    if said is not None:
        return said(error)
    for kind in type(error).__mro__:
        if kind in _WORDS:
            return str(_WORDS[kind])
    return _t("This cannot be done.")


def _wrong_state(error: Exception) -> str:
    expected, computed = getattr(error, "expected", ""), getattr(error, "computed", "")
    return _t("This is only possible while the election is %(needed)s. It is %(now)s.") % {
        "needed": STATES[State(expected)],
        "now": STATES[State(computed)],
    }


def _too_early(error: Exception) -> str:
    moment = getattr(error, "expected", None)
    shown = date_format(moment, "j F Y, H:i") if isinstance(moment, datetime) else ""
    return _t("It is too early for this. It is promised to voters for %(moment)s UTC.") % {"moment": shown}


def _too_many_attempts(error: Exception) -> str:
    seconds = getattr(error, "expected", 0)
    if isinstance(seconds, int) and seconds > 60:  # noqa: PLR2004  # s
        return _t("Too many attempts. Wait %(minutes)d minutes, then try again.") % {
            "minutes": -(-seconds // 60)
        }
    return _t("Too many attempts. Wait a minute, then try again.")


_WITH_NUMBERS: dict[type[Exception], Callable[[Exception], str]] = {
    voting.WrongState: _wrong_state,
    voting.TooEarly: _too_early,
    office.TooManyAttempts: _too_many_attempts,
}
