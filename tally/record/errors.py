# SPDX-License-Identifier: AGPL-3.0-or-later
# an error is named for the fact, as in "CounterBaseTooSmall"
"""Every refusal of `tally.record`, one class per kind.

Bytes or fields of the wrong form are refused by the codec's own errors (`bulletin_board.errors`), keys and
signatures by `tally.crypto.errors`, questions by `tally.contests.errors`; what is refused here is well formed
and says something that must not be.
"""


class RecordError(Exception):
    """Base of all errors of `tally.record`; carries what was expected and what was computed."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.computed = computed


# Order of entries (docs/spec/record.md, "Order").


class OrderError(RecordError):
    """An entry that may not stand where it stands."""


class UnknownEntryType(OrderError):
    """An entry type that this version does not know."""


class OutOfOrder(OrderError):
    """An entry after one that it may not follow."""


class BeforeOpening(OrderError):
    """A ballot, a challenge or a roll change before the opening entry."""


class AfterClosing(OrderError):
    """A ballot, a challenge or a roll change after the closing entry."""


class AfterFinal(OrderError):
    """An entry of the voting data after the final entry."""


class Unfinished(OrderError):
    """A record that ends before its final entry."""


# Any record.


class ForeignRecord(RecordError):
    """A record of another election."""


class NotSigned(RecordError):
    """A signed object used before it was signed."""


# Manifest (docs/spec/record.md, "Manifest").


class ManifestError(RecordError):
    """A manifest that must not be voted under."""


class ForbiddenModulusSize(ManifestError):
    """A modulus size other than 3072 or 2048 bits."""


class RepeatedLanguage(ManifestError):
    """One language twice."""


class ClosesBeforeOpening(ManifestError):
    """A closing time that is not after the opening time."""


class ThresholdOutOfRange(ManifestError):
    """A threshold below 1 or above the number of trustees, or more than 15 trustees."""


class NoHonestMajority(ManifestError):
    """2k ≤ l: two disjoint groups of trustees could decrypt two different sets."""


class AcknowledgementsOutOfRange(ManifestError):
    """2q ≤ l + k − 1, or q > l: two different sets could be acknowledged, or none could."""


class UnsupportedKeyKind(ManifestError):
    """A key that is said to be made in a way whose traces nobody can check yet."""


class RepeatedKey(ManifestError):
    """One public key in two places."""


class RepeatedName(ManifestError):
    """One name for two trustees or two board keys: blame could not be told apart."""


class ForbiddenBoardKey(ManifestError):
    """A log or witness key of a kind that does not belong in its place."""


class QuorumOutOfRange(ManifestError):
    """A quorum of more witnesses than there are."""


class MinimumOutOfReach(ManifestError):
    """A minimum of counted ballots that the roll could never reach."""


class RepeatedContest(ManifestError):
    """Two contests with the same identifier."""


class ProgramMismatch(ManifestError):
    """The compiled program differs from what the questions compile to."""


class AggregatesMismatch(ManifestError):
    """The list of aggregates differs from what the program packs to."""


class CounterBaseTooSmall(ManifestError):
    """A counter that a full roll would overflow."""


class CounterBaseTooLarge(ManifestError):
    """A counter of more bits than the smallest that suffices."""


class BallotTooLarge(ManifestError):
    """Questions whose ballot would be larger than a ballot may be."""


# Roll (docs/spec/record.md, "Roll").


class RollError(RecordError):
    """A roll that must not be voted from."""


class RepeatedVoter(RollError):
    """One credential twice."""


class VotersNotSorted(RollError):
    """Credentials that are not in increasing order."""


class VoterCountMismatch(RollError):
    """A count that is not the number of voters."""


class WeightMismatch(RollError):
    """A total weight that is not the sum of the voters' weights."""


class RollExceedsCapacity(RollError):
    """More weight than the manifest's counters were made for."""


class InvalidCredential(RollError):
    """A credential that is no safe public key; the cause says why."""


# Roll change (docs/spec/record.md, "Roll change").


class EmptyRollChange(RollError):
    """A roll change that neither revokes nor admits anybody."""


class WrongChangeNumber(RollError):
    """A roll change whose number is not the next on its board."""


class AlreadyEnrolled(RollError):
    """A credential admitted that is, or once was, on the roll."""


# Key record (docs/spec/record.md, "Key").


class KeyRecordError(RecordError):
    """A key record that does not belong to its manifest."""


class KeyKindMismatch(KeyRecordError):
    """A dealt key where a distributed one was promised, or the other way round."""


class TrusteesMismatch(KeyRecordError):
    """Another number of trustees, or another threshold, than the manifest's."""


class WrongModulusSize(KeyRecordError):
    """A modulus of another size than the manifest's."""


class EvenModulus(KeyRecordError):
    """An even modulus."""


class BaseMismatch(KeyRecordError):
    """An h that is not derived from n."""


class BadAcknowledgement(RecordError):
    """A trustee's acknowledgement that does not verify; the message names the trustee."""


# Opening (docs/spec/record.md, "Opening").


class OpeningMismatch(RecordError):
    """An opening entry that names another manifest, roll or key than the board holds."""


class FingerprintMismatch(RecordError):
    """A fingerprint that is not the hash of manifest, roll and key."""


# Ballots (docs/spec/record.md, "Ballot").


class BallotError(RecordError):
    """A ballot whose bytes are no ballot of this election."""


class CiphertextOutOfRange(BallotError):
    """A ciphertext that is 0, or N or more."""


class RepeatedCiphertext(BallotError):
    """The same ciphertext twice on one ballot."""


class ResponseOutOfRange(BallotError):
    """A response z of 2^(L+1) or more."""


class CommitmentsLength(BallotError):
    """A file of commitments that is not one fixed-width number for each branch."""


# Tally (docs/spec/record.md, "Share" and "Result").


class AcknowledgementsNotSorted(RecordError):
    """Acknowledgements that are not in increasing order of trustees, or one trustee twice."""


class ContestMismatch(RecordError):
    """A result for other contests, or in another order, than the manifest's."""
