# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process of its own that prepares a server: a frozen election, and another one's codes to be mailed."""

from pathlib import Path

import django


def main() -> None:
    """Prepare; settings are in the environment."""
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from bulletin_board.signing import create_key_file
    from tests.integration import mailed_world
    from tests.integration import office_world as office
    from voting.mailed import listing, registrar_key, sending
    from voting.models import Election

    call_command("migrate", verbosity=0)
    file = Path(settings.VERITALLY_LOG_KEY_FILE)
    file.parent.mkdir(parents=True, exist_ok=True)
    create_key_file(file)
    registrar_key.create()
    office.scene("frozen", slug="due", title="Due")
    Election.objects.filter(slug="due").update(opens_at=timezone.now() + mailed_world.HOUR)
    scene = mailed_world.prepare(slug="mailed", title="Mailed")
    listing.take(scene.election, mailed_world.VOTERS, now=scene.by.now)
    sending.start(scene.election, now=scene.by.now)


if __name__ == "__main__":
    django.setup()
    main()
