# SPDX-License-Identifier: AGPL-3.0-or-later
"""Elections in which a browser can vote, with codes that are known: real records under the simulator's key.

`python -m tests.integration.polling_data` fills the database of the settings. VERITALLY_POLLING_FULL=true
adds some of twenty options at 3072 bits, one for each kind of question; their key takes its time.
"""

import hashlib
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from unittest import mock

from bulletin_board.log.keys import VerifierKey
from tally.contests.approval import Approval
from tally.contests.base import Option
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.knapsack import Knapsack
from tally.contests.score import Score
from tally.contests.texts import Texts
from tally.crypto import ed25519
from tally.record.board_keys import BoardKeys
from tally.record.parties import Registrar
from tally.record.terms import Schedule
from tally.registrar.codes import format_voting_code
from tally.registrar.derivation import derive_credential
from tests import simulator

VOTERS = 48
REVOKED = 0  # the voter who may not vote any more in the election "changed"
FULL = "VERITALLY_POLLING_FULL"


def code(voter: int) -> str:
    """The code of a voter, the same in every election of the polling place."""
    return format_voting_code(_octets(voter))


def _octets(voter: int) -> bytes:
    return hashlib.sha256(b"voter at the polling place %d" % voter).digest()[:15]


@cache
def _seeds() -> dict[int, bytes]:
    return {voter: derive_credential(_octets(voter), simulator.ELECTION_ID).seed for voter in range(VOTERS)}


def say(english: str, **others: str) -> Texts:
    return Texts.of({"en": english, **others})


def options(*labels: str, costs: Sequence[int] = ()) -> tuple[Option, ...]:
    return tuple(
        Option(id=f"o{index}", label=say(label), cost=costs[index] if costs else 0)
        for index, label in enumerate(labels)
    )


def question(kind: type, name: str, asked: str, choices: tuple[Option, ...], **rest: object):
    common = {
        "id": name,
        "question": say(asked),
        "options": choices,
        "order": "fixed",
        "seats": 1,
        "budget": 0,
    }
    return kind(**(common | rest))


def mayor():
    names = options("Rosa Delgado", "Tomasz Wójcik", "Imani Barasa", "Ewan MacLeod")
    return question(
        ChooseOne, "mayor", "Who shall be mayor of Little Harbour?", names, order="random", blank=True
    )


def school():
    names = options("Priya Raman", "Jonas Weber", "Leïla Haddad", "Samuel Adeyemi", "Grete Holm")
    asked = "Who shall sit on the school board?"
    return question(Approval, "school", asked, names, seats=2, minimum=0, maximum=3)


def library():
    hours = options("Mornings", "Afternoons", "Evenings")
    return question(Score, "library", "When shall the library be open?", hours, highest=5)


def fund(*, exact: bool = False):
    shares = options("Music school", "Football ground", "Rowing club")
    asked = "How shall the small fund be shared?"
    return question(Cumulative, "fund", asked, shares, points=10, per_option=6, exact=exact)


def projects():
    wishes = options(
        "Shade trees along the harbour road",
        "A second crossing at the primary school",
        "Repair café, two evenings a week",
        "New roof for the boathouse",
        "Public drinking fountains",
        costs=(18_000, 42_500, 6_000, 61_000, 9_500),
    )
    asked = "Which projects shall the district pay for?"
    return question(Knapsack, "projects", asked, wishes, seats=0, budget=80_000, minimum=0, maximum=4)


def chair():
    names = options("Ada Novak", "Ben Osei")
    return question(ChooseOne, "chair", "Who shall chair the club?", names, blank=False)


def committee():
    names = options("Dora Lang", "Emil Roth", "Fay Quinn")
    return question(Approval, "committee", "Who shall sit on the committee?", names, minimum=1, maximum=2)


def bilingual():
    names = (
        Option(id="yes", label=say("Yes", ar="نعم"), cost=0),
        Option(id="no", label=say("No", ar="لا"), cost=0),
    )
    asked = say("Shall the market move to the square?", ar="هل ينتقل السوق إلى الساحة؟")
    return ChooseOne(id="market", question=asked, options=names, order="fixed", seats=1, budget=0, blank=True)


DANUBE = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
LINK = "https://candidates.example.org/elections/2027/statement?name=tomasz-w%C3%B3jcik&page=1"


def wordy(kind: type, **rest: object):
    """A maker of a question with words that do not fit on one line of a phone."""

    def make():
        names = options(DANUBE, LINK, "Both", "Neither", costs=rest.get("costs", ()))
        others = {name: value for name, value in rest.items() if name != "costs"}
        return question(kind, kind.__name__.lower(), f"Which of these: {DANUBE}?", names, **others)

    return make


WORDY = (
    wordy(ChooseOne, blank=True),
    wordy(Approval, seats=1, minimum=0, maximum=3),
    wordy(Score, highest=5),
    wordy(Cumulative, points=10, per_option=10, exact=False),
    wordy(Knapsack, costs=(1_000_000, 250_000, 1, 2), seats=0, budget=1_500_000, minimum=0, maximum=4),
)


LONG = tuple(f"Candidate number {place}" for place in range(1, 21))


def long_list():
    return question(ChooseOne, "list", "Who shall speak for the council?", options(*LONG), blank=False)


def long_approval():
    asked = "Who shall sit on the council?"
    return question(Approval, "list", asked, options(*LONG), seats=5, minimum=1, maximum=20)


def long_score(*, highest: int = 5):
    return question(Score, "list", "How good is each of them?", options(*LONG), highest=highest)


