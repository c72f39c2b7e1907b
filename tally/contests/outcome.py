# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who wins, from totals alone (docs/spec/contests.md, "Outcome").

Two rules: the highest totals fill the seats; or a budget is spent greedily from the highest total down. A
total of zero never wins. A tie that the totals do not decide is reported, never broken.
"""

from itertools import groupby
from operator import itemgetter

Totals = tuple[tuple[str, int], ...]
Outcome = tuple[tuple[str, ...], tuple[str, ...]]  # (winners, tied)


def fill_seats(totals: Totals, seats: int) -> Outcome:
    """Return the winners of `seats` seats, best first, and those tied for what is left of them."""
    winners: tuple[str, ...] = ()
    for group in _descending(totals):
        if len(winners) + len(group) > seats:
            return winners, (group if len(winners) < seats else ())
        winners += group
    return winners, ()


def fund(totals: Totals, costs: dict[str, int], budget: int) -> Outcome:
    """Return the options that `budget` buys, best first, and those tied for what is left of it.

    From the highest total down, an option is bought if what is left pays for it, else skipped. Equals are
    bought together; if what is left pays for each of several equals but not for all, they are tied and
    buying ends.
    """
    winners: tuple[str, ...] = ()
    left = budget
    for group in _descending(totals):
        payable = tuple(option for option in group if costs[option] <= left)
        price = sum(costs[option] for option in payable)
        if price > left:
            return winners, payable
        winners += payable
        left -= price
    return winners, ()


def _descending(totals: Totals) -> tuple[tuple[str, ...], ...]:
    """Return groups of options with equal totals above zero, highest first, option order kept within."""
    ranked = sorted((row for row in totals if row[1] > 0), key=itemgetter(1), reverse=True)  # stable
    return tuple(tuple(option for option, _ in group) for _, group in groupby(ranked, key=itemgetter(1)))
