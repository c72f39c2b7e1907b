# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading .pb files: what real files look like is read, what could hide a ballot is refused by line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pabulib_files import BALLOTS, META, PROJECTS, data, text

from voting.importers import pabulib
from voting.importers.errors import (
    BrokenLine,
    DuplicateColumn,
    DuplicateMeta,
    FileNotUtf8,
    FileTooLarge,
    ImportRefused,
    InvalidNumber,
    InvalidProject,
    MissingColumn,
    MissingSection,
    TooManyFields,
    UnexpectedSection,
)
from voting.importers.pabulib import Ballot, Project, read_number, read_pabulib

PLAIN = read_pabulib(data())


def test_a_file_becomes_its_three_sections():
    assert PLAIN.meta == tuple(META.items())
    assert PLAIN.projects[1] == Project(
        line=10, id="p2", cost=Decimal(250), votes=Decimal(2), score=Decimal(4), name="A pond"
    )
    assert PLAIN.ballots == (
        Ballot(line=14, voter="v1", choices=("p1", "p2"), points=()),
        Ballot(line=15, voter="v2", choices=("p1",), points=()),
        Ballot(line=16, voter="v3", choices=("p3", "p2", "p1"), points=()),
    )


@pytest.mark.parametrize(
    "variant",
    [
        data(end="\r\n"),
        b"\xef\xbb\xbf" + data(),
        data().removesuffix(b"\n"),
        data() + b"\r\n\r\n",
        text().replace("\nPROJECTS\n", "\nPROJECTS;;;\n").encode(),
        text().replace("\nVOTES\n", "\nvotes\n").encode(),
        text().replace("voter_id;vote", " Voter_ID ; VOTE ").encode(),
        text().replace("key;value", "KEY;Value;").encode(),
        text().replace("v1;p1,p2", ' v1 ;"p1 , p2"; ;').encode(),
        text().replace("p2;250;2;4;A pond", 'p2;250;2;4;"A pond"').encode(),
    ],
)
def test_what_spreadsheets_do_to_a_file_changes_nothing(variant):
    assert read_pabulib(variant) == PLAIN


def test_blank_lines_do_not_shift_the_line_numbers():
    found = read_pabulib(text().replace("VOTES\n", "\n;;\nVOTES\n").encode())
    assert [ballot.line for ballot in found.ballots] == [16, 17, 18]


def test_unknown_columns_and_weights_are_passed_over():
    ballots = ("v1;17;p1;2;F", "v2;;p1,p2;1;")
    found = read_pabulib(data(ballots=ballots, ballot_columns="voter_id;age;vote;voting_power;sex"))
    assert [ballot.choices for ballot in found.ballots] == [("p1",), ("p1", "p2")]


def test_quoted_names_may_hold_semicolons_and_quotes():
    found = read_pabulib(data(projects=('p1;100;;;"Benches; ""new"" ones"', 'p2;5;;;The "old" pond')))
    assert [project.name for project in found.projects] == ['Benches; "new" ones', 'The "old" pond']


def test_what_the_file_leaves_out_is_none_or_empty():
    found = read_pabulib(
        data(projects=("p1;100", "p2;5.50"), project_columns="project_id;cost", ballots=("v1",))
    )
    assert found.projects[0].votes is found.projects[0].score is None
    assert found.projects[0].name == ""
    assert found.projects[1].cost == Decimal("5.5")
    assert found.ballots == (Ballot(line=13, voter="v1", choices=(), points=()),)


def test_a_property_may_hold_semicolons():
    assert dict(read_pabulib(data(comment="one; two; three")).meta)["comment"] == "one;two;three"


def test_points_stand_beside_the_choices():
    found = read_pabulib(data(ballots=("v1;p1,p2;2,1",), ballot_columns="voter_id;vote;points"))
    assert found.ballots[0].points == ("2", "1")


def without(part):
    return text().replace(part, "", 1).encode()


