# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings of the server, read from the environment. They fail closed: what is missing stops the start.

Required: SECRET_KEY, ALLOWED_HOSTS, VERITALLY_BASE_URL. Everything else has a safe default.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from bulletin_board.errors import BoardError
from bulletin_board.log.policy import Policy
from bulletin_board.witness_settings import read_witnesses
from tally import queues
from voting import mail
from voting.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def required(name: str, hint: str) -> str:
    """Return the value of an environment variable that has no safe default."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {hint}")
    return value


def number(name: str, default: int) -> int:
    """Return a whole number, 0 or more, of an environment variable."""
    value: str = env.str(name, default=str(default))
    if not (value.isascii() and value.isdecimal()):
        raise ImproperlyConfigured(f"{name} is a number: 0, 1, 2 …")
    return int(value)


# Who we are --------------------------------------------------------------------------------------
SECRET_KEY = required(
    "SECRET_KEY",
    "Set it to at least 50 random characters, kept out of version control: "
    'python -c "import secrets; print(secrets.token_urlsafe(50))"',
)
if len(SECRET_KEY) < 50:  # noqa: PLR2004  # Django's own deployment check asks for 50
    raise ImproperlyConfigured("SECRET_KEY is too short. Set it to at least 50 random characters.")

DEBUG: bool = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = [
    host.strip()
    for host in required(
        "ALLOWED_HOSTS", "Set it to the host names served here, separated by commas: vote.example.org"
    ).split(",")
]
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS may not contain *. Name every host that is served here.")

VERITALLY_LOCAL: bool = env.bool("VERITALLY_LOCAL", default=False)
VERITALLY_BASE_URL = required(
    "VERITALLY_BASE_URL", "Set it to the public address of this server: https://vote.example.org"
).rstrip("/")
_public = urlsplit(VERITALLY_BASE_URL)
_tls = _public.scheme == "https"
_loopback = _public.hostname in {"127.0.0.1", "localhost", "::1"}
if _public.scheme not in {"http", "https"} or not _public.hostname or _public.path:
    raise ImproperlyConfigured(
        "VERITALLY_BASE_URL must be a scheme and a host, no path: https://vote.example.org"
    )
if not _tls and not (VERITALLY_LOCAL and _loopback):
    raise ImproperlyConfigured(
        "VERITALLY_BASE_URL must begin with https://. Without TLS only this machine can be served: "
        "set VERITALLY_LOCAL=true and VERITALLY_BASE_URL=http://127.0.0.1:8000"
    )
if VERITALLY_LOCAL and not _loopback:
    raise ImproperlyConfigured(
        "VERITALLY_LOCAL is for this machine only. Unset it, or set VERITALLY_BASE_URL to 127.0.0.1."
    )
if DEBUG and not VERITALLY_LOCAL:
    raise ImproperlyConfigured("DEBUG shows secrets to strangers. Unset it, or set VERITALLY_LOCAL=true.")

# Proxies of ours before the web server, each of which adds to X-Forwarded-For: voting/places.py.
VERITALLY_TRUSTED_PROXIES = number("VERITALLY_TRUSTED_PROXIES", 0)

VERITALLY_DATA_DIR = Path(env.str("VERITALLY_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
VERITALLY_LOG_KEY_FILE = Path(
    env.str("VERITALLY_LOG_KEY_FILE", default=str(VERITALLY_DATA_DIR / "log.key"))
).resolve()
# What was signed last, a second time outside the database; all hosts that sign share this folder.
VERITALLY_HEADS_DIR = Path(
    env.str("VERITALLY_HEADS_DIR", default=str(VERITALLY_LOG_KEY_FILE.parent / "heads"))
).resolve()
# Boards as files for a web server; kept up to date while elections run if it is set.
_board_dir: str = env.str("VERITALLY_BOARD_DIR", default="")
VERITALLY_BOARD_DIR = Path(_board_dir).resolve() if _board_dir else None
# For elections whose codes this server mails; nobody has to make one.
VERITALLY_REGISTRAR_KEY_FILE = Path(
    env.str("VERITALLY_REGISTRAR_KEY_FILE", default=str(VERITALLY_DATA_DIR / "registrar.key"))
).resolve()
# Witnesses that every new election names, with their addresses and quorum: a file in tlog-policy form.
_witnesses: str = env.str("VERITALLY_WITNESSES", default="")  # empty: none
try:
    VERITALLY_WITNESSES = read_witnesses(Path(_witnesses)) if _witnesses else Policy()
except (BoardError, OSError) as error:
    raise ImproperlyConfigured(f"VERITALLY_WITNESSES names a file that cannot be used: {error}") from error
VERITALLY_SOURCE_URL: str = env.str("VERITALLY_SOURCE_URL", default="")  # empty: this server hands it out

# Applications ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "bulletin_board.apps.BulletinBoardConfig",
    "tally.apps.TallyConfig",
    "voting.apps.VotingConfig",
    "voting.office.apps.OfficeConfig",
    "voting.registration.apps.RegistrationConfig",
    "voting.mailed.apps.MailedConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "voting.plain_answers.PlainAnswers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "voting.languages.EnglishOffice",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "voting.urls"
WSGI_APPLICATION = "voting.wsgi.application"
ASGI_APPLICATION = "voting.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Database ----------------------------------------------------------------------------------------
# WAL and FULL: a reader never blocks the append, and an append that was acknowledged survives a power cut.
# recursive_triggers: without it, REPLACE deletes rows and no DELETE trigger sees it.
# IMMEDIATE: a transaction takes the write lock at once, so it cannot fail half-way on the upgrade.
SQLITE_OPTIONS = {
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
        "PRAGMA recursive_triggers=ON;PRAGMA foreign_keys=ON;PRAGMA busy_timeout=30000"
    ),
    "timeout": 30,  # s
    "transaction_mode": "IMMEDIATE",
}
_database = env.db_url("DATABASE_URL", default=f"sqlite:///{VERITALLY_DATA_DIR / 'veritally.sqlite3'}")
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = SQLITE_OPTIONS
elif _database["ENGINE"] == "django.db.backends.postgresql":
    _database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
else:
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://")
# Nothing is atomic by default: the board's append refuses to run inside a longer transaction.
DATABASES = {"default": _database}

# Security ----------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = _tls
SECURE_HSTS_SECONDS = 63_072_000 if _tls else 0  # two years
SECURE_HSTS_INCLUDE_SUBDOMAINS = _tls
SECURE_HSTS_PRELOAD = _tls
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" would make every form say "Origin: null"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [VERITALLY_BASE_URL]
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = _tls
CSRF_COOKIE_HTTPONLY = SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if _tls else "csrf"
SESSION_COOKIE_NAME = "__Host-session" if _tls else "session"
LANGUAGE_COOKIE_SECURE = _tls
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws its ticks and arrows from data: SVG
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["veritally"],  # the one policy, for the booth's worker
        "upgrade-insecure-requests": _tls,
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes; the largest ballot is below this
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000  # a question with 200 options in five languages
FILE_UPLOAD_HANDLERS = ["voting.office.uploads.CappedUploadHandler"]
LOGIN_URL = "office:login"
SESSION_COOKIE_AGE = 8 * 60 * 60  # s; voting/office/access.py counts it from the log-in

# Language, time ----------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("ar", "العربية"),
]  # the office is English only: voting/languages.py
FORMAT_MODULE_PATH = ["voting.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VERITALLY_DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "voting.staticfiles.HashedStaticFiles"},
}
# Named after their content: the folders of the browsers' programs, and what Django renamed.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/((booth|verifier)/[0-9a-f]{64}/.+|.+\.[0-9a-f]{12}\.[0-9a-z]+)$"
MEDIA_ROOT = VERITALLY_DATA_DIR / "media"

# E-mail ------------------------------------------------------------------------------------------
_mail_url: str = env.str(
    "EMAIL_URL", default=f"filemail:///{VERITALLY_DATA_DIR / 'mail'}" if VERITALLY_LOCAL else ""
)
_mail = env.email_url_config(_mail_url) if _mail_url else mail.NONE
mail.check_settings(_mail, local=VERITALLY_LOCAL)
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH")
EMAIL_HOST = _mail.get("EMAIL_HOST")
EMAIL_PORT = _mail.get("EMAIL_PORT")
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_TIMEOUT = mail.TIMEOUT
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default=f"elections@{_public.hostname}")
# So many messages that confirm an address, all together in an hour: voting/registration/throttle.py.
VERITALLY_REGISTRATION_MESSAGES = number("VERITALLY_REGISTRATION_MESSAGES", 1000)
if VERITALLY_REGISTRATION_MESSAGES < 1:
    raise ImproperlyConfigured("VERITALLY_REGISTRATION_MESSAGES must be at least 1.")

# Voters' identities ------------------------------------------------------------------------------
# For so many days after the last entry of a final election, lists of voters are kept: voting/forgetting.py.
VERITALLY_KEEP_VOTERS_DAYS = number("VERITALLY_KEEP_VOTERS_DAYS", 30)
# And of one that never becomes final, after its planned end and the last that happened to it.
VERITALLY_KEEP_ABANDONED_DAYS = number("VERITALLY_KEEP_ABANDONED_DAYS", 90)

# Voters' identity provider -----------------------------------------------------------------------
VERITALLY_VOTER_OIDC_ISSUER: str = env.str("VERITALLY_VOTER_OIDC_ISSUER", default="")  # empty: none
VERITALLY_VOTER_OIDC_CLIENT_ID: str = env.str("VERITALLY_VOTER_OIDC_CLIENT_ID", default="")
VERITALLY_VOTER_OIDC_CLIENT_SECRET: str = env.str("VERITALLY_VOTER_OIDC_CLIENT_SECRET", default="")
if VERITALLY_VOTER_OIDC_ISSUER:
    if not VERITALLY_VOTER_OIDC_ISSUER.startswith("https://") and not VERITALLY_LOCAL:
        raise ImproperlyConfigured("VERITALLY_VOTER_OIDC_ISSUER must begin with https://.")
    if not VERITALLY_VOTER_OIDC_CLIENT_ID or not VERITALLY_VOTER_OIDC_CLIENT_SECRET:
        raise ImproperlyConfigured(
            "VERITALLY_VOTER_OIDC_ISSUER is set. Set VERITALLY_VOTER_OIDC_CLIENT_ID and "
            "VERITALLY_VOTER_OIDC_CLIENT_SECRET, too."
        )

# Celery ------------------------------------------------------------------------------------------
CELERY_BROKER_URL: str = env.str("CELERY_BROKER_URL", default="filesystem://")
_queue = VERITALLY_DATA_DIR / "broker"
if CELERY_BROKER_URL == "filesystem://":
    # One process: a child killed while idle would die with a lock that its successors wait for (billiard).
    CELERY_WORKER_POOL = "solo"
    # One machine only; a message taken by a worker that is then killed is gone: callers can send it again.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
        "polling_interval": 0.05,  # s
    }
elif urlsplit(CELERY_BROKER_URL).scheme in {"redis", "rediss", "redis+socket"}:
    CELERY_BROKER_TRANSPORT_OPTIONS = {**queues.REDIS_OPTIONS, "global_keyprefix": queues.SERVER_PREFIX}
else:
    raise ImproperlyConfigured("CELERY_BROKER_URL must be filesystem:// or begin with redis:// or rediss://")
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True  # results are on the board or in the database, never in the broker
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker that is away for a day is waited for
CELERY_TIMEZONE = "UTC"

LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"))