def long_cumulative():
    asked = "How shall ten points be shared?"
    return question(Cumulative, "list", asked, options(*LONG), points=10, per_option=10, exact=False)


def long_knapsack():
    wishes = options(*LONG, costs=[1000 * place for place in range(3, 23)])
    asked = "Which projects shall be paid for?"
    return question(Knapsack, "list", asked, wishes, seats=0, budget=80_000, minimum=0, maximum=20)


# slug: state, title, questions, other parts of the manifest
PLACES = {
    "choose-one": ("open", "Mayor of Little Harbour", (mayor,), {}),
    "approval": ("open", "School board", (school,), {}),
    "score": ("open", "Library hours", (library,), {}),
    "cumulative": ("open", "The small fund", (fund,), {}),
    "knapsack": ("open", "District projects 2027", (projects,), {}),
    "harbour": ("open", "Little Harbour: mayor, school board, projects", (mayor, school, projects), {}),
    "strict": ("open", "Rowing club", (chair, committee, lambda: fund(exact=True)), {"ballots": 1}),
    "market": ("open", "The market", (bilingual,), {"arabic": "السوق"}),
    "practice": ("open", "The fire drill", (chair,), {"rehearsal": True}),
    "changed": ("open", "The roll has changed", (mayor,), {"lost": "A letter was lost in the post."}),
    "mailed": ("open", "Codes that the server mailed", (chair,), {"made_by": "server"}),
    "wordy": ("open", f"The {DANUBE}", WORDY, {}),
    "later": ("frozen", "Not open yet", (mayor,), {}),
    "over": ("closed", "Over already", (mayor,), {}),
}
FULL_SIZE = {"modulus_bits": 3072}
LARGE = {
    "large": ("open", "Council", (long_list,), FULL_SIZE),
    "large-approval": ("open", "Council: approval", (long_approval,), FULL_SIZE),
    "large-score": ("open", "Council: score, 0 to 5", (long_score,), FULL_SIZE),
    "large-score-10": ("open", "Council: score, 0 to 10", (lambda: long_score(highest=10),), FULL_SIZE),
    "large-cumulative": ("open", "Council: ten points", (long_cumulative,), FULL_SIZE),
    "large-knapsack": ("open", "Council: projects", (long_knapsack,), FULL_SIZE),
}


def place(slug: str, state: str, title: str, questions: Sequence, rest: dict) -> None:
    """Write an open election into the database."""
    from bulletin_board import storage
    from voting.services import log_key
    from voting.services.board import sign_head
    from voting.services.roll_changes import change_roll

    if not log_key.key_file().exists():
        log_key.create()
    signer = log_key.signer_for(log_key.origin_of(slug))
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    opens = now - timedelta(hours=2) if state != "frozen" else now + timedelta(days=1)
    schedule = Schedule(opens=opens, closes=opens + timedelta(days=7), check_period_hours=24)
    others = dict(rest)
    lost = others.pop("lost", "")
    made = _world(title, questions, signer.verifier_key.to_text(), schedule, others)
    log = storage.create_log(signer.name)
    row = _row(made, slug, state, log, schedule)
    with storage.sequencing(log) as sequencer:
        for name, payload in made.entries[: 3 if state == "frozen" else 4]:
            sequencer.append(name, payload, now=now - timedelta(hours=2))
    sign_head(row)
    if lost:
        change_roll(row, made.roll_change(revoke=[REVOKED], reason=lost).to_bytes(), now=now)


def _world(title: str, questions: Sequence, log: str, schedule: Schedule, rest: dict) -> simulator.World:
    arabic, ballots = rest.pop("arabic", ""), rest.pop("ballots", 3)
    key = ed25519.public_key(simulator.REGISTRAR_SEED)
    registrar = Registrar(name="The town clerk", key=key, credentials=rest.pop("made_by", "registrar"))
    others = {"ar": arabic} if arabic else {}
    rules = simulator.Rules(minimum_counted=2, ballots_per_credential=ballots)
    with mock.patch.object(simulator, "voter_seed", _seeds().__getitem__):
        return simulator.open_world(
            [make() for make in questions],
            weights=[1] * VOTERS,
            title=say(title, **others),
            description=say("", **dict.fromkeys(others, "")),
            languages=("en", *others),
            board=BoardKeys(log=VerifierKey.from_text(log), witnesses=(), quorum=0),
            schedule=schedule,
            rules=rules,
            registrar=registrar,
            **rest,
        )


def _row(made: simulator.World, slug: str, state: str, log, schedule: Schedule):
    from tests.integration.pages_data import _draft
    from voting.models import Election

    has_begun = state != "frozen"
    return Election.objects.create(
        slug=slug,
        election_id=hashlib.sha256(slug.encode()).hexdigest()[:32],
        state=state,
        draft=_draft(made, slug),
        manifest=made.manifest.to_bytes(),
        roll=made.roll.to_bytes(),
        key=made.key.to_bytes(),
        fingerprint=made.fingerprint,
        booth=simulator.BOOTH if has_begun else "",
        log=log,
        opens_at=schedule.opens,
        closes_at=schedule.closes,
        created_at=schedule.opens,
        opened_at=schedule.opens if has_begun else None,
        closed_at=datetime.now(UTC) if state == "closed" else None,
    )


def main() -> None:
    """Fill the database that the environment names."""
    import django

    django.setup()
    wanted = LARGE if os.environ.get(FULL) == "true" else {}
    for slug, (state, title, questions, rest) in (PLACES | wanted).items():
        place(slug, state, title, questions, rest)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voting.settings")
    sys.exit(main())
