# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small contests for the tests of this folder, and a count of ballots in the clear."""

from itertools import product

from tally.contests.approval import Approval
from tally.contests.base import Option
from tally.contests.choose_one import ChooseOne
from tally.contests.counters import pack, unpack
from tally.contests.cumulative import Cumulative
from tally.contests.knapsack import Knapsack
from tally.contests.score import Score
from tally.contests.texts import Texts

IDS = ("ash", "birch", "cedar", "date", "elm", "fig", "gum")


def texts(text="Which tree?"):
    return Texts.of({"en": text, "fr": f"{text} (fr)"})


def options(count=3, costs=None):
    costs = costs or (0,) * count
    return tuple(
        Option(id=identifier, label=texts(identifier), cost=cost)
        for identifier, cost in zip(IDS[: len(costs)], costs, strict=True)
    )


def common(count=3, costs=None, budget=0, seats=None, **changes):
    values = {
        "id": "trees",
        "question": texts(),
        "options": options(count, costs),
        "order": "fixed",
        "seats": (0 if budget else 1) if seats is None else seats,
        "budget": budget,
    }
    return values | changes


def choose_one(count=3, *, blank=False, **changes):
    return ChooseOne(**common(count, **changes), blank=blank)


def approval(count=3, minimum=0, maximum=2, **changes):
    return Approval(**common(count, **changes), minimum=minimum, maximum=maximum)


def score(count=3, highest=2, **changes):
    return Score(**common(count, **changes), highest=highest)


def cumulative(count=3, points=3, per_option=2, *, exact=False, **changes):
    return Cumulative(**common(count, **changes), points=points, per_option=per_option, exact=exact)


def knapsack(costs=(2, 3, 4), budget=5, minimum=0, maximum=None, **changes):
    top = len(costs) if maximum is None else maximum
    return Knapsack(**common(costs=costs, budget=budget, **changes), minimum=minimum, maximum=top)


EVERY_KIND = (choose_one(), choose_one(blank=True), approval(), score(), cumulative(), knapsack())


def assignments(program):
    """Return every assignment of the domains, as an iterator."""
    return product(*(variable.domain for variable in program.variables))


def tally(contest, weighted_selections, *, counter_bits, modulus_bits):
    """Return (counters, total weight) as a count of encrypted ballots would find them."""
    sizes = {"counter_bits": counter_bits, "modulus_bits": modulus_bits}
    program = contest.compile(**sizes)
    ballots = [(weight, contest.encode(selection, **sizes)) for weight, selection in weighted_selections]
    sums = [sum(weight * values[i] for weight, values in ballots) for i in range(len(program.variables))]
    plaintexts = [
        sum(sums[index] << shift for index, shift in aggregate) for aggregate in pack(program, **sizes)
    ]
    return unpack(program, plaintexts, **sizes), sum(weight for weight, _ in ballots)
