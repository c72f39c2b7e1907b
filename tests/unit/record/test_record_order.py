# SPDX-License-Identifier: AGPL-3.0-or-later
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.record import errors
from tally.record.order import ENTRY_TYPES, check_complete, check_follows
from tests.vectors.record_election import election

# One letter for each type; the whole order as a regular expression.
LETTERS = dict(zip(ENTRY_TYPES, "mrkobcgesuf", strict=True))
ORDER = re.compile(r"(m(r(k(o([bcg]*)(e(s*(u(f)?)?)?)?)?)?)?)?")


def _is_accepted(types):
    try:
        for previous, entry_type in itertools.pairwise((None, *types)):
            check_follows(previous, entry_type)
    except errors.OrderError:
        return False
    return True


def test_the_example_election_is_in_order():
    types = [name for name, _ in election().entries()]
    assert _is_accepted(types)
    check_complete(types[-1])


@given(st.lists(st.sampled_from(ENTRY_TYPES), max_size=12))
def test_exactly_the_beginnings_of_the_one_order_are_accepted(types):
    assert _is_accepted(types) == bool(ORDER.fullmatch("".join(LETTERS[name] for name in types)))


@given(st.lists(st.sampled_from(("ballot", "challenged", "roll-change"))), st.integers(0, 5))
def test_every_good_election_is_accepted(voting, shares):
    types = ["manifest", "roll", "key", "open", *voting, "close", *["share"] * shares, "result", "final"]
    assert _is_accepted(types)


@pytest.mark.parametrize("previous", [None, "manifest", "roll", "key"])
@pytest.mark.parametrize("entry_type", ["ballot", "challenged", "roll-change"])
def test_voting_before_the_opening_is_refused(previous, entry_type):
    with pytest.raises(errors.BeforeOpening):
        check_follows(previous, entry_type)


@pytest.mark.parametrize("previous", ["close", "share", "result"])
@pytest.mark.parametrize("entry_type", ["ballot", "challenged", "roll-change"])
def test_voting_after_the_closing_is_refused(previous, entry_type):
    with pytest.raises(errors.AfterClosing):
        check_follows(previous, entry_type)


@pytest.mark.parametrize("entry_type", ENTRY_TYPES)
def test_anything_after_the_final_entry_is_refused(entry_type):
    with pytest.raises(errors.AfterFinal):
        check_follows("final", entry_type)


@pytest.mark.parametrize("entry_type", ["roll", "key", "open", "close", "share", "result", "final"])
def test_a_board_that_begins_with_anything_but_a_manifest_is_refused(entry_type):
    with pytest.raises(errors.OutOfOrder):
        check_follows(None, entry_type)


@pytest.mark.parametrize(
    ("previous", "entry_type"), [("open", "share"), ("open", "result"), ("ballot", "final")]
)
def test_a_tally_without_a_closing_entry_is_refused(previous, entry_type):
    with pytest.raises(errors.OutOfOrder):
        check_follows(previous, entry_type)


@pytest.mark.parametrize("entry_type", ["manifest", "roll", "key", "open", "close", "result"])
def test_a_second_entry_of_a_kind_that_stands_once_is_refused(entry_type):
    with pytest.raises(errors.OutOfOrder):
        check_follows(entry_type, entry_type)


@pytest.mark.parametrize("name", ["", "Ballot", "ballot ", "roll-changes", "__proto__"])
def test_unknown_types_are_refused(name):
    with pytest.raises(errors.UnknownEntryType):
        check_follows("open", name)
    with pytest.raises(errors.UnknownEntryType):
        check_follows(name, "ballot")


@pytest.mark.parametrize("last", [None, *ENTRY_TYPES[:-1]])
def test_a_record_that_ends_early_is_unfinished(last):
    with pytest.raises(errors.Unfinished):
        check_complete(last)
