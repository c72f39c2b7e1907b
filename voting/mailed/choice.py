# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether this server makes the codes of an election's voters, as its draft says."""

from bulletin_board.errors import UnusableKeyFile
from tally.record.parties import BY_SERVER, Registrar
from voting.mailed import registrar_key
from voting.mailed.errors import AnotherRegistrar, CodesAreMailed, NotByServer, ServersKey
from voting.mailed.models import Mailing
from voting.models import Election
from voting.office.sketch import credentials_of


def is_by_server(election: Election) -> bool:
    """Whether the draft says so."""
    return credentials_of(dict(election.draft)) == BY_SERVER


def check_by_server(election: Election) -> None:
    """Raise NotByServer."""
    if not is_by_server(election):
        raise NotByServer("this server does not make the codes of this election")


def check_own_key(election: Election) -> None:
    """Raise AnotherRegistrar, UnusableKeyFile: the draft's registrar is this server."""
    named, own = election.plan.registrar.key, registrar_key.public_key()
    if named != own:
        raise AnotherRegistrar("another registrar's key", expected=own.hex(), computed=named.hex())


def check_may_be(election: Election, name: str, registrar: Registrar) -> None:
    """Check a new registrar of the draft, after the one called `name`: it says truly who made the codes.

    Raises CodesAreMailed, ServersKey, AnotherRegistrar, UnusableKeyFile.
    """
    is_fixed = Mailing.objects.filter(election=election).exists()
    if is_fixed and not (registrar.credentials == BY_SERVER and registrar.name == name):
        raise CodesAreMailed("this server has begun to mail the codes", expected=name)
    check_keys(registrar)


def check_keys(registrar: Registrar) -> None:
    """Whose key signs the roll must agree with who makes the codes, so that the manifest says it truly.

    Raises ServersKey, AnotherRegistrar, UnusableKeyFile.
    """
    by_server = registrar.credentials == BY_SERVER
    if by_server and registrar.key != registrar_key.public_key():
        raise AnotherRegistrar("another registrar's key", computed=registrar.key.hex())
    if not by_server and _is_own(registrar.key):
        raise ServersKey("this server's key, for codes that it does not make", computed=registrar.key.hex())


def _is_own(key: bytes) -> bool:
    try:
        return key == registrar_key.public_key()
    except UnusableKeyFile:
        return False  # it has none
