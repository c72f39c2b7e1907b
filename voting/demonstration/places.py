# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where everything of the demonstration lies, and what its processes may see of the environment.

One folder for each party, as if each had a machine of its own: stations, registrar, dealer and voters get no
setting of the server, and above all neither its secret key nor its database.
"""

import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tally import test_modulus
from tally.registrar.files import SECRET_MODE, write_new

TRUSTEES = ("Ines Calder", "Omar Whitfield", "Ruth Pellegrin", "Sanjay Noor", "Tilda Brandt")
THRESHOLD = 3
_SERVER_ONLY = (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "EMAIL_URL",
    "DJANGO_",
    "CELERY_",
    "VERITALLY_",
)
_OPERATORS_ONLY = "VERITALLY_DEMO_"  # addresses with more rights than the server has


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The data folder of the demonstration, the source tree, the server's address, and one election.

    `parties` holds the folders of those who take part in the election `slug`.
    """

    data: Path
    parties: Path
    source: Path
    base_url: str
    slug: str

    def make_anew(self) -> None:
        """Remove what an earlier run left, and make the folders of all parties."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700, parents=True)
        self.make_parties()

    def make_parties(self) -> None:
        """Make the folders of all parties of this election."""
        self.parties.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.registrar, self.voters, *map(self.station, range(1, len(TRUSTEES) + 1))):
            folder.mkdir(mode=0o700)

    @property
    def registrar(self) -> Path:
        """The registrar's machine."""
        return self.parties / "registrar"

    @property
    def dealer(self) -> Path:
        """The dealer's folder, which the dealer makes."""
        return self.parties / "dealer"

    @property
    def voters(self) -> Path:
        """The letters that the voters got."""
        return self.parties / "voters"

    @property
    def manifest(self) -> Path:
        """The manifest as the server hands it to all parties before the freeze."""
        return self.parties / "manifest.json"

    @property
    def logs(self) -> Path:
        """What the processes say."""
        return self.data / "logs"

    @property
    def port(self) -> int:
        """Where the server listens."""
        return urlsplit(self.base_url).port or 80

    def station(self, number: int) -> Path:
        """The machine of one trustee, from 1."""
        return self.parties / f"trustee-{number}"

    def key_file(self, number: int) -> Path:
        """The key file of one trustee."""
        return self.station(number) / "trustee.key"

    def card(self, number: int) -> Path:
        """The card that lies beside it."""
        return self.station(number) / "trustee.key.card.json"

    def acknowledgement(self, number: int) -> Path:
        """What the trustee signs for the share."""
        return self.station(number) / "acknowledgement.json"

    @property
    def published(self) -> Path:
        """The record as files."""
        return self.data / "published" / self.slug

    @property
    def board(self) -> str:
        """The address of the board."""
        return f"{self.base_url}/board/{self.slug}"

    @property
    def election(self) -> str:
        """The address of the election's page; voters' programs send to addresses below it."""
        return f"{self.base_url}/elections/{self.slug}"


def python(*arguments: str) -> list[str]:
    """Return the command line of a Python program, run by this very Python."""
    return [sys.executable, *arguments]


def outsiders_environment(**added: str) -> Mapping[str, str]:
    """Return the environment of everyone but the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_SERVER_ONLY)}
    if test_modulus.is_allowed(os.environ):
        kept[test_modulus.VARIABLE] = test_modulus.VALUE
    return kept | {"PYTHONUNBUFFERED": "1"} | added


def servers_environment() -> Mapping[str, str]:
    """Return the environment of the server's own processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OPERATORS_ONLY)}
    return kept | {"LOG_LEVEL": "INFO", "PYTHONUNBUFFERED": "1"}


def new_passphrase_file(folder: Path) -> Path:
    """Draw a throw-away passphrase and keep it in a file of mode 0600."""
    file = folder / "passphrase"
    write_new(file, secrets.token_urlsafe(24).encode("ascii") + b"\n", mode=SECRET_MODE)
    return file
