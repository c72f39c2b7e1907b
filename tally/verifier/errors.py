# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals of the verifier itself, one class per kind; what is wrong with a record has its name elsewhere."""


class VerifierError(Exception):
    """Base of the errors of `tally.verifier`; carries what was expected and what was computed."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.computed = computed


class BoardForked(VerifierError):
    """A board that does not begin with the entries of an earlier signed checkpoint of the same log."""


class UnusableState(VerifierError):
    """A file of an earlier verification that this one must not rest on."""
