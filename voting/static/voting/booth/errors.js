// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Every refusal of the booth, by name. The names are those of docs/spec and of the test vectors' `reason`.
 *
 * A refusal never repeats a secret: `expected` and `computed` are public values or lengths.
 */

export class Refusal extends Error {
  /**
   * @param {string} message
   * @param {{expected?: unknown, computed?: unknown}} [found]
   */
  constructor(message, { expected, computed } = {}) {
    super(message);
    this.name = new.target.name;
    this.expected = expected;
    this.computed = computed;
  }
}

// Canonical bytes and fields (docs/spec/board.md).
export class InputTooLarge extends Refusal {}
export class ByteOrderMark extends Refusal {}
export class NotUtf8 extends Refusal {}
export class NotJson extends Refusal {}
export class DuplicateKey extends Refusal {}
export class ForbiddenKey extends Refusal {}
export class ForbiddenNumber extends Refusal {}
export class ForbiddenText extends Refusal {}
export class ForbiddenValue extends Refusal {}
export class TooDeep extends Refusal {}
export class NotCanonical extends Refusal {}
export class NotBase64 extends Refusal {}
export class NotHex extends Refusal {}
export class NotHexInteger extends Refusal {}
export class WrongLength extends Refusal {}
export class WrongType extends Refusal {}
export class WrongForm extends Refusal {}
export class OutOfRange extends Refusal {}
export class MissingField extends Refusal {}
export class UnknownField extends Refusal {}

// Numbers and proofs (docs/spec/protocol.md).
export class ParameterError extends Refusal {}
export class NotAUnit extends Refusal {}
export class NotAMember extends Refusal {}
export class ShapeMismatch extends Refusal {}
export class ChallengeMismatch extends Refusal {}
export class ChallengeSumMismatch extends Refusal {}
export class PoolSpent extends Refusal {}

// Keys, signatures and codes (docs/spec/credentials.md).
export class NonCanonicalKey extends Refusal {}
export class NotOnCurve extends Refusal {}
export class SmallOrderKey extends Refusal {}
export class NotInSubgroup extends Refusal {}
export class NonCanonicalSignature extends Refusal {}
export class BadSignature extends Refusal {}
export class BadSigningInput extends Refusal {}
export class BadCodeValue extends Refusal {}
export class WrongCodeLength extends Refusal {}
export class ForbiddenCodeCharacter extends Refusal {}
export class WrongCheckCharacter extends Refusal {}
export class WeakPassphrase extends Refusal {}
export class BadPassphraseText extends Refusal {}
export class ParametersRefused extends Refusal {}
/** A wrong passphrase, or a file that was changed. */
export class CannotOpen extends Refusal {}
export class ForbiddenAddress extends Refusal {}
/** This browser has no Ed25519 in Web Crypto. */
export class NoEd25519 extends Refusal {}

// Contests (docs/spec/contests.md).
export class InvalidTexts extends Refusal {}
export class LanguageMismatch extends Refusal {}
export class InvalidIdentifier extends Refusal {}
export class WrongNumberOfOptions extends Refusal {}
export class DuplicateOption extends Refusal {}
export class UnknownOrder extends Refusal {}
export class UnknownKind extends Refusal {}
export class InvalidCost extends Refusal {}
export class InvalidSeats extends Refusal {}
export class InvalidLimit extends Refusal {}
export class EmptySet extends Refusal {}
export class NotIncreasing extends Refusal {}
export class NegativeNumber extends Refusal {}
export class ZeroCoefficient extends Refusal {}
export class UnknownVariable extends Refusal {}
export class TooManyBranches extends Refusal {}
export class WrapAround extends Refusal {}
export class WrongCount extends Refusal {}
export class Unsatisfied extends Refusal {}
export class InvalidCapacity extends Refusal {}
export class InvalidCounterBits extends Refusal {}
export class DoesNotFit extends Refusal {}
export class TooManyParts extends Refusal {}

