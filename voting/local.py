# SPDX-License-Identifier: AGPL-3.0-or-later
"""Throw-away settings for `manage.py demo` and `run_election`: this machine only, new secrets each run.

Does not touch what is already set, and sets nothing for any other command: a real server fails closed.
"""

import atexit
import secrets
import shutil
import socket
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

COMMANDS = ("demo", "run_election")
PORT = 8000
DEMO_FOLDER = Path(__file__).resolve().parent.parent / "var" / "demo"


def use_local_settings(environ: MutableMapping[str, str], command: str) -> None:
    """Fill in whatever `voting.settings` asks for; processes started from here inherit it."""
    environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
    environ.setdefault("VERITALLY_LOCAL", "true")
    environ.setdefault("LOG_LEVEL", "ERROR")
    if command == "demo":
        environ.setdefault("VERITALLY_BASE_URL", f"http://127.0.0.1:{free_port(PORT)}")
        environ.setdefault("VERITALLY_DATA_DIR", str(DEMO_FOLDER))
    else:
        environ.setdefault("VERITALLY_BASE_URL", f"http://127.0.0.1:{PORT}")  # a name; not served
        environ.setdefault("VERITALLY_DATA_DIR", _temporary_folder())


def free_port(preferred: int) -> int:
    """Return `preferred` if nobody listens there, else a port that is free now."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself will
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def _temporary_folder() -> str:
    folder = tempfile.mkdtemp(prefix="veritally-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
