# SPDX-License-Identifier: AGPL-3.0-or-later
"""Roll changes while ballots arrive: what is taken, what is refused, and what counts in the end."""

import hashlib
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from bulletin_board.log.envelope import Envelope
from bulletin_board.models import Entry
from tally.crypto import batch
from tally.crypto.errors import BadSignature
from tally.errors import NotOnRoll, Revoked
from tally.log_source import LogSource
from tally.record.closing import Closing
from tally.record.errors import (
    AlreadyEnrolled,
    EmptyRollChange,
    ForeignRecord,
    RollExceedsCapacity,
    WrongChangeNumber,
)
from tally.verifier.report import Status
from tally.verifier.verify import Options, verify
from tests.integration.voting_world import NO, NOW, VOTERS, open_world
from voting.errors import NotOpen
from voting.models import Admission, Revocation, RollChange
from voting.office.models import Deed
from voting.pages.records import turnout
from voting.services import elections
from voting.services.board import payloads_of
from voting.services.challenges import challenge
from voting.services.intake import Accepted, cast
from voting.services.roll_changes import change_roll, preview, size_of

pytestmark = pytest.mark.django_db(transaction=True)
NEWCOMER = VOTERS
BASE = "/elections/spring"


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    return open_world(settings, tmp_path, monkeypatch, room=3)


def vote(world, voter, *arguments, **options):
    (verdict,) = cast(world.election, [world.submission(voter, *arguments, **options)], now=NOW)
    return verdict


def change(world, **wanted):
    return change_roll(world.election, world.roll_change(**wanted), now=NOW)


def entries(world):
    rows = Entry.objects.filter(log=world.election.log).order_by("seq").values_list("envelope", flat=True)
    return [Envelope.from_bytes(bytes(data)) for data in rows]


def closed(world):
    elections.close_election(world.election, now=NOW)
    (payload,) = payloads_of(world.election, "close")
    return Closing.from_bytes(payload)


def report(world):
    options = Options(fingerprint=world.opened.fingerprint, until_close=True, allow_test_modulus=True)
    return verify(LogSource(world.election.log), options).report


def failed(world):
    return {finding.check.id for finding in report(world).findings if finding.status is not Status.PASS}


def test_a_roll_change_stands_on_the_board_as_it_was_signed(world):
    data = world.roll_change(revoke=[0], admit=[NEWCOMER])
    row = change_roll(world.election, data, now=NOW)
    envelope = entries(world)[row.seq]
    assert (envelope.type, envelope.payload_sha256) == ("roll-change", hashlib.sha256(data).hexdigest())
    assert (row.number, row.revoked, row.admitted, row.weight) == (1, 1, 1, 1)


def test_the_newcomer_votes_and_the_revoked_voter_does_not(world):
    before = vote(world, 0)
    change(world, revoke=[0], admit=[NEWCOMER])
    assert isinstance(vote(world, NEWCOMER), Accepted)
    assert isinstance(vote(world, 0, NO, supersedes=before.tracker).error, Revoked)


def test_nobody_votes_before_the_admission(world):
    assert isinstance(vote(world, NEWCOMER).error, NotOnRoll)
    change(world, admit=[NEWCOMER])
    assert isinstance(vote(world, NEWCOMER), Accepted)


def test_the_closing_entry_counts_who_is_on_the_roll_and_everybody_agrees(world):
    first = vote(world, 0)
    vote(world, 0, NO, supersedes=first.tracker)
    vote(world, 1)
    change(world, revoke=[0], admit=[NEWCOMER])
    vote(world, NEWCOMER, NO)
    vote(world, 2)
    change(world, revoke=[2], number=2)
    closing = closed(world)
    assert (closing.ballots, closing.counted.ballots, closing.counted.weight) == (5, 2, 2)
    assert failed(world) == set()


def test_many_roll_changes_after_the_last_ballot_do_not_hide_the_closing_entry(world, client):
    vote(world, 1)
    change(world, revoke=[0], admit=[NEWCOMER])
    change(world, revoke=[NEWCOMER], number=2)
    assert closed(world).counted.ballots == 1
    assert client.get(f"{BASE}/").status_code == 200


def test_the_same_roll_change_again_changes_nothing(world):
    data = world.roll_change(revoke=[0])
    first = change_roll(world.election, data, now=NOW)
    size = len(entries(world))
    assert change_roll(world.election, data, now=NOW) == first
    assert len(entries(world)) == size
    elections.close_election(world.election, now=NOW)
    assert change_roll(world.election, data, now=NOW) == first  # also after closing: the answer was lost


