# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of `tally.contests`, one class per kind.

Values of the wrong JSON shape are refused by the codec's own errors (`bulletin_board.errors.EncodingError`);
what is refused here has the right shape and no right meaning.
"""


class ContestError(Exception):
    """Base of all errors of `tally.contests`; carries what was expected and what was computed."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.computed = computed


# Programs: variables and constraints (docs/spec/contests.md, "Programs").


class ProgramError(ContestError):
    """A program that must not be voted on."""


class EmptySet(ProgramError):
    """A domain, a set of allowed sums, or a list of variables or terms without members."""


class NotIncreasing(ProgramError):
    """Members of a set, or variables of a sum, that are not in strictly increasing order."""


class NegativeNumber(ProgramError):
    """A domain value or a number of counters below zero."""


class ZeroCoefficient(ProgramError):
    """A term that says nothing."""


class UnknownVariable(ProgramError):
    """A term about a variable that does not exist."""


class TooManyBranches(ProgramError):
    """More branches in all statements together than a ballot may carry."""


class WrapAround(ProgramError):
    """A statement whose left side could differ from an allowed value by as much as the modulus."""


class Unsatisfied(ProgramError):
    """Values outside a domain, or a sum outside its allowed set."""


class WrongCount(ProgramError):
    """Another number of values, counters or plaintexts than the program has."""


# Counters and packing (docs/spec/contests.md, "Counters").


class CounterError(ContestError):
    """Counters that cannot be laid out or read."""


class InvalidCapacity(CounterError):
    """A capacity or a largest value below one, or a product of the two beyond 2^53 − 1."""


class InvalidCounterBits(CounterError):
    """A counter of fewer than two bits."""


class DoesNotFit(CounterError):
    """A variable whose counters, or whose values, are larger than the room they have."""


class TooManyParts(CounterError):
    """A one-hot variable over as many ciphertexts as the counter base: a carry could pass for a choice."""


class StrayBits(CounterError):
    """A plaintext that is negative or has bits above its last slot."""


# Definitions of contests (docs/spec/contests.md, "Contests").


class DefinitionError(ContestError):
    """A question that nobody could answer, or that could be read in two ways."""


class InvalidTexts(DefinitionError):
    """Texts without a language, or with a language twice, out of order or misspelt."""


class LanguageMismatch(DefinitionError):
    """Texts in other languages than the election's."""


class InvalidIdentifier(DefinitionError):
    """An identifier that is not of the form [a-z0-9][a-z0-9-]{0,63}."""


class DuplicateOption(DefinitionError):
    """Two options of one contest with the same identifier."""


class WrongNumberOfOptions(DefinitionError):
    """Fewer options than make a question, or more than a ballot may carry."""


class UnknownOrder(DefinitionError):
    """An order of display that is neither "fixed" nor "random"."""


class InvalidSeats(DefinitionError):
    """No seats, more seats than options, or seats beside a budget."""


class InvalidCost(DefinitionError):
    """A cost or a budget out of range, a cost without a budget, or a budget with an option without cost."""


class InvalidLimit(DefinitionError):
    """A limit of zero, beyond what the options allow, or a minimum above its maximum."""


class UnknownKind(DefinitionError):
    """A kind of question that is not in the registry."""


# Answers and results.


class InvalidSelection(ContestError):
    """An answer that the question does not allow; the message is written for the voter."""


class SumMismatch(ContestError):
    """Counters that no set of valid ballots of this weight could have produced."""
