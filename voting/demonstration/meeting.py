# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the server keeps its rows and meets the stations: SQLite and a folder, or the servers of servers.py.

With real servers, this plays the two operators of docs/operations.md: the owner of the tables, who migrates,
and the one who looks after Redis, who gives each station its user.
"""

from collections.abc import Mapping
from pathlib import Path

from django.core.management import call_command
from redis import Redis

from voting.demonstration.places import Places, python, servers_environment
from voting.demonstration.processes import Supervisor
from voting.demonstration.servers import ACCESS_LIST, APPLICATION, OPERATOR_URL, OWNER_URL, add_users
from voting.models import Election
from voting.services.station_users import make_users

_TIMEOUT = 120.0  # s


def prepare_database(supervisor: Supervisor, environ: Mapping[str, str]) -> None:
    """Make the tables; on PostgreSQL as their owner, who then gives the server's role its rights."""
    if OWNER_URL not in environ:
        call_command("migrate", verbosity=0, interactive=False)
        return
    owner = {**servers_environment(), "DATABASE_URL": environ[OWNER_URL]}
    for command in (("migrate", "--no-input"), ("grant_roles", APPLICATION)):
        job = supervisor.start_job(command[0], python("manage.py", *command), env=owner)
        supervisor.finish([job], timeout=_TIMEOUT, tick=lambda: None)


def station_brokers(places: Places, election: Election, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the broker's address for each station, in order; with a password, on real servers."""
    if OPERATOR_URL not in environ:
        return (f"filesystem://{places.data / 'broker'}",) * election.seats.count()
    users = make_users(election, places.data / "passwords")
    add_users(Path(environ[ACCESS_LIST]), *(line for _, line in users))
    with Redis.from_url(environ[OPERATOR_URL]) as operator:
        operator.acl_load()
    host = environ[OPERATOR_URL].rpartition("@")[2]
    return tuple(f"redis://{account.name}:{account.password}@{host}" for account, _ in users)
