# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a ballot: what voters may choose is what is counted, and a tested ballot is the one that is cast."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tally.admission import case_of, check_signed, read_ballot
from tally.casting import cast, challenge, make_ballot, prepare
from tally.contests.approval import Approval
from tally.contests.base import Option
from tally.contests.choose_one import ChooseOne
from tally.contests.cumulative import Cumulative
from tally.contests.errors import InvalidSelection
from tally.contests.knapsack import Knapsack
from tally.contests.score import Score
from tally.crypto import batch, ed25519
from tally.crypto.membership import verify_compact
from tally.outcome import aggregates, decode, outcomes
from tests.simulator import open_world, text

SEED = b"s" * 32


def prepared(world, selections, *, voter=0, seed=SEED, supersedes=""):
    return prepare(
        world.opened,
        credential=ed25519.public_key(world.voters[voter]),
        selections=selections,
        supersedes=supersedes,
        ballot_seed=seed,
    )


def plaintexts(world, ballot):
    return tuple(int(world.dealt.oracle.decrypt(c)) for c in ballot.ciphertexts)


def test_a_ballot_encrypts_the_selection(world):
    ballot = prepared(world, {"mayor": {"ben": 1}, "school": {"emil": 1, "gus": 1}}).ballot
    base = 1 << world.manifest.parameters.counter_bits
    assert plaintexts(world, ballot) == (base, 0, 1, 0, 1)


def test_a_question_left_out_is_blank(world):
    base = 1 << world.manifest.parameters.counter_bits
    assert plaintexts(world, prepared(world, {}).ballot) == (base**3, 0, 0, 0, 0)


def test_a_ballot_passes_what_server_and_verifier_ask(world):
    made = make_ballot(
        world.opened,
        credential_seed=world.voters[0],
        selections={"mayor": {"ada": 1}},
        supersedes="",
        ballot_seed=SEED,
    )
    ballot = read_ballot(world.opened, made.ballot.to_bytes())
    check_signed(world.opened.enrolment(), ballot)
    case = case_of(world.opened, ballot, made.commitments)
    verify_compact(world.opened.public_key, case.claim, case.proof)
    batch.check_cached(world.opened.public_key, case)


def test_the_same_seed_gives_the_same_ballot(world):
    assert prepared(world, {"mayor": {"ada": 1}}) == prepared(world, {"mayor": {"ada": 1}})


@pytest.mark.parametrize(
    "other",
    [{"seed": b"t" * 32}, {"voter": 1}, {"supersedes": "0" * 64}],
    ids=["seed", "voter", "supersedes"],
)
def test_anything_else_gives_another_ballot(world, other):
    one, two = prepared(world, {"mayor": {"ada": 1}}), prepared(world, {"mayor": {"ada": 1}}, **other)
    assert one.ballot.tracker != two.ballot.tracker


def test_a_tracker_is_fixed_before_the_voter_says_cast_or_test(world):
    made = prepared(world, {"mayor": {"ada": 1}})
    assert cast(made, world.voters[0]).tracker == made.ballot.tracker
    assert challenge(made, world.voters[0]).tracker == made.ballot.tracker


def test_a_challenge_is_signed_by_the_voter(world):
    challenged = challenge(prepared(world, {}), world.voters[0])
    check_signed(world.opened.enrolment(), challenged)


@pytest.mark.parametrize(
    "selections",
    [
        {"mayor": {"ada": 1, "ben": 1}},
        {"mayor": {"ada": 2}},
        {"mayor": {"ada": -1}},
        {"mayor": {"ada": True}},
        {"mayor": {"zoe": 1}},
        {"school": {"dora": 1, "emil": 1, "fay": 1}},
    ],
)
def test_an_answer_that_the_question_does_not_allow_is_refused(world, selections):
    with pytest.raises(InvalidSelection):
        prepared(world, selections)


# The decrypted tally is the plain sum, whatever the questions.

IDS = ("ash", "birch", "cedar", "date")
COSTS = (3, 1, 4, 2)


def common(identifier, count, *, costs=None, budget=0):
    return {
        "id": identifier,
        "question": text("Which?"),
        "options": tuple(
            Option(id=name, label=text(name), cost=cost)
            for name, cost in zip(IDS[:count], costs or (0,) * count, strict=False)
        ),
        "order": "fixed",
        "seats": 0 if budget else 1,
        "budget": budget,
    }


@st.composite
def contests(draw):
    """One question of every kind, of random size and limits."""
    count = st.integers(2, len(IDS))
    approvals = draw(count)
    most = draw(st.integers(1, approvals))
    options = draw(count)
    each = draw(st.integers(1, 3))
    return (
        ChooseOne(**common("one", draw(count)), blank=draw(st.booleans())),
        Approval(**common("some", approvals), minimum=draw(st.integers(0, most)), maximum=most),
        Score(**common("marks", draw(count)), highest=draw(st.integers(1, 4))),
        Cumulative(
            **common("points", options),
            points=draw(st.integers(each, each * options)),
            per_option=each,
            exact=draw(st.booleans()),
        ),
        Knapsack(
            **common("projects", len(IDS), costs=COSTS, budget=draw(st.integers(1, 10))),
            minimum=0,
            maximum=len(IDS),
        ),
    )


@st.composite
def selection(draw, contest):
    """A valid answer."""
    ids = contest.option_ids
    match contest:
        case ChooseOne():
            chosen = draw(st.sampled_from((*ids, None) if contest.blank else ids))
            return {} if chosen is None else {chosen: 1}
        case Approval():
            size = {"min_size": contest.minimum, "max_size": contest.maximum}
            return dict.fromkeys(draw(st.sets(st.sampled_from(ids), **size)), 1)
        case Score():
            return {name: draw(st.integers(0, contest.highest)) for name in ids}
        case Cumulative():
            given, left = {}, contest.points
            for name in draw(st.permutations(ids)):
                most = min(left, contest.per_option)
                given[name] = most if contest.exact else draw(st.integers(0, most))
                left -= given[name]
            return given
        case _:
            bought, left = {}, contest.budget
            for option in draw(st.permutations(contest.options)):
                if option.cost <= left and draw(st.booleans()):
                    bought[option.id] = 1
                    left -= option.cost
            return bought


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_the_decrypted_tally_is_the_plain_sum_of_weighted_votes(data):
    questions = data.draw(contests())
    weights = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    world = open_world(questions, weights=weights)
    votes = [{q.id: data.draw(selection(q)) for q in questions} for _ in weights]
    for voter, chosen in enumerate(votes):
        world.vote(voter, chosen)
    opened = [int(world.dealt.oracle.decrypt(int(t))) for t in aggregates(world.opened, world.count)]
    counters = decode(world.manifest, opened)
    for question, outcome in zip(questions, outcomes(world.manifest, counters, sum(weights)), strict=True):
        assert outcome.contest == question.id
        assert dict(outcome.result.totals) == {
            name: sum(w * vote[question.id].get(name, 0) for w, vote in zip(weights, votes, strict=True))
            for name in question.option_ids
        }
