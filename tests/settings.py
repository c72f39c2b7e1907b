# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's own settings with a throw-away secret and folder, less what would make tests slow."""

import os
import secrets
import tempfile

os.environ.update(
    SECRET_KEY=secrets.token_urlsafe(50),
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    VERITALLY_LOCAL="true",
    VERITALLY_BASE_URL="http://127.0.0.1:8000",
    VERITALLY_DATA_DIR=tempfile.mkdtemp(prefix="veritally-tests-"),
    EMAIL_URL="memorymail://",
)
for name in (
    "CELERY_BROKER_URL",
    "DATABASE_URL",
    "DEBUG",
    "LOG_LEVEL",
    "VERITALLY_HEADS_DIR",
    "VERITALLY_KEEP_ABANDONED_DAYS",
    "VERITALLY_KEEP_VOTERS_DAYS",
    "VERITALLY_LOG_KEY_FILE",
    "VERITALLY_REGISTRATION_MESSAGES",
    "VERITALLY_TRUSTED_PROXIES",
    "VERITALLY_WITNESSES",
):
    os.environ.pop(name, None)
os.environ["DATABASE_URL"] = os.environ.get("VERITALLY_TEST_DATABASE_URL", "sqlite://:memory:")

from voting.settings import *  # noqa: E402, F403  # the environment comes first

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # served from the source folders: nothing needs to be collected
WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