REFUSED = {
    "with the next number but one": ({"revoke": [0], "number": 2}, WrongChangeNumber),
    "that revokes a stranger": ({"revoke": [NEWCOMER]}, NotOnRoll),
    "that admits somebody on the roll": ({"admit": [0]}, AlreadyEnrolled),
    "that admits more than there is room for": (
        {"admit": range(NEWCOMER, NEWCOMER + 4)},
        RollExceedsCapacity,
    ),
    "of nobody": ({}, EmptyRollChange),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("act", [preview, lambda election, data: change_roll(election, data, now=NOW)])
def test_a_roll_change_is_refused(world, name, act):
    wanted, error = REFUSED[name]
    size = len(entries(world))
    with pytest.raises(error):
        act(world.election, world.roll_change(**wanted))
    assert len(entries(world)) == size
    assert not RollChange.objects.exists()
    assert not Revocation.objects.exists()
    assert not Admission.objects.exists()


def test_who_was_revoked_is_neither_revoked_nor_admitted_again(world):
    change(world, revoke=[0], admit=[NEWCOMER])
    for wanted, error in (({"revoke": [0]}, Revoked), ({"admit": [0]}, AlreadyEnrolled)):
        with pytest.raises(error):
            change(world, number=2, **wanted)
    with pytest.raises(AlreadyEnrolled):
        change(world, number=2, admit=[NEWCOMER])
    change(world, number=2, revoke=[NEWCOMER])
    with pytest.raises(Revoked):
        change(world, number=3, revoke=[NEWCOMER])


def test_revoking_makes_no_room(world):
    change(world, revoke=[0, 1], admit=[NEWCOMER, NEWCOMER + 1])
    with pytest.raises(RollExceedsCapacity):
        change(world, number=2, revoke=[2], admit=[NEWCOMER + 2, NEWCOMER + 3])
    change(world, number=2, revoke=[2], admit=[NEWCOMER + 2])


def test_another_signer_and_another_election_are_refused(world, settings, tmp_path, monkeypatch):
    data = world.roll_change(revoke=[0])
    forged = data.replace(b"lost", b"sold")
    with pytest.raises(BadSignature):
        change_roll(world.election, forged, now=NOW)
    other = open_world(settings, tmp_path, monkeypatch, slug="autumn", room=3)
    with pytest.raises(ForeignRecord):
        change_roll(other.election, data, now=NOW)


def test_the_roll_is_fixed_before_opening_and_after_closing(world):
    elections.close_election(world.election, now=NOW)
    with pytest.raises(NotOpen):
        change(world, revoke=[0])
    with pytest.raises(NotOpen):
        preview(world.election, world.roll_change(revoke=[0]))


def test_a_preview_says_what_would_happen_and_does_nothing(world):
    vote(world, 0)
    found = preview(world.election, world.roll_change(revoke=[0, 1], admit=[NEWCOMER]))
    assert (found.losing, found.voters, found.voters_after) == (1, VOTERS, VOTERS - 1)
    assert (found.weight, found.weight_after, found.room) == (VOTERS, VOTERS - 1, 2)
    assert not RollChange.objects.exists()
    change(world, revoke=[0, 1], admit=[NEWCOMER])
    assert size_of(world.election) == (VOTERS - 1, VOTERS - 1)


# A ballot is judged by its place.


@pytest.fixture
def while_proofs_are_checked(monkeypatch):
    """Do something while a ballot's proof is being checked, once."""

    def arrange(act):
        check, waiting = batch.verify, [act]

        def check_slowly(*arguments, **options):
            if waiting:
                waiting.pop()()
            return check(*arguments, **options)

        monkeypatch.setattr(batch, "verify", check_slowly)

    return arrange


def test_a_ballot_that_is_overtaken_by_its_revocation_is_refused(world, while_proofs_are_checked):
    while_proofs_are_checked(lambda: change(world, revoke=[0]))
    assert isinstance(vote(world, 0).error, Revoked)
    assert [envelope.type for envelope in entries(world)][-1] == "roll-change"


def test_others_of_the_same_batch_are_taken_in(world, while_proofs_are_checked):
    while_proofs_are_checked(lambda: change(world, revoke=[0]))
    verdicts = cast(world.election, [world.submission(voter) for voter in (0, 1)], now=NOW)
    assert isinstance(verdicts[0].error, Revoked)
    assert isinstance(verdicts[1], Accepted)


def test_a_ballot_that_stands_on_the_board_is_accepted_again_after_its_revocation(world):
    first = vote(world, 0)
    change(world, revoke=[0])
    again = vote(world, 0)
    assert (again.fresh, again.seq) == (False, first.seq)


def test_a_revoked_voter_tests_no_ballot_and_a_newcomer_does(world):
    change(world, revoke=[0], admit=[NEWCOMER])
    assert isinstance(challenge(world.election, world.challenge(0).to_bytes(), now=NOW).error, Revoked)
    assert isinstance(challenge(world.election, world.challenge(NEWCOMER).to_bytes(), now=NOW), Accepted)


# What voters' programs are told.


def ask(client, path):
    return client.get(f"{BASE}/{path}").json()


def test_a_revoked_credential_is_named_with_the_change_that_revoked_it(world, client):
    vote(world, 0)
    row = change(world, revoke=[0], admit=[NEWCOMER])
    answer = ask(client, f"credentials/{world.credential(0).hex()}")
    assert (answer["on_roll"], answer["weight"], answer["revoked"]) == (False, 0, row.digest)
    answer = ask(client, f"credentials/{world.credential(NEWCOMER).hex()}")
    assert (answer["on_roll"], answer["weight"], answer["revoked"]) == (True, 1, "")
    assert client.get(f"/board/spring/blob/{row.digest}").status_code == 200


def test_a_ballot_of_a_revoked_credential_does_not_count(world, client):
    tracker = vote(world, 0).tracker
    assert ask(client, f"ballots/{tracker}")["counts"] is True
    row = change(world, revoke=[0])
    answer = ask(client, f"ballots/{tracker}")
    assert (answer["counts"], answer["revoked"]) == (False, row.digest)


def test_the_refusal_of_a_revoked_voters_ballot_is_signed(world, client):
    change(world, revoke=[0])
    body = world.submission(0).to_bytes()
    response = client.post(f"{BASE}/ballots", data=body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "revoked")
    assert "\nrevoked\n" in response.json()["refusal"]


# What everybody sees on the board's pages.


def test_the_board_shows_the_reason_and_what_became_of_the_ballot(world, client):
    place = vote(world, 0).seq
    row = change(world, revoke=[0], admit=[NEWCOMER], reason="One letter <b>lost</b>; replaced.")
    page = client.get(f"{BASE}/board/").content.decode()
    assert "One letter &lt;b&gt;lost&lt;/b&gt;; replaced." in page
    assert "Credentials revoked: 1; admitted: 1." in page
    assert "Credential revoked, not counted" in page
    assert (
        "Ballots of revoked credentials stay on the board"
        in client.get(f"{BASE}/board/{row.seq}/").content.decode()
    )
    ballot = client.get(f"{BASE}/board/{place}/").content.decode()
    assert f"roll change is entry {row.seq}" in ballot
    assert f"{BASE}/board/{row.seq}/" in ballot


def test_the_turnout_is_that_of_the_roll_as_it_stands(world, client):
    first = vote(world, 0)
    vote(world, 0, NO, supersedes=first.tracker)
    vote(world, 1)
    change(world, revoke=[0, 2], admit=[NEWCOMER])
    found = turnout(world.election)
    assert (found.voters, found.voted, found.ballots) == (VOTERS - 1, 1, 3)
    assert (found.revoked, found.replaced) == (2, 0)
    assert "the registrar has revoked their credentials" in client.get(f"{BASE}/").content.decode()


# By the command.


def test_the_command_takes_a_roll_change_and_says_what_is_on_the_roll_now(world, tmp_path):
    (tmp_path / "change.json").write_bytes(world.roll_change(revoke=[0, 1], admit=[NEWCOMER]))
    out = StringIO()
    call_command("change_roll", "spring", str(tmp_path / "change.json"), stdout=out)
    assert "2 revoked, 1 admitted. On the roll now: 5 voters, total weight 5." in out.getvalue()
    deed = Deed.objects.get(action="roll-change")
    assert (deed.outcome, deed.official) == (Deed.Outcome.DONE, "")


def test_the_command_refuses_in_one_sentence(world, tmp_path):
    (tmp_path / "change.json").write_bytes(world.roll_change(revoke=[NEWCOMER]))
    with pytest.raises(CommandError, match="not on the roll"):
        call_command("change_roll", "spring", str(tmp_path / "change.json"), stdout=StringIO())
    assert Deed.objects.get(action="roll-change").refusal == "not-on-roll"
