# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.registrar import errors, voters
from tally.registrar.voters import Voter, distinctive_weights, parse_voters

HEADING = "name,email,weight,group\n"


def _problems(data):
    with pytest.raises(errors.VoterListRefused) as refusal:
        parse_voters(data if isinstance(data, bytes) else data.encode())
    return refusal.value.problems


def _problems_or_none(data):
    try:
        parse_voters(data)
    except errors.VoterListRefused as refusal:
        return refusal.problems
    return None


def _only(data):
    (problem,) = _problems(data)
    return type(problem), problem.row


def test_all_problems_of_all_rows_are_named_in_the_order_of_the_rows():
    problems = _problems(
        HEADING + "Ada,ada@example.org,1,\n"
        ",nobody,0,\n"
        "Bea,ada@example.org,2,\n"
        "Cid,cid@example.org,1\n"
        " Dan,,x,\n"
        "Eve,,,\n"
        "Eve,,,\n"
    )
    assert [(type(problem).__name__, problem.row) for problem in problems] == [
        ("NameMissing", 3),
        ("BadEmail", 3),
        ("BadWeight", 3),
        ("DuplicateEmail", 4),
        ("WrongColumnCount", 5),
        ("SpaceAround", 6),
        ("BadWeight", 6),
        ("IndistinguishableVoter", 8),
    ]
    assert str(problems[0]) == "row 3: name: missing"


@pytest.mark.parametrize(
    "heading",
    [
        "",
        "\n",
        "email\n",
        "Name,email\n",
        "name,name\n",
        "name,mail\n",
        "name;email\n",
        "name\temail\n",
        "name, email\n",
        "name,\n",
        "\ufeff\ufeffname\n",
        "Ada,ada@example.org\n",
    ],
)
def test_a_heading_of_other_columns_is_refused(heading):
    expected = errors.NoVoters if not heading else errors.BadHeading
    assert _only(heading + ("Ada\n" if heading else "")) == (expected, 1)


def test_a_list_without_voters_is_refused():
    assert _only(HEADING) == (errors.NoVoters, 1)


@pytest.mark.parametrize("row", ["Ada", "Ada,,", "Ada,,,,", ""])
def test_a_row_with_other_cells_than_the_heading_is_refused(row):
    assert _only(HEADING + row + "\n") == (errors.WrongColumnCount, 2)


@pytest.mark.parametrize(
    "weight",
    ["0", "-1", "+1", "01", "1.0", "1e3", "1_000", "1,5", "x", "\u0661", "1000000001", "0x10", "NaN", "1 0"],
)
def test_a_weight_that_is_no_plain_whole_number_is_refused(weight):
    assert _only(f'{HEADING}Ada,,"{weight}",\n') == (errors.BadWeight, 2)


@pytest.mark.parametrize(
    "email",
    [
        "x",
        "x@",
        "@x.org",
        "a@b",
        "a b@x.org",
        "a@@x.org",
        "a@x..org",
        "a@x.org;b@x.org",
        "<a@x.org>",
        "a@.org",
        f"a@{'x' * 64}.org",
        f"a@x.{'y' * 64}",
        f"a@{'ü' * 60}.org",  # longer in ASCII
    ],
)
def test_an_email_that_is_no_address_is_refused(email):
    assert _only(f"{HEADING}Ada,{email},,\n")[0] in (errors.BadEmail, errors.LooksLikeFormula)


@pytest.mark.parametrize("email", [f"a@{'x' * 63}.org", "a@bücher.example", "ünal@x.org"])
def test_an_email_that_a_message_can_be_addressed_to_is_taken(email):
    (voter,) = parse_voters(f"{HEADING}Ada,{email},,\n".encode())
    assert voter.email == email


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "=HYPERLINK(1)"])
def test_a_cell_that_a_spreadsheet_would_execute_is_refused(name):
    assert _only(f"{HEADING}{name},,,\n") == (errors.LooksLikeFormula, 2)
    assert _only(f"{HEADING}Ada,,,{name}\n") == (errors.LooksLikeFormula, 2)


@pytest.mark.parametrize(
    "name",
    ["A\x00a", "A\ta", "A\x7fa", "A\u202ea", "A\u200ba", "A\ufeffa", "A\u2028a", "A\ue000a", "Ame\u0301lie"],
)
def test_invisible_characters_are_refused(name):
    assert _only(f"{HEADING}{name},,,\n") == (errors.ForbiddenCharacter, 2)


