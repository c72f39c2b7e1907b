# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a draft to an open election, through the services that officials use, with throw-away parties."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bulletin_board.codec import canonical
from bulletin_board.log.envelope import coarse
from tally.contests.protocol import Contest
from tally.contests.texts import Texts
from tally.crypto import ed25519
from tally.record.parties import DEALT, Registrar
from tally.record.terms import Rules, Schedule
from tally.station.keyfile import Secrets
from voting.drafts import Draft, least_acknowledgements
from voting.models import Election
from voting.rehearsal.parties import Entropy, Parties, make_keys
from voting.services import drafting, elections
from voting.services.opened import allow_test_modulus

_VOTING_DAYS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """An open election, and what its throw-away parties know: the trustees now hold their shares."""

    election: Election
    parties: Parties = field(repr=False)
    trustees: tuple[Secrets, ...] = field(repr=False)


def rehearsal_draft(
    *,
    slug: str,
    title: Texts,
    contests: tuple[Contest, ...],
    parties: Parties,
    threshold: int,
    modulus_bits: int,
    voters: int,
    now: datetime,
    ballots_per_credential: int = 1,
) -> Draft:
    """Return the draft of a rehearsal that opens now, with a dealt key and no check period."""
    opens = coarse(now)
    return Draft(
        slug=slug,
        title=title,
        description=Texts.of(dict.fromkeys(dict(title.to_value()), "")),
        languages=tuple(dict(title.to_value())),
        rehearsal=True,
        schedule=Schedule(opens=opens, closes=opens + timedelta(days=_VOTING_DAYS), check_period_hours=0),
        modulus_bits=modulus_bits,
        roll_capacity=voters,
        registrar=Registrar(name="Registrar", key=ed25519.public_key(parties.registrar)),
        key=DEALT,
        threshold=threshold,
        acknowledgements=least_acknowledgements(len(parties.trustees), threshold),
        rules=Rules(minimum_counted=1, ballots_per_credential=ballots_per_credential),
        contests=contests,
    )


def stage(
    draft: Draft,
    parties: Parties,
    *,
    voters: int,
    now: datetime,
    entropy: Entropy = secrets.token_bytes,
) -> Staged:
    """Create, seat the trustees, deal the key, enrol the voters, freeze and open.

    Raises whatever the services raise.
    """
    election = drafting.create(canonical.encode(draft.to_value()), now=now, entropy=entropy)
    for trustee in parties.trustees:
        drafting.add_trustee(election, trustee.card().trustee)
    manifest = drafting.manifest_of(election)
    keys = make_keys(parties, manifest, entropy=entropy, allow_test_modulus=allow_test_modulus())
    drafting.add_key(election, keys.draft)
    for acknowledgement in keys.acknowledgements:
        drafting.add_acknowledgement(election, acknowledgement)
    drafting.add_roll(election, parties.roll(election.election_id, voters))
    elections.freeze(election, now=now)
    elections.open_election(election, now=now)
    return Staged(election=election, parties=parties, trustees=keys.trustees)
