# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of the bulletin board, by name.

One base class, so that a caller has one exit for hostile input; one class for each kind of refusal, so
that a test, a log line and an observer's report can tell them apart. An error carries what was expected
and what was computed instead, where there are such: that is the evidence.
"""

from typing import Self


class BoardError(Exception):
    """The base of every refusal; `expected` and `computed` are None where nothing was compared."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.computed = computed

    def __str__(self) -> str:
        if self.expected is None and self.computed is None:
            return self.message
        return f"{self.message} (expected {_short(self.expected)}, computed {_short(self.computed)})"

    def at(self, place: str) -> Self:
        """Return the same refusal, its message led by where it happened."""
        return type(self)(f"{place}: {self.message}", expected=self.expected, computed=self.computed)


def _short(value: object, limit: int = 100) -> str:
    if isinstance(value, int) and value.bit_length() > limit:
        return f"an integer of {value.bit_length()} bits"  # str() itself raises on thousands of digits
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= limit else f"{text[:limit]}…"


# Encoding: bytes that are not the one canonical form of a value (docs/spec/board.md, "Canonical bytes").


class EncodingError(BoardError):
    """Bytes or a value outside the canonical encoding."""


class InputTooLarge(EncodingError):
    """More bytes than the caller allows; refused before parsing."""


class NotUtf8(EncodingError):
    """Bytes that are not strict UTF-8."""


class ByteOrderMark(EncodingError):
    """A byte order mark at the start."""


class NotJson(EncodingError):
    """Text that is not JSON at all."""


class DuplicateKey(EncodingError):
    """One object with the same key twice."""


class ForbiddenNumber(EncodingError):
    """A fraction, an exponent, NaN, an infinity, or an integer beyond ±(2^53 − 1)."""


class ForbiddenValue(EncodingError):
    """null, or a Python object that is no JSON value of this encoding."""


class ForbiddenKey(EncodingError):
    """An object key outside [a-z][a-z0-9_-]*."""


class ForbiddenText(EncodingError):
    """A string with control, bidirectional or surrogate code points, or not in normal form C."""


class TooDeep(EncodingError):
    """Objects and arrays nested deeper than allowed."""


class NotCanonical(EncodingError):
    """Valid JSON, but not the one canonical spelling of its value."""


class NotBase64(EncodingError):
    """Text that is not base64 of the variant in use, or has slack bits set."""


class NotHexInteger(EncodingError):
    """Text that is not a minimal lowercase hexadecimal integer."""


class WrongLength(EncodingError):
    """A string or byte string of another length than promised."""


# Fields: a canonical value that does not have the promised shape.


class FieldError(EncodingError):
    """A value of the wrong shape; the message begins with its path."""


class MissingField(FieldError):
    """A promised field is absent."""


class UnknownField(FieldError):
    """A field that was not promised is present."""


class WrongType(FieldError):
    """A value of another JSON type than promised (true is not 1)."""


class OutOfRange(FieldError):
    """A number, or a number of items, outside its bounds."""


class WrongForm(FieldError):
    """A string of another form than promised (digest, identifier, time, constant, …)."""


# Log: signed notes, checkpoints, trees, proofs and envelopes (docs/spec/board.md, from "Signed notes" on).


class LogError(BoardError):
    """Bytes or values that break the log's formats or its tree."""


class MalformedKey(LogError):
    """A verifier key that is not name+id+key, or whose id is not that of its key."""


class UnsupportedKey(LogError):
    """A verifier key of a type not known here."""


class WeakKey(LogError):
    """An Ed25519 key of small order, under which anyone can sign, or one that is not canonical."""


class MalformedNote(LogError):
    """Bytes that are not a signed note."""


class BadSignature(LogError):
    """A signature by a known key that does not verify."""


class NotSigned(LogError):
    """A note without the signature of the required key."""


class TooFewCosignatures(LogError):
    """A checkpoint with fewer witnesses than the quorum."""


class MalformedPolicy(LogError):
    """A file that is not a trust policy."""


class RepeatedInPolicy(LogError):
    """A policy that gives one name two meanings, one key twice, or a member two groups."""


class UnknownInPolicy(LogError):
    """A policy that uses a name before it says what it means."""


