# SPDX-License-Identifier: AGPL-3.0-or-later
"""Throw-away settings for `manage.py demo`: this machine only, a new secret key on every run.

Does not touch what is already set, and sets nothing for any other command: a real server fails closed.
"""

import secrets
from collections.abc import MutableMapping
from pathlib import Path

BASE_URL = "http://127.0.0.1:8000"


def use_local_settings(environ: MutableMapping[str, str]) -> None:
    """Fill in whatever `voting.settings` asks for; processes started from here inherit it."""
    environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
    environ.setdefault("VERITALLY_LOCAL", "true")
    environ.setdefault("VERITALLY_BASE_URL", BASE_URL)
    environ.setdefault("VERITALLY_DATA_DIR", str(Path(__file__).resolve().parent.parent / "var" / "demo"))
