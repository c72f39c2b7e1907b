# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether this server makes the codes of an election's voters, as its draft says."""

from tally.record.parties import BY_SERVER
from voting.mailed import registrar_key
from voting.mailed.errors import AnotherRegistrar, NotByServer
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