class TooManyInPolicy(LogError):
    """A policy with more logs, witnesses or groups than are read."""


class ForbiddenPolicyKey(LogError):
    """A log's key where a witness's belongs in a policy, or the other way round."""


class NotFlat(LogError):
    """A policy with nested groups where a simple number of witnesses is needed."""


class QuorumNotMet(LogError):
    """A checkpoint that the witnesses of a policy's quorum have not cosigned."""


class MalformedCheckpoint(LogError):
    """A note whose text is not a checkpoint."""


class WrongOrigin(LogError):
    """A checkpoint of another log."""


class OutsideTree(LogError):
    """An index or a size that the tree does not have."""


class WrongProofLength(LogError):
    """A proof with more or fewer hashes than its tree sizes demand, or with a hash that is not 32 bytes."""


class RootMismatch(LogError):
    """Hashes that do not add up to the root."""


class MalformedTile(LogError):
    """A tile or an entry bundle whose bytes do not fill its width exactly."""


class MalformedPath(LogError):
    """A path that is not the one spelling of a resource of the log."""


class MalformedProof(LogError):
    """Bytes that are not a tlog-proof."""


class MalformedSubmission(LogError):
    """Bytes that are not what a log and a witness send to each other."""


class WrongSequence(LogError):
    """An envelope that does not carry the next sequence number."""


class WrongPrevious(LogError):
    """An envelope that does not carry the hash of the one before it."""


class TimeReversed(LogError):
    """An envelope older than the one before it."""


class TimeTooFine(LogError):
    """An envelope time that is not a multiple of five minutes."""


# Sources: where a board is read from (sources.py), and what is read there (reader.py).


class SourceError(BoardError):
    """A board that cannot be read."""


class NotFound(SourceError):
    """The source has no such resource."""


class ResourceTooLarge(SourceError):
    """The resource is larger than the caller allows."""


class SourceUnavailable(SourceError):
    """The source does not answer, or answers with something else."""


class RefusedAddress(SourceError):
    """An address that is not a plain http or https address of a board."""


class RangeNotSatisfiable(BoardError):
    """A range of bytes that begins behind the end of a resource, or is empty."""


class UnsafeArchive(SourceError):
    """An archive with traversal, links, duplicates, compression or overlaps, or that is no ZIP file."""


class PayloadMismatch(BoardError):
    """A payload that is not the one its envelope names."""


# Storage and publishing: the server's own side (storage.py, publisher.py, heads.py).


class StorageError(BoardError):
    """The board refuses to append, to sign or to go on."""


class WitnessUnreachable(StorageError):
    """A witness that does not answer."""


class WitnessRefused(StorageError):
    """A witness that does not cosign, and what it says."""


class WitnessContradicts(WitnessRefused):
    """A witness that has cosigned another board of this size."""


class WitnessClockAhead(StorageError):
    """A cosignature whose time has not come yet."""


class StaleSubmission(StorageError):
    """A witness that cosigned another size last, which `computed` is."""

    @property
    def size(self) -> int:
        """The size to prove consistency from."""
        return int(str(self.computed))


class ClockWentBack(StorageError):
    """The clock is behind the last entry by more than waiting explains."""


class StoredBytesDamaged(StorageError):
    """What is stored does not hash to what was stored with it, or to what was signed."""


class HistoryLost(StorageError):
    """The database holds less than was signed already: an old backup was restored."""


class HeadsForgotten(StorageError):
    """The second place of signed heads knows less than the database: it was lost, or is another one."""


class NotConfirmed(StorageError):
    """Heads that cannot be taken as the newest: somebody has seen more, or nobody who would know answers."""


class WrongSigner(StorageError):
    """A signer whose name is not the log's origin, or whose key is not the one of the earlier heads."""


class NotYetSigned(StorageError):
    """An entry that no signed head covers."""


class UnusableKeyFile(StorageError):
    """The file of the log's signing key is missing, readable by others, or not a seed."""


class FolderBusy(StorageError):
    """Another process writes into this folder."""


class ForeignFolder(StorageError):
    """A folder that holds another board, or another past of this one."""


class RoleRefused(BoardError):
    """A role of the database that cannot be kept to reading and appending."""
