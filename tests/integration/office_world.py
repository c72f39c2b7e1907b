# SPDX-License-Identifier: AGPL-3.0-or-later
"""Elections of the office at every stage, with 1024-bit test keys, and the files that other parties send."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from bulletin_board.codec import base64url
from tally import test_modulus
from tally.contests.registry import contest_from_value
from tally.crypto import ed25519
from tally.record.manifest import Manifest
from tally.record.parties import Registrar
from tally.record.roll import Roll
from tally.record.roll_change import RollChange
from tally.record.terms import Rules, Schedule
from tests.integration.voting_world import keys_made_once
from tests.keys import Stream
from voting.office import actions, sketch
from voting.office.trail import Action, By
from voting.rehearsal.parties import Parties, voter_seed
from voting.services import drafting, log_key

PASSWORD = "a long enough password, 1984"
NOW = datetime(2026, 11, 22, 9, 1, 30, tzinfo=UTC)
VOTERS = 8
NAMES = ("Amina Okafor", "Björn Lind", "Clara Espinoza")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> & {{ 7|add:7 }}"
STAGES = ("started", "described", "ready", "frozen", "open", "checking")


@cache
def parties() -> Parties:
    made = Parties.make(trustees=3, entropy=Stream(b"office"))
    named = (replace(one, name=name) for one, name in zip(made.trustees, NAMES, strict=True))
    return replace(made, trustees=tuple(named))


def cards() -> list[bytes]:
    return [one.card().to_bytes() for one in parties().trustees]


def registrar_key() -> str:
    return base64url.encode(ed25519.public_key(parties().registrar))


def roll_of(election_id: str, *, weights: tuple[int, ...] = (1,) * VOTERS) -> bytes:
    keys = map(credential, range(len(weights)))
    return Roll.of(election_id, dict(zip(keys, weights, strict=True))).sign(parties().registrar).to_bytes()


def credential(voter: int) -> bytes:
    return ed25519.public_key(voter_seed(parties().voters, voter))


def roll_change(election, *, number=1, revoke=(), admit=(), weight=1, reason="A letter was lost.") -> bytes:
    """A roll change signed by the registrar; voters are named by their numbers."""
    change = RollChange.of(
        election=election.fingerprint,
        number=number,
        revoke=map(credential, revoke),
        admit=dict.fromkeys(map(credential, admit), weight),
        reason=reason,
    )
    return change.sign(parties().registrar).to_bytes()


def keys_of(manifest: bytes):
    """What dealer and trustees make of an election file."""
    read = Manifest.from_bytes(manifest, allow_test_modulus=True)
    return keys_made_once(parties(), read, entropy=Stream(b"keys"), allow_test_modulus=True)


def question(name: str = "mayor", asked: str = "Who shall be mayor?", **changes):
    labels = {"ada": "Ada Brook", "ben": "Ben Field", "cleo": "Cleo Stone"}
    value = {
        "kind": "choose-one",
        "id": name,
        "question": {"en": asked},
        "options": [{"id": key, "label": {"en": label}, "cost": 0} for key, label in labels.items()],
        "order": "fixed",
        "seats": 1,
        "budget": 0,
        "blank": True,
    }
    return contest_from_value(value | changes)


def official(name: str = "olga"):
    from django.contrib.auth.models import User

    return User.objects.filter(username=name).first() or User.objects.create_user(name, password=PASSWORD)


@dataclass
class Scene:
    """An election, and who made it."""

    election: object
    by: By


def scene(
    stage: str, *, slug: str = "spring", title: str = "Spring", now: datetime = NOW, rehearsal: bool = True
) -> Scene:
    """Make an election of the official "olga" at one of STAGES."""
    by = By(user=official(), now=now)
    election = actions.begin(by, slug=slug, title={"en": title}, languages=("en",), rehearsal=rehearsal)
    for name in STAGES[1 : STAGES.index(stage) + 1]:
        _STEPS[name](election, by)
        election.refresh_from_db()
    return Scene(election=election, by=by)


def _describe(election, by) -> None:
    actions.revise(election, by, Action.DETAILS, lambda old: {**old, "modulus_bits": 1024})
    actions.save_question(election, by, question())
    opens = by.now.replace(second=0, microsecond=0)
    actions.set_dates(
        election,
        by,
        Schedule(opens=opens, closes=opens + timedelta(days=7), check_period_hours=0),
        "Europe/Berlin",
    )
    actions.set_voters(
        election,
        by,
        registrar=Registrar(name="Registrar of Spring", key=ed25519.public_key(parties().registrar)),
        capacity=20,
        rules=Rules(minimum_counted=1, ballots_per_credential=3),
    )
    for card in cards():
        actions.add_trustee(election, by, card)
    actions.set_trustee_numbers(election, by, threshold=2, acknowledgements=3)


def _make_ready(election, by) -> None:
    keys = keys_of(drafting.manifest_of(election).to_bytes())
    actions.add_key(election, by, keys.draft)
    for word in keys.acknowledgements:
        actions.add_acknowledgement(election, by, word)
    actions.add_roll(election, by, roll_of(election.election_id))


_STEPS = {
    "described": _describe,
    "ready": _make_ready,
    "frozen": actions.freeze,
    "open": actions.open_election,
    "checking": actions.close_election,
}


def set_up(settings, tmp_path, monkeypatch) -> None:
    """A log key, the switch for test keys, and folders of the test's own."""
    settings.VERITALLY_LOG_KEY_FILE = tmp_path / "log.key"
    settings.VERITALLY_DATA_DIR = tmp_path / "data"
    log_key.key_file().write_text("07" * 32 + "\n")
    log_key.key_file().chmod(0o600)
    monkeypatch.setenv(test_modulus.VARIABLE, test_modulus.VALUE)


def sketch_of(election) -> sketch.Sketch:
    election.refresh_from_db()
    return dict(election.draft)
