# SPDX-License-Identifier: AGPL-3.0-or-later
import csv
import io

import pytest

from tally.registrar import errors
from tally.registrar.codes import parse_voting_code
from tally.registrar.derivation import derive_credential
from tally.registrar.issuing import CODES_HEADING, codes_csv, issue
from tally.registrar.voters import Voter

ELECTION = "00112233445566778899aabbccddeeff"
VOTERS = (
    Voter(name="Ng, Ada", email="ada@example.org", group="East"),
    Voter(name='Bea "Bee" Zoë', weight=3),
    Voter(name="Cid"),
)


def test_a_bad_election_id_issues_nothing():
    advanced = []
    with pytest.raises(errors.BadElectionId):
        issue(VOTERS, "x", rounds=1, advance=lambda: advanced.append(1))
    assert advanced == []


def test_no_rounds_issue_nothing():
    with pytest.raises(errors.BadRounds):
        issue(VOTERS, ELECTION, rounds=0)


def test_an_interruption_ends_the_work(monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        issue(VOTERS * 50, ELECTION, rounds=1, advance=interrupted)


def test_a_code_does_not_show_in_repr():
    (one,) = issue(VOTERS[:1], ELECTION, rounds=1)
    assert repr(one.code) not in repr(one)


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_voter_gets_a_code_of_their_own_in_the_order_of_the_list(jobs):
    advanced = []
    issued = issue(VOTERS, ELECTION, rounds=1, jobs=jobs, advance=lambda: advanced.append(1))
    assert tuple(one.voter for one in issued) == VOTERS
    assert len({one.code for one in issued}) == len({one.key for one in issued}) == len(advanced) == 3
    for one in issued:
        assert one.key == derive_credential(one.code, ELECTION, rounds=1).key


def test_the_list_for_the_letters_reads_back_with_codes_that_give_the_keys():
    issued = issue(VOTERS, ELECTION, rounds=1)
    rows = list(csv.reader(io.StringIO(codes_csv(issued).decode()), strict=True))
    assert tuple(rows[0]) == CODES_HEADING
    for one, (name, email, code, weight, group) in zip(issued, rows[1:], strict=True):
        assert Voter(name=name, email=email, weight=int(weight), group=group) == one.voter
        assert parse_voting_code(code) == one.code