def test_a_line_break_inside_a_cell_is_refused_and_rows_still_count_as_in_a_spreadsheet():
    problems = _problems(HEADING + '"Ada\nLovelace",,,\n,,,\n')
    assert [(type(problem), problem.row) for problem in problems] == [
        (errors.ForbiddenCharacter, 2),
        (errors.NameMissing, 3),
    ]


@pytest.mark.parametrize("name", [" Ada", "Ada ", "\u00a0Ada", " "])
def test_a_space_around_a_cell_is_refused(name):
    assert _problems(f"{HEADING}{name},,,\n")[0].row == 2
    assert isinstance(_problems(f"{HEADING}{name},,,\n")[0], errors.SpaceAround)


@pytest.mark.parametrize(
    "row", ["x" * 201 + ",,,", "Ada," + "x" * 250 + "@x.org,,", "Ada,,11111111111,", "Ada,,," + "x" * 101]
)
def test_a_cell_beyond_its_limit_is_refused(row):
    assert _only(f"{HEADING}{row}\n") == (errors.CellTooLong, 2)


def test_the_same_address_twice_is_refused_whatever_its_case():
    assert _only(HEADING + "Ada,a@x.org,,\nBea,A@X.ORG,,\n") == (errors.DuplicateEmail, 3)


def test_the_same_name_twice_needs_something_to_tell_them_apart():
    assert _only("name\nAda\nADA\n") == (errors.IndistinguishableVoter, 3)
    assert _only(HEADING + "Ada,,,East\nAda,,,East\n") == (errors.IndistinguishableVoter, 3)
    assert len(parse_voters((HEADING + "Ada,,,East\nAda,,,West\nAda,a@x.org,,East\n").encode())) == 3


@pytest.mark.parametrize("text", ['"Ada,,,\n', 'A"da,,,\n"', '"Ada"x,,,\n'])
def test_quotation_marks_that_do_not_match_are_refused(text):
    assert errors.BadQuoting in {type(problem) for problem in _problems(HEADING + text)}


def test_problems_before_a_broken_quotation_are_still_named():
    problems = _problems(HEADING + ',,,\n"Ada\n')
    assert [type(problem) for problem in problems] == [errors.NameMissing, errors.BadQuoting]
    assert [problem.row for problem in problems] == [2, 3]


@pytest.mark.parametrize("data", [b"name\nAda\n\xe9\n", b"name\nAda\n\xed\xa0\x80\n"])
def test_a_list_in_another_encoding_is_refused_at_its_row(data):
    assert _only(data) == (errors.ListNotText, 3)


def test_a_list_in_utf_16_is_refused():
    assert _only("name\nAda\n".encode("utf-16")) == (errors.ListNotText, 1)


def test_a_file_beyond_the_limit_is_refused_unread(monkeypatch):
    monkeypatch.setattr(voters, "MAX_FILE", 10)
    assert _only("name\nAda Lovelace\n") == (errors.ListTooLarge, 1)


def test_more_voters_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(voters, "MAX_VOTERS", 2)
    assert _only("name\nAda\nBea\nCid\nDan\n") == (errors.ListTooLarge, 4)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_list_or_a_named_refusal(data):
    problems = _problems_or_none(data)
    assert problems is None or problems


@given(st.text(max_size=100))
def test_arbitrary_text_under_a_good_heading_is_a_list_or_a_named_refusal(text):
    problems = _problems_or_none((HEADING + text).encode("utf-8", "replace")) or ()
    assert [problem.row for problem in problems] == sorted(problem.row for problem in problems)


def test_a_good_list_is_read_whole_in_its_order():
    data = '\ufeffname,weight,email,group\r\nZoë Ångström,3,zoe@example.org,East\r\n"Ng, Ada",,,\r\n'
    assert parse_voters(data.encode()) == (
        Voter(name="Zoë Ångström", weight=3, email="zoe@example.org", group="East"),
        Voter(name="Ng, Ada"),
    )


def test_names_alone_are_enough():
    assert parse_voters(b"name\nAda\nBea") == (Voter(name="Ada"), Voter(name="Bea"))


def test_joiners_that_spell_a_name_are_kept():
    name = "\u0645\u06cc\u200c\u0631\u0648\u062f"
    assert parse_voters(f"name\n{name}\n".encode()) == (Voter(name=name),)


def test_weights_that_one_voter_has_are_pointed_out():
    people = [Voter(name=str(index), weight=weight) for index, weight in enumerate((1, 1, 7, 3, 3, 2))]
    assert distinctive_weights(people) == (2, 7)
    assert distinctive_weights(people, fewer_than=3) == (1, 2, 3, 7)
