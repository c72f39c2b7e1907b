# SPDX-License-Identifier: AGPL-3.0-or-later
"""An open election on the server, with 1024-bit test keys, and ballots for it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from tally import casting, test_modulus
from tally.casting import Prepared
from tally.contests.approval import Approval
from tally.contests.base import Option
from tally.contests.choose_one import ChooseOne
from tally.contests.texts import Texts
from tally.crypto import ed25519
from tally.opened import OpenedElection
from tally.record.roll_change import RollChange
from tests.keys import Stream
from voting.rehearsal import staging
from voting.rehearsal.parties import Parties, make_keys, voter_seed
from voting.services import log_key
from voting.services.opened import opened_election
from voting.services.submissions import Submission

NOW = datetime(2026, 11, 22, 9, 1, 30, tzinfo=UTC)
VOTERS = 6
YES, NO = {"park": {"yes": 1}}, {"park": {"no": 1}}


def texts(words):
    return Texts.of({"en": words})


def questions():
    options = tuple(Option(id=name, label=texts(name), cost=0) for name in ("yes", "no"))
    clubs = tuple(Option(id=name, label=texts(name), cost=0) for name in ("chess", "choir", "rowing"))
    common = {"order": "fixed", "seats": 1, "budget": 0}
    return (
        ChooseOne(id="park", question=texts("A park?"), options=options, blank=True, **common),
        Approval(id="clubs", question=texts("Clubs?"), options=clubs, minimum=0, maximum=2, **common),
    )


@dataclass
class World:
    """An open election with its voters."""

    staged: staging.Staged

    @property
    def election(self):
        return self.staged.election

    @property
    def opened(self) -> OpenedElection:
        return opened_election(self.election)

    def seed(self, voter: int) -> bytes:
        return voter_seed(self.staged.parties.voters, voter)

    def prepared(self, voter: int, selections=YES, *, supersedes: str = "", label: str = "") -> Prepared:
        return prepare(self.opened, self.seed(voter), repr(selections), supersedes, label)

    def submission(self, voter: int, selections=YES, *, supersedes: str = "", label: str = "") -> Submission:
        return submission_of(self.prepared(voter, selections, supersedes=supersedes, label=label))

    def credential(self, voter: int) -> bytes:
        return ed25519.public_key(self.seed(voter))

    def roll_change(
        self, *, revoke=(), admit=(), number: int = 1, reason: str = "A letter was lost."
    ) -> bytes:
        """A roll change by the registrar: these voters revoked; these admitted, each of weight 1."""
        change = RollChange.of(
            election=self.opened.fingerprint,
            number=number,
            revoke=map(self.credential, revoke),
            admit=dict.fromkeys(map(self.credential, admit), 1),
            reason=reason,
        )
        return change.sign(self.staged.parties.registrar).to_bytes()

    def challenge(self, voter: int, selections=YES, *, label: str = "test"):
        return casting.challenge(self.prepared(voter, selections, label=label), self.seed(voter))


def submission_of(prepared: Prepared) -> Submission:
    return Submission(ballot=prepared.ballot.to_bytes(), commitments=prepared.commitments)


_BALLOTS = {}


def prepare(opened, seed, selections, supersedes, label):
    """The same arguments give the same ballot, made once for all tests."""
    key = (opened.fingerprint, seed, selections, supersedes, label)
    if key not in _BALLOTS:
        _BALLOTS[key] = casting.make_ballot(
            opened,
            credential_seed=seed,
            selections=eval(selections),  # noqa: S307  # a repr of ours
            supersedes=supersedes,
            ballot_seed=hashlib.sha256(repr(key).encode()).digest(),
        )
    return _BALLOTS[key]


@cache
def parties() -> Parties:
    return Parties.make(trustees=3, entropy=Stream(b"parties"))


_KEYS = {}


def keys_made_once(parties, manifest, **options):
    digest = manifest.payload_sha256
    if digest not in _KEYS:
        _KEYS[digest] = make_keys(parties, manifest, **options)
    return _KEYS[digest]


def open_world(
    settings, tmp_path, monkeypatch, *, slug: str = "spring", ballots: int = 3, room: int = 0
) -> World:
    """An election that has just opened; `room` is how much more weight than the roll's may be enrolled."""
    settings.VERITALLY_LOG_KEY_FILE = tmp_path / "log.key"
    log_key.key_file().write_text("07" * 32 + "\n")
    log_key.key_file().chmod(0o600)
    monkeypatch.setenv(test_modulus.VARIABLE, test_modulus.VALUE)
    monkeypatch.setattr(staging, "make_keys", keys_made_once)
    draft = staging.rehearsal_draft(
        slug=slug,
        title=texts("Spring"),
        contests=questions(),
        parties=parties(),
        threshold=2,
        modulus_bits=1024,
        voters=VOTERS + room,
        now=NOW,
        ballots_per_credential=ballots,
    )
    staged = staging.stage(draft, parties(), voters=VOTERS, now=NOW, entropy=Stream(slug.encode()))
    return World(staged=staged)
