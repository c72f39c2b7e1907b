# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process of its own that verifies the one log of a server and prints the verdict.

Argument: the fingerprint.
"""

import sys

import django


def main(fingerprint: str) -> None:
    """Verify everything."""
    from bulletin_board.models import Log
    from tally.log_source import LogSource
    from tally.verifier.verify import Options, verify

    options = Options(fingerprint=fingerprint, allow_test_modulus=True)
    sys.stdout.write(verify(LogSource(Log.objects.get()), options).report.verdict.value)


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1])
