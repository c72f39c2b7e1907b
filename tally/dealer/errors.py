# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of the dealer, one class per kind."""


class DealerError(Exception):
    """Base of all errors of `tally.dealer`; carries what was expected and what was computed."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.computed = computed


class CardsDiffer(DealerError):
    """The cards are not those of the trustees that the manifest lists."""


class KeyFailed(DealerError):
    """The new key does not decrypt what was encrypted under it: nothing is handed out."""
