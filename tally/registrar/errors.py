# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of the registrar, one class per kind."""


class RegistrarError(Exception):
    """Base of all errors of `tally.registrar`; carries what was expected and what was computed."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.computed = computed


class BadElectionId(RegistrarError):
    """An election id is not 32 lowercase hexadecimal digits."""


class BadRounds(RegistrarError):
    """A number of key-derivation rounds below one."""


class NotTakingBallots(RegistrarError):
    """A roll change for an election that has not opened, or has closed."""


class BadChange(RegistrarError):
    """Something wanted of a roll change that is not a key to revoke, a key to admit, and a weight."""


class EmptyRoll(RegistrarError):
    """A roll without voters."""


class DuplicateCredential(RegistrarError):
    """Two voters with one public key."""


class CopiedProof(RegistrarError):
    """A proof of possession that was made for another person."""


class DuplicateRegistrant(RegistrarError):
    """One person with two registrations."""


class FileExists(RegistrarError):
    """A file or folder that would be overwritten."""


class FileRefused(RegistrarError):
    """A file that cannot be read or written, is too large, or can be read by others."""


class PassphraseRefused(RegistrarError):
    """A passphrase that was typed differently twice, is empty, or comes from an unsafe file."""


class KeyFileMismatch(RegistrarError):
    """A key file that opened does not hold what was put into it, or another's key."""


class VoterListRefused(RegistrarError):
    """A list of voters with at least one problem; `problems` holds all of them in order."""

    def __init__(self, problems: "tuple[ListProblem, ...]") -> None:
        super().__init__(f"the list has {len(problems)} problem(s)")
        self.problems = problems


class ListProblem(RegistrarError):
    """One problem in a list of voters; `row` counts as a spreadsheet does, the heading is row 1."""

    def __init__(self, row: int, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message, expected=expected, computed=computed)
        self.row = row

    def __str__(self) -> str:
        return f"row {self.row}: {self.args[0]}"


class ListTooLarge(ListProblem):
    """More bytes or rows than a list may have."""


class ListNotText(ListProblem):
    """The list is not UTF-8."""


class BadHeading(ListProblem):
    """The first row does not name the columns as specified."""


class BadChangeRow(ListProblem):
    """A row of a list of changes that says nothing that a roll change can do."""


class NoVoters(ListProblem):
    """A heading and nothing else."""


class BadQuoting(ListProblem):
    """Quotation marks that do not match."""


class WrongColumnCount(ListProblem):
    """A row with more or fewer cells than the heading."""


class ForbiddenCharacter(ListProblem):
    """A control, bidirectional or other invisible character, or text not in normal form C."""


class SpaceAround(ListProblem):
    """A cell that begins or ends with a space."""


class CellTooLong(ListProblem):
    """A cell with more characters than its column allows."""


class LooksLikeFormula(ListProblem):
    """A cell that a spreadsheet would execute."""


class NameMissing(ListProblem):
    """A row without a name."""


class BadEmail(ListProblem):
    """An e-mail address that is none."""


class BadWeight(ListProblem):
    """A weight that is not a plain whole number from 1 to the limit."""


class DuplicateEmail(ListProblem):
    """An e-mail address that an earlier row has already."""


class IndistinguishableVoter(ListProblem):
    """A row with the name and group of an earlier one and no e-mail address to tell them apart."""
