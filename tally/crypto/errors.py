# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of the cryptographic core, one class per kind."""


class CryptoError(Exception):
    """Base of all errors of `tally.crypto`; carries what was expected and what was computed."""

    def __init__(self, message: str, *, expected: object = None, computed: object = None) -> None:
        super().__init__(message)
        self.expected = expected
        self.computed = computed
