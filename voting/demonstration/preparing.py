# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything before the polls open: keys, draft, codes, shares, freeze. Parties work by their own commands.

Between the steps, this plays the messenger who carries files from one party to another, and the official at
the server.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bulletin_board.codec import base64url, canonical
from bulletin_board.log.envelope import coarse
from tally.crypto.ed25519 import KEY_BYTES
from tally.record.parties import DEALT, Registrar
from tally.record.terms import Rules, Schedule
from tally.registrar.files import SECRET_MODE, read_limited, write_new
from tally.station import card as station_card
from tally.station.card import Card
from voting.demonstration import town
from voting.demonstration.places import (
    THRESHOLD,
    TRUSTEES,
    Places,
    new_passphrase_file,
    outsiders_environment,
    python,
)
from voting.demonstration.processes import Child, Supervisor
from voting.drafts import Draft, least_acknowledgements
from voting.models import Election
from voting.services import drafting, elections

CLIENTS = 2  # processes that play the voters
_TIMEOUT = 600.0  # s
_DAY = timedelta(days=1)
_FILE_LIMIT = 64 << 20  # bytes
_BALLOTS_EACH = 3
_MINIMUM_COUNTED = 10
Tick = Callable[[], None]


def make_key_files(supervisor: Supervisor, places: Places, tick: Tick) -> None:
    """Every trustee makes a key file and a card, the registrar a signing key."""
    jobs = [
        _job(
            supervisor,
            f"trustee {number} init",
            "tally.station",
            "init",
            str(places.key_file(number)),
            "--name",
            name,
            "--passphrase-file",
            str(new_passphrase_file(places.station(number))),
        )
        for number, name in enumerate(TRUSTEES, start=1)
    ]
    jobs.append(
        _job(
            supervisor,
            "registrar new-key",
            "tally.registrar",
            "new-key",
            str(places.registrar / "registrar.key"),
            "--passphrase-file",
            str(new_passphrase_file(places.registrar)),
        )
    )
    supervisor.finish(jobs, timeout=_TIMEOUT, tick=tick)


def draft_election(places: Places, *, title: str, modulus_bits: int, now: datetime) -> Election:
    """The officials write the draft and seat the trustees; the manifest goes to all parties."""
    draft = _draft(places, title, modulus_bits, now)
    election = drafting.create(canonical.encode(draft.to_value()), now=now)
    for number in range(1, len(TRUSTEES) + 1):
        card = Card.from_bytes(read_limited(places.card(number), limit=station_card.LIMIT))
        drafting.add_trustee(election, card.trustee)
    places.manifest.write_bytes(drafting.manifest_of(election).to_bytes())
    return election


def make_codes_and_key(supervisor: Supervisor, places: Places, election: Election, tick: Tick) -> None:
    """The registrar makes the voters' codes and signs the roll, while the dealer makes the key."""
    voter_list = places.registrar / "voters.csv"
    voter_list.write_bytes(town.voter_list())
    cards = [part for number in range(1, len(TRUSTEES) + 1) for part in ("--card", str(places.card(number)))]
    jobs = [
        _job(
            supervisor,
            "registrar make-codes",
            "tally.registrar",
            "make-codes",
            str(voter_list),
            "--election-id",
            election.election_id,
            "--key",
            str(places.registrar / "registrar.key"),
            "--passphrase-file",
            str(places.registrar / "passphrase"),
            "--out",
            str(places.registrar / "out"),
        ),
        _job(
            supervisor,
            "dealer",
            "tally.dealer",
            "deal",
            "--manifest",
            str(places.manifest),
            *cards,
            "--out",
            str(places.dealer),
        ),
    ]
    supervisor.finish(jobs, timeout=_TIMEOUT, tick=tick)


def accept_shares(supervisor: Supervisor, places: Places, tick: Tick) -> None:
    """Every trustee checks manifest, key and share, keeps the share, and signs for it."""
    jobs = [
        _job(
            supervisor,
            f"trustee {number} accept",
            "tally.station",
            "accept",
            str(places.key_file(number)),
            "--manifest",
            str(places.manifest),
            "--draft",
            str(places.dealer / "key-draft.json"),
            "--share",
            str(places.dealer / f"share-{number}.json"),
            "--out",
            str(places.acknowledgement(number)),
            "--passphrase-file",
            str(places.station(number) / "passphrase"),
        )
        for number in range(1, len(TRUSTEES) + 1)
    ]
    supervisor.finish(jobs, timeout=_TIMEOUT, tick=tick)


def freeze_and_open(places: Places, election: Election, *, now: datetime) -> None:
    """The officials take in roll, key and acknowledgements, freeze, and open the polls."""
    drafting.add_key(election, (places.dealer / "key-draft.json").read_bytes())
    for number in range(1, len(TRUSTEES) + 1):
        drafting.add_acknowledgement(election, places.acknowledgement(number).read_bytes())
    drafting.add_roll(election, (places.registrar / "out" / "roll.json").read_bytes())
    elections.freeze(election, now=now)
    elections.open_election(election, now=now)


def codes_of(places: Places) -> tuple[str, ...]:
    """Return what the voters' letters say, in the order of the registrar's list."""
    codes = read_limited(places.registrar / "out" / "codes.csv", limit=_FILE_LIMIT).decode("utf-8")
    return tuple(row["code"] for row in csv.DictReader(io.StringIO(codes, newline="")))


def hand_out_codes(places: Places, plans: Sequence[town.Plan]) -> None:
    """The letters arrive: each client process gets the codes of its voters, and knows what they want."""
    letters = list(zip(codes_of(places), plans, strict=True))
    for client in range(CLIENTS):
        lines = [
            json.dumps({"code": code, "tests": plan.tests, "ballots": plan.ballots})
            for code, plan in letters[client::CLIENTS]
        ]
        file = places.voters / f"letters-{client}.jsonl"
        write_new(file, "\n".join(lines).encode("utf-8"), mode=SECRET_MODE)


def _draft(places: Places, title: str, modulus_bits: int, now: datetime) -> Draft:
    key = (places.registrar / "registrar.key.pub").read_text().strip()
    opens = coarse(now)
    texts = town.texts
    return Draft(
        slug=places.slug,
        title=texts(title),
        description=texts(town.DESCRIPTION),
        languages=("en",),
        rehearsal=True,
        schedule=Schedule(opens=opens, closes=opens + _DAY, check_period_hours=0),
        modulus_bits=modulus_bits,
        roll_capacity=town.VOTERS,
        registrar=Registrar(
            name="Registrar of Willow Ferry",
            key=base64url.decode(key, KEY_BYTES),
        ),
        key=DEALT,
        threshold=THRESHOLD,
        acknowledgements=least_acknowledgements(len(TRUSTEES), THRESHOLD),
        rules=Rules(minimum_counted=_MINIMUM_COUNTED, ballots_per_credential=_BALLOTS_EACH),
        contests=town.contests(),
    )


def _job(supervisor: Supervisor, name: str, module: str, *arguments: str) -> Child:
    return supervisor.start_job(name, python("-m", module, *arguments), env=outsiders_environment())
