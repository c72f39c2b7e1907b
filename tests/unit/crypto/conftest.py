# SPDX-License-Identifier: AGPL-3.0-or-later
"""The test keys, as fixtures."""

import pytest

from tests import keys


@pytest.fixture(scope="session")
def key():
    """The public key of 1024 bits, its table of powers of h filled once."""
    return keys.public_key_1024()


@pytest.fixture(scope="session")
def dealt():
    """The dealt key of 1024 bits, 2 of 3."""
    return keys.dealt_key_1024()


@pytest.fixture(scope="session")
def factors():
    """p and q of the test key."""
    return keys.factors_1024()
