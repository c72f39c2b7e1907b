# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names and identifiers made of foreign text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.codec import canonical
from voting.importers.clean import NAME_LIMIT, clean_name, identifiers

any_text = st.text(alphabet=st.characters(), max_size=40)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("A pond", "A pond"),
        ("  A \t pond\r\nwith\u2028fish\x85 ", "A pond with fish"),
        ("A\u202epond\u202c \u200f\u2066x\u2069", "Apond x"),
        ("\ufeffPond\x00\x1b[31m", "Pond[31m"),
        ("Cafe\u0301", "Café"),
        ("e\u202c\u0301", "é"),  # composed only once what stood between is gone
        ("\ud800", ""),
        ("", ""),
        ("<b>Pond</b> & 'fish'", "<b>Pond</b> & 'fish'"),  # escaping is the template's business
        ("x" * NAME_LIMIT, "x" * NAME_LIMIT),
        ("x" * (NAME_LIMIT + 1), "x" * (NAME_LIMIT - 1) + "…"),
    ],
)
def test_a_name_keeps_what_can_be_read_and_loses_what_cannot_be_seen(name, cleaned):
    assert clean_name(name) == cleaned


@given(any_text)
def test_every_cleaned_name_may_stand_on_the_board(name):
    cleaned = clean_name(name)
    canonical.encode(cleaned)
    assert clean_name(cleaned) == cleaned


def test_ids_become_identifiers():
    found = identifiers(["P0029", "a b", "A-B", "a_b", "", "żółw", "-", "é" * 3], default="project")
    assert found == {
        "P0029": "p0029",
        "a b": "a-b",
        "A-B": "a-b-2",
        "a_b": "a-b-3",
        "": "project",
        "żółw": "w",
        "-": "project-2",
        "ééé": "project-3",
    }


def test_an_id_that_looks_like_a_numbered_one_stays_apart():
    assert identifiers(["A", "a", "a-2"], default="x") == {"A": "a", "a": "a-2", "a-2": "a-2-2"}


def test_long_ids_stay_apart_within_the_limit():
    found = identifiers(["x" * 80, "x" * 90, "x" * 64], default="project")
    assert [len(identifier) for identifier in found.values()] == [64, 64, 64]
    assert len(set(found.values())) == 3


@given(st.lists(any_text | st.text(alphabet="aA-2", max_size=5), unique=True, max_size=12))
def test_identifiers_are_valid_and_never_the_same(foreign):
    found = identifiers(foreign, default="project")
    assert list(found) == foreign
    assert len(set(found.values())) == len(foreign)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", identifier) for identifier in found.values())
