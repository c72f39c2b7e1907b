# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process of its own that prepares a server: tables, the closed town's log, its board as files, its tally.

Argument: the folder for the exported board. Database, log key and broker are in the environment.
"""

import sys
from pathlib import Path

import django


def main(board: Path) -> None:
    """Prepare, and print the fingerprint."""
    from django.conf import settings
    from django.core.management import call_command

    from bulletin_board.publisher import export
    from tally import services
    from tests.integration import tallies
    from tests.integration.tally_town import town_of_three

    call_command("migrate", verbosity=0)
    world = town_of_three()
    file = Path(settings.VERITALLY_LOG_KEY_FILE)
    file.parent.mkdir(parents=True, exist_ok=True)
    log = tallies.post(world, tallies.key_file(file.parent))
    export(log, board)
    services.start(log)
    sys.stdout.write(world.fingerprint)


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