// Records (docs/spec/record.md).
export class ForbiddenModulusSize extends Refusal {}
export class ClosesBeforeOpening extends Refusal {}
export class MinimumOutOfReach extends Refusal {}
export class UnsupportedKeyKind extends Refusal {}
export class BadEncryptionKey extends Refusal {}
export class RepeatedLanguage extends Refusal {}
export class RepeatedContest extends Refusal {}
export class RepeatedName extends Refusal {}
export class RepeatedKey extends Refusal {}
export class ThresholdOutOfRange extends Refusal {}
export class NoHonestMajority extends Refusal {}
export class AcknowledgementsOutOfRange extends Refusal {}
export class QuorumOutOfRange extends Refusal {}
export class ForbiddenBoardKey extends Refusal {}
export class CounterBaseTooSmall extends Refusal {}
export class CounterBaseTooLarge extends Refusal {}
export class ProgramMismatch extends Refusal {}
export class AggregatesMismatch extends Refusal {}
export class BallotTooLarge extends Refusal {}
export class ForeignRecord extends Refusal {}
export class RepeatedVoter extends Refusal {}
export class VotersNotSorted extends Refusal {}
export class EmptyRollChange extends Refusal {}
export class KeyKindMismatch extends Refusal {}
export class TrusteesMismatch extends Refusal {}
export class WrongModulusSize extends Refusal {}
export class EvenModulus extends Refusal {}
export class BaseMismatch extends Refusal {}
export class BadAcknowledgement extends Refusal {}
export class OpeningMismatch extends Refusal {}
export class FingerprintMismatch extends Refusal {}
/** The election is not the one that the link names by its fingerprint. */
export class AnotherElection extends Refusal {}
export class CiphertextOutOfRange extends Refusal {}
export class RepeatedCiphertext extends Refusal {}
export class ResponseOutOfRange extends Refusal {}
export class CommitmentsLength extends Refusal {}
/** A tested ballot is not what its seed and its choices give. */
export class OpeningRefuted extends Refusal {}

// The board (docs/spec/board.md).
export class MalformedKey extends Refusal {}
export class UnsupportedKey extends Refusal {}
export class WeakKey extends Refusal {}
export class MalformedNote extends Refusal {}
export class MalformedCheckpoint extends Refusal {}
export class MalformedProof extends Refusal {}
export class NotSigned extends Refusal {}
export class WrongOrigin extends Refusal {}
export class QuorumNotMet extends Refusal {}
export class MalformedPolicy extends Refusal {}
export class RepeatedInPolicy extends Refusal {}
export class UnknownInPolicy extends Refusal {}
export class TooManyInPolicy extends Refusal {}
export class ForbiddenPolicyKey extends Refusal {}
export class OutsideTree extends Refusal {}
export class WrongProofLength extends Refusal {}
export class RootMismatch extends Refusal {}
/** The log has signed two boards, and the published one is not shown to be the other, or to continue it. */
export class BoardForked extends Refusal {}
/** The published board is older than the one that a receipt is from. */
export class NotPublished extends Refusal {}
/** A ballot that stands after the entry that ends voting. */
export class AfterClosing extends Refusal {}
export class TimeTooFine extends Refusal {}
/** The entry that a receipt proves is not the ballot that was sent. */
export class AnotherEntry extends Refusal {}

// The page and its worker.
/** Nothing is fixed that could be cast or tested, or it went the other way already. */
export class NothingSealed extends Refusal {}
/** The code is a good one, but nobody of this roll has it. */
export class NotOnRoll extends Refusal {}
/** The code was on the roll; the registrar has revoked it. `computed` is the registrar's reason. */
export class Revoked extends Refusal {}
export class NotOpen extends Refusal {}
/** The server says something about a code, and proves it by nothing. */
export class NotProven extends Refusal {}
/** The server says something about a code, and does not show at the moment what would prove it. */
export class NotShown extends Refusal {}
export class NotIdentified extends Refusal {}
/** A tested ballot is opened only once its test is on the board. */
export class NotTested extends Refusal {}
export class RefusalOfSomethingElse extends Refusal {}
export class MalformedOpening extends Refusal {}
export class MalformedReceipt extends Refusal {}
export class TooLongForQr extends Refusal {}
/** The server answered something that is no answer. */
export class BadAnswer extends Refusal {}
export class UnknownEntryType extends Refusal {}
/** The worker has ended, with everything it held. */
export class Stopped extends Refusal {}

/**
 * @param {unknown} error
 * @returns {boolean} whether nothing was found out about an answer: the worker ended, there is no connection, or the server
 *   had no answer at the moment
 */
export function isNoVerdict(error) {
  return !(error instanceof Refusal) || error instanceof Stopped || error instanceof BadAnswer;
}

/** @typedef {"unknown-option" | "amount" | "too-many" | "too-few"} ChoiceCode */
/** @typedef {ChoiceCode | "too-many-points" | "too-few-points" | "too-dear"} SelectionCode */

/**
 * An answer that its question does not allow. `code` and the two numbers let a page say so in any language.
 */
export class InvalidSelection extends Refusal {
  /**
   * @param {string} message in English
   * @param {SelectionCode} code
   * @param {{limit?: number, given?: unknown}} [numbers]
   */
  constructor(message, code, { limit, given } = {}) {
    super(message, { expected: limit, computed: given });
    this.code = code;
  }
}
