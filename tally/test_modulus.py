# SPDX-License-Identifier: AGPL-3.0-or-later
"""The switch that allows a modulus of 1024 bits, which protects nobody: for tests and throw-away demos.

It is an environment variable with one exact value, never an option, a file or a part of a record, so that no
election and no message can turn it on.
"""

from collections.abc import Mapping

VARIABLE = "VERITALLY_ALLOW_TEST_MODULUS"
VALUE = "for-tests-only"
WARNING = f"{VARIABLE} is set: small test keys are accepted. This is not a real election."


def is_allowed(environ: Mapping[str, str]) -> bool:
    """Whether the environment allows the test modulus."""
    return environ.get(VARIABLE) == VALUE
