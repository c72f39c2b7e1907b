// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What each named error says was found, in one sentence without technical terms: the sentences of
 * tally/verifier/reasons.py, word for word (tests/unit/verifier/test_verifier_sentences.py).
 */

/** Names of errors, parted by blanks, by what they say. */
/** @type {readonly (readonly [string, string])[]} */
const SENTENCES = [
  [
    "A part of the record is not written in the one form that the specification allows.",
    "InputTooLarge NotUtf8 ByteOrderMark NotJson DuplicateKey ForbiddenNumber ForbiddenValue ForbiddenKey " +
      "ForbiddenText TooDeep NotCanonical NotBase64 NotHexInteger WrongLength MissingField UnknownField WrongType " +
      "WrongForm MalformedTile MalformedNote ShapeMismatch EmptyRollChange",
  ],
  ["A public key is written wrongly, or is of a kind that does not belong there.", "MalformedKey UnsupportedKey ForbiddenBoardKey RepeatedKey"],
  ["A public key is unsafe: somebody other than its owner could sign under it.", "WeakKey SmallOrderKey NotInSubgroup NotOnCurve NonCanonicalKey InvalidCredential"],
  [
    "A question, or the programme made from it, cannot be answered or counted as it stands.",
    "DuplicateOption InvalidLimit InvalidSeats UnknownKind UnknownVariable WrapAround CounterBaseTooSmall " +
      "CounterBaseTooLarge BallotTooLarge RepeatedContest RepeatedLanguage EmptySet NotIncreasing NegativeNumber " +
      "ZeroCoefficient TooManyBranches Unsatisfied WrongCount InvalidCapacity InvalidCounterBits DoesNotFit " +
      "TooManyParts InvalidTexts LanguageMismatch InvalidIdentifier WrongNumberOfOptions UnknownOrder InvalidCost",
  ],
  ["The numbers of trustees, shares or confirmations allow a minority to open votes, or nobody to.", "ThresholdOutOfRange NoHonestMajority AcknowledgementsOutOfRange QuorumOutOfRange"],
  ["A number lies outside the range that is allowed for it.", "OutOfRange CiphertextOutOfRange ResponseOutOfRange"],
  ["The fingerprint is another one.", "FingerprintMismatch"],
  ["The opening entry names other documents than those on the board.", "OpeningMismatch"],
  ["A signature is missing.", "NotSigned"],
  ["A signature does not fit what it stands under.", "BadSignature NonCanonicalSignature"],
  ["The signed state is that of another board.", "WrongOrigin"],
  ["A file that the board lists is not there.", "NotFound"],
  ["A file is larger than the board says.", "ResourceTooLarge"],
  ["The archive is damaged, or made to deceive programs that open it.", "UnsafeArchive"],
  ["A file is not the one that the board lists.", "PayloadMismatch"],
  ["An entry does not have the number that is its turn.", "WrongSequence"],
  ["An entry does not follow from the one before it.", "WrongPrevious"],
  ["An entry is older than the one before it.", "TimeReversed"],
  ["An entry's time is given more exactly than is allowed.", "TimeTooFine"],
  ["Two values that must agree do not: the evidence shows both.", "RootMismatch"],
  ["An entry is of a type that does not exist.", "UnknownEntryType"],
  ["An entry stands where its type may not stand.", "OutOfOrder"],
  ["A ballot stands before the opening of the election.", "BeforeOpening"],
  ["A ballot or a change of the list of voters stands after the close of voting.", "AfterClosing"],
  ["Something was added after the end of the record.", "AfterFinal"],
  ["Fewer witnesses have confirmed this state than are demanded.", "TooFewCosignatures QuorumNotMet"],
  ["It happened before the announced time.", "BeforeItsTime"],
  ["The same server has signed two boards that contradict each other; both signatures are the evidence.", "BoardForked"],
  ["The election's key has a size that is not allowed or was not promised.", "ForbiddenModulusSize WrongModulusSize EvenModulus"],
  ["Voting would end before it begins.", "ClosesBeforeOpening"],
  ["More ballots are demanded than there are voters.", "MinimumOutOfReach"],
  ["Two trustees or servers have one name.", "RepeatedName"],
  ["What ballots were checked against is not what the questions say.", "ProgramMismatch AggregatesMismatch"],
  ["This belongs to another election.", "ForeignRecord"],
  ["The election's key was made in another way than was promised.", "KeyKindMismatch"],
  ["The election's key is said to be made in a way that cannot be checked yet.", "UnsupportedKeyKind"],
  ["What is sealed to a trustee's key could be read by anybody.", "BadEncryptionKey"],
  ["There are other trustees than were promised.", "TrusteesMismatch"],
  ["A number of the election's key is not what the specification derives.", "ParameterError BaseMismatch"],
  ["The proof that the election's key is sound does not hold.", "CertificateError"],
  ["The keys by which trustees are held to their word contradict each other.", "VerificationKeyError"],
  ["A trustee's confirmation does not bear that trustee's signature.", "BadAcknowledgement"],
  ["One voter is listed twice.", "RepeatedVoter"],
  ["The list of voters is not in order.", "VotersNotSorted"],
  ["The list of voters holds another number of voters than it says.", "VoterCountMismatch"],
  ["The votes of all voters add up to another number than the list says.", "WeightMismatch"],
  ["There are more votes than the count was built for.", "RollExceedsCapacity"],
  ["A change of the list of voters does not have the number that is its turn.", "WrongChangeNumber"],
  ["The voter is not on the list.", "NotOnRoll"],
  ["The voter was taken off the list before.", "Revoked"],
  ["A voter is added who is, or once was, on the list.", "AlreadyEnrolled"],
  ["One sealed value stands twice on a ballot.", "RepeatedCiphertext"],
  ["The ballot does not follow the voter's last one.", "StaleSupersedes"],
  ["The voter has used up the allowed number of ballots.", "LimitReached"],
  ["A sealed value is one that cannot be opened.", "NotAUnit"],
  ["One ballot was both opened for a test and cast.", "ChallengedBallotCast"],
  ["The proof that the ballot is allowed does not hold.", "ChallengeSumMismatch ChallengeMismatch"],
  ["The closing entry states other numbers than there are on the board.", "ClosingMismatch"],
  ["The set of ballots that count is another one than follows from the board.", "CountedSetMismatch"],
  ["Fewer ballots count than are demanded before a sum may be opened.", "TooFewCounted"],
  ["A trustee's part is for another board or another set of ballots.", "ForeignShare"],
  ["Confirmations are not in order, or one stands there twice.", "AcknowledgementsNotSorted"],
  ["One trustee has answered twice.", "RepeatedShare"],
  ["Fewer trustees have confirmed the board than are demanded.", "TooFewAcknowledgements"],
  ["The proof beside a trustee's part does not hold.", "ShareProofError"],
  ["Fewer trustees have answered than are needed.", "TooFewShares"],
  ["The result is for other questions than the election's.", "ContestMismatch"],
  ["A sealed sum is stated that is not the sum of the ballots.", "TallyMismatch"],
  ["An opened sum holds more than votes: the sign of a forged proof.", "StrayBits"],
  ["Totals are stated that are not what the opened sums contain.", "CountersMismatch"],
  ["No valid ballots of these voters could add up to these totals.", "SumMismatch"],
  ["Another outcome is stated than follows from the totals.", "OutcomeMismatch"],
  ["The end of the record names another result.", "FinalMismatch"],
];

/** @type {ReadonlyMap<string, string>} */
export const REASONS = new Map(SENTENCES.flatMap(([sentence, names]) => names.split(" ").map((name) => [name, sentence])));