@pytest.mark.parametrize(
    ("bad", "error", "line"),
    [
        (b"", MissingSection, 0),
        (b"\xff", FileNotUtf8, 1),
        (data() + b"v4;\xe9\n", FileNotUtf8, 17),
        (b"x;y\n" + data(), UnexpectedSection, 1),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + data(), UnexpectedSection, 1),
        (data() + b"VOTES\n", UnexpectedSection, 17),
        (data() + b"META\n", UnexpectedSection, 17),
        (text().replace("PROJECTS", "VOTES", 1).encode(), UnexpectedSection, 7),
        (without("META\n"), UnexpectedSection, 1),
        (text().split("VOTES")[0].encode(), MissingSection, 0),
        (text().split("voter_id")[0].encode(), MissingSection, 0),
        (without("key;value\n"), MissingColumn, 2),
        (text().replace("key;value", "key;value;more").encode(), MissingColumn, 2),
        (without("project_id;"), MissingColumn, 8),
        (without(";cost"), MissingColumn, 8),
        (without("voter_id;"), MissingColumn, 13),
        (data(ballot_columns="voter_id;votes"), MissingColumn, 13),
        (data(ballot_columns="voter_id;vote;vote"), DuplicateColumn, 13),
        (data(ballots=("v1;p1;p2",)), TooManyFields, 14),
        (data(projects=("p1;100;3;6;Benches;and more",)), TooManyFields, 9),
        (text().replace("budget;", "description;").encode(), DuplicateMeta, 4),
        (data(projects=("p1;free",)), InvalidNumber, 9),
        (data(projects=("p1;",)), InvalidNumber, 9),
        (data(projects=("p1;100;many",)), InvalidNumber, 9),
        (data(projects=("p1;100;1;-1",)), InvalidNumber, 9),
        (data(projects=(";100;1",)), InvalidProject, 9),
        (data(projects=("p1;100", "p2;5", "p1;7")), InvalidProject, 11),
        (data(ballots=('v1;"p1', 'v2;p1"')), BrokenLine, 14),
        (data(ballots=('v1;"p1"x',)), BrokenLine, 14),
        (data(ballots=("v1;p1\rv2;p2",)), BrokenLine, 14),
        (data(ballots=("v1;" + "p1," * 40_000,)), FileTooLarge, 14),
    ],
)
def test_a_file_that_could_be_misread_is_refused_by_line(bad, error, line):
    with pytest.raises(error) as caught:
        read_pabulib(bad)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"line {line}: ") == bool(line)


def test_a_quote_that_does_not_end_hides_no_ballots():
    # Read as CSV in one piece, the ballots v1 and v2 would be one field of a single row.
    with pytest.raises(BrokenLine):
        read_pabulib(data(ballots=('"v1;p1', 'v2;p1";p2')))


def test_the_size_of_a_file_is_capped_before_it_is_read(monkeypatch):
    monkeypatch.setattr(pabulib, "MAX_BYTES", 10)
    with pytest.raises(FileTooLarge) as caught:
        read_pabulib(b"\xff" * 11)
    assert caught.value.computed == 11


@pytest.mark.parametrize(("section", "rows"), [("META", 4), ("PROJECTS", 3), ("VOTES", 3)])
def test_the_number_of_rows_is_capped_by_section(monkeypatch, section, rows):
    monkeypatch.setitem(pabulib.MAX_ROWS, section, rows)
    assert read_pabulib(data()) == PLAIN
    monkeypatch.setitem(pabulib.MAX_ROWS, section, rows - 1)
    with pytest.raises(FileTooLarge):
        read_pabulib(data())


@pytest.mark.parametrize(
    ("number", "value"), [("0", 0), ("1200.0", 1200), ("007", 7), ("0.25", Decimal("0.25"))]
)
def test_plain_numbers_are_exact(number, value):
    assert read_number(number) == value


@pytest.mark.parametrize(
    "number",
    [
        "",
        " 1",
        "-1",
        "+1",
        "1e3",
        "1,5",
        "1 000",
        "1_000",
        ".5",
        "5.",
        "NaN",
        "Infinity",
        "٣",
        "²",
        "1\n",
        "1" * 17,
        "0x1",
    ],
)
def test_anything_else_is_no_number(number):
    with pytest.raises(InvalidNumber):
        read_number(number)


@given(st.text(alphabet='META\nPROJECTSVOTES;,"\r019.kv\x00', max_size=200) | st.text(max_size=50))
def test_any_text_is_read_or_refused_by_name(content):
    for candidate in (content, text() + content, text().replace("A pond", content)):
        try:
            found = read_pabulib(candidate.encode("utf-8", errors="surrogatepass"))
        except ImportRefused:
            continue
        assert len(found.projects) == len(PROJECTS)
        assert len(found.ballots) >= len(BALLOTS)
