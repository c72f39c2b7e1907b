# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ASGI entry point."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voting.settings")
application = get_asgi_application()
