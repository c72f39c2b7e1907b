# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of the cryptographic core, one class per kind."""


class CryptoError(Exception):
    """Base of all errors of `tally.crypto`; carries what was expected and what was computed."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.computed = computed


class NonCanonicalKey(CryptoError):
    """An Ed25519 public key is not the one canonical encoding of a point."""


class NotOnCurve(CryptoError):
    """An Ed25519 public key is no point of the curve."""


class SmallOrderKey(CryptoError):
    """An Ed25519 public key has order 1, 2, 4 or 8."""


class NotInSubgroup(CryptoError):
    """An Ed25519 public key lies outside the subgroup of prime order."""


class NonCanonicalSignature(CryptoError):
    """An Ed25519 signature has the wrong length or S ≥ L."""


class BadSignature(CryptoError):
    """An Ed25519 signature does not verify."""


class BadSigningInput(CryptoError):
    """A seed, digest or format name given for signing has the wrong shape."""


class NotAUnit(CryptoError):
    """A value that must be invertible shares a factor with n."""


class ParameterError(CryptoError):
    """A modulus or a derived parameter is not what the specification fixes."""


class OutOfRange(CryptoError):
    """A number lies outside the interval that the specification gives it."""


class NotAMember(CryptoError):
    """The prover's own value is not among the values of the statement."""


class ShapeMismatch(CryptoError):
    """Too few, too many or misplaced ciphertexts, statements, branches or commitments."""


class ChallengeMismatch(CryptoError):
    """The challenge is not the hash of the transcript."""


class ChallengeSumMismatch(CryptoError):
    """The sub-challenges of a statement do not add up to the challenge modulo 2^128."""


class CommitmentMismatch(CryptoError):
    """Equation 4 fails for at least one given commitment."""


class CertificateError(CryptoError):
    """The certificate of n is missing, short, or does not hold."""


class VerificationKeyError(CryptoError):
    """The trustees' verification keys are degenerate or inconsistent."""


class ShareProofError(CryptoError):
    """A trustee's partial root fails its equality proof."""


class NotEnoughShares(CryptoError):
    """Fewer than k distinct valid partial roots."""


class RootMismatch(CryptoError):
    """c = g^m · y^n mod N does not hold."""


class BadCodeValue(CryptoError):
    """A value to be printed as a code does not have 120 bits."""


class WrongCodeLength(CryptoError):
    """A typed code has too few or too many characters."""


class ForbiddenCodeCharacter(CryptoError):
    """A typed code has a character outside Crockford's alphabet."""


class WrongCheckCharacter(CryptoError):
    """The check character of a typed code does not fit the others."""


class WeakPassphrase(CryptoError):
    """A passphrase for a new file is too short."""


class BadPassphraseText(CryptoError):
    """A passphrase is not text that has one spelling in UTF-8."""


class SealedFileError(CryptoError):
    """A sealed file is not a container of the specified form; the cause says why."""


class WrongContext(CryptoError):
    """A sealed file was made for another purpose."""


class ParametersRefused(CryptoError):
    """A sealed file asks for a key derivation that is too weak or absurdly costly."""


class WrongRecipient(CryptoError):
    """A file was sealed to another key."""


class BadEncryptionKey(CryptoError):
    """An X25519 key has the wrong length or yields the all-zero secret."""


class CannotOpen(CryptoError):
    """Decryption failed: a wrong passphrase, a wrong key, or an altered file."""


class BadContext(CryptoError):
    """The purpose named for a sealed file is empty or too long."""


class PlaintextTooLarge(CryptoError):
    """More to seal than a container may hold."""
