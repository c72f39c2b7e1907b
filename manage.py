#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run a management command.

`demo` and `run_election` get throw-away local settings; all others need real ones.
"""

import os
import sys

from django.core.management import execute_from_command_line

from voting.local import COMMANDS, use_local_settings


def main() -> None:
    """Choose the settings, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voting.settings")
    command = "".join(sys.argv[1:2])
    if command in COMMANDS:
        use_local_settings(os.environ, command)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
