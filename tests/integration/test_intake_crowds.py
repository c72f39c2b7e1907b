# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crowds of voters before the real web server: everyone gets an answer of their own, whatever others send."""

import json
import re
import runpy
import secrets
import sqlite3
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Barrier
from urllib.error import HTTPError

import pytest

from bulletin_board import layout
from bulletin_board.log import note
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.sources import HttpSource
from tally import casting
from tests.integration import intake_server
from tests.integration.intake_server import SLUG, VOTERS, serving
from tests.integration.voting_world import NO, YES, parties
from voting import client
from voting.rehearsal.parties import voter_seed
from voting.services.refusals import check_refusal, digest_of
from voting.services.submissions import Submission

CROWD = 16


class Place:
    """An election that is served, and its voters; every test takes fresh ones."""

    def __init__(self, folder, base: str, fingerprint: str) -> None:
        self.folder = folder
        self.base = base
        self.address = f"{base}/elections/{SLUG}/ballots"
        with HttpSource(f"{base}/board/{SLUG}") as board:
            self.opened = client.fetch_election(board, fingerprint=fingerprint, allow_test_modulus=True)
        self._fresh = iter(range(VOTERS))

    def voters(self, count):
        return [next(self._fresh) for _ in range(count)]

    def prepared(self, voter, selections=YES, supersedes=""):
        return casting.make_ballot(
            self.opened,
            credential_seed=voter_seed(parties().voters, voter),
            selections=selections,
            supersedes=supersedes,
            ballot_seed=secrets.token_bytes(32),
        )

    def body(self, prepared):
        return Submission(ballot=prepared.ballot.to_bytes(), commitments=prepared.commitments).to_bytes()

    def crowd(self, bodies):
        """Post all at the same moment; statuses, headers and answers in the order of the bodies."""
        ready = Barrier(len(bodies))

        def send(body):
            ready.wait()
            return post(self.address, body)

        with ThreadPoolExecutor(max_workers=len(bodies)) as pool:
            return list(pool.map(send, bodies))

    def check_signed(self, answer, prepared):
        check_refusal(
            answer["refusal"],
            self.opened.manifest.board.log,
            fingerprint=self.opened.fingerprint,
            digest=digest_of(prepared.ballot.to_bytes()),
            code=answer["code"],
        )

    def size(self):
        with HttpSource(f"{self.base}/board/{SLUG}") as board:
            data = board.read(layout.CHECKPOINT, limit=note.LIMIT)
        return Checkpoint.from_text(note.Note.from_bytes(data).text).size


def post(address, body):
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310  # our own server
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310  # our own server
            return response.status, response.headers, json.load(response)
    except HTTPError as error:
        with error:
            return error.code, error.headers, json.load(error)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crowds")
    with serving(folder, workers=2) as (base, fingerprint):
        yield Place(folder, base, fingerprint)


def troubled(folder, trouble):
    return serving(folder, trouble=trouble)


def statuses(answers):
    return sorted(status for status, _, _ in answers)


def test_voters_who_send_at_once_get_receipts_of_their_own_under_few_heads(place):
    ballots = [place.prepared(voter) for voter in place.voters(CROWD)]
    heads = heads_of(place)
    with ThreadPoolExecutor(max_workers=CROWD) as pool:
        receipts = list(pool.map(lambda one: client.cast(place.opened, one, place.address), ballots))
    assert [receipt.tracker for receipt in receipts] == [one.ballot.tracker for one in ballots]
    assert len({receipt.seq for receipt in receipts}) == CROWD
    assert heads_of(place) - heads < CROWD


def heads_of(place):
    with closing(sqlite3.connect(place.folder / "server.db")) as database:
        return database.execute("select count(*) from bulletin_board_signedhead").fetchone()[0]


def test_of_different_ballots_of_one_credential_exactly_one_is_taken(place):
    (voter,) = place.voters(1)
    ballots = [place.prepared(voter, choice) for choice in (YES, NO, {}) * 3]
    size = place.size()
    answers = place.crowd([place.body(one) for one in ballots])
    assert statuses(answers) == [201, *[409] * 8]
    assert place.size() == size + 1
    for (status, _, answer), one in zip(answers, ballots, strict=True):
        if status == 409:
            assert answer["code"] == "stale-supersedes"
            place.check_signed(answer, one)


def test_the_same_bytes_from_everywhere_at_once_are_one_ballot_with_one_receipt(place):
    size = place.size()
    body = place.body(place.prepared(*place.voters(1)))
    answers = place.crowd([body] * 10)
    assert statuses(answers) == [*[200] * 9, 201]
    assert len({json.dumps(answer, sort_keys=True) for _, _, answer in answers}) == 1
    assert place.size() == size + 1


def test_bad_ballots_in_the_crowd_harm_no_other_and_are_refused_by_name(place):
    voters = place.voters(9)
    good = [place.prepared(voter) for voter in voters[:5]]
    bad = [broken(place.prepared(voter), voter) for voter in voters[5:]]
    bodies = [place.body(one) for one in (*bad, *good)]
    answers = place.crowd(bodies)
    assert [status for status, _, _ in answers] == [422] * 4 + [201] * 5
    for (_, _, answer), one in zip(answers[:4], bad, strict=True):
        assert answer["code"] == "challenge-sum-mismatch"
        place.check_signed(answer, one)


def broken(prepared, voter):
    """Signed by its credential, but its proof does not hold."""
    ballot = replace(prepared.ballot, challenge=prepared.ballot.challenge ^ 1)
    return replace(prepared, ballot=ballot.sign(voter_seed(parties().voters, voter)))


def test_a_broken_ballot_does_not_stand_in_the_way_of_its_credentials_good_one(place):
    for _ in range(3):
        (voter,) = place.voters(1)
        bodies = [place.body(broken(place.prepared(voter, NO), voter)), place.body(place.prepared(voter))]
        (bad, _, _), (good, _, _) = place.crowd(bodies)
        assert good == 201
        assert bad in {409, 422}  # whichever is looked at first


def test_garbage_in_the_crowd_is_refused_and_harms_no_other(place):
    good = [place.body(place.prepared(voter)) for voter in place.voters(4)]
    answers = place.crowd([b"{", b"", b"[]", b"\xff" * 100, *good])
    assert [status for status, _, _ in answers] == [400] * 4 + [201] * 4


def test_a_ballot_without_commitments_is_taken_in_the_crowd(place):
    good = [place.prepared(voter) for voter in place.voters(4)]
    good[1] = replace(good[1], commitments=b"")
    assert statuses(place.crowd([place.body(one) for one in good])) == [201] * 4


def test_a_full_server_says_so_with_a_signature_and_the_board_stays_readable(tmp_path):
    with troubled(tmp_path, "slow=1.5,waiting=2") as (base, fingerprint):
        place = Place(tmp_path, base, fingerprint)
        ballots = [place.prepared(voter) for voter in place.voters(CROWD)]
        with ThreadPoolExecutor() as pool:
            running = pool.submit(place.crowd, [place.body(one) for one in ballots])
            assert place.size() >= 4
            answers = running.result()
        told = zip(answers, ballots, strict=True)
        full = [(head, answer, one) for (code, head, answer), one in told if code == 503]
        assert full
        for headers, answer, one in full:
            assert answer["code"] == "intake-full"
            assert re.fullmatch(r"[1-9][0-9]*", headers["Retry-After"])
            place.check_signed(answer, one)
        accepted = sum(status == 201 for status, _, _ in answers)
        assert place.size() == 4 + accepted
        (_, _, last) = full[-1]
        assert client.cast(place.opened, last, place.address).tracker == last.ballot.tracker


def test_who_waits_too_long_is_told_so_and_can_send_again(tmp_path):
    with troubled(tmp_path, "slow=3,patience=0.4") as (base, fingerprint):
        place = Place(tmp_path, base, fingerprint)
        ballots = [place.prepared(voter) for voter in place.voters(4)]
        answers = place.crowd([place.body(one) for one in ballots])
        assert statuses(answers) == [201, 503, 503, 503]
        for (status, _, answer), one in zip(answers, ballots, strict=True):
            if status == 503:
                assert answer["code"] == "intake-timeout"
                place.check_signed(answer, one)
        assert place.size() == 5


def test_a_ballot_that_breaks_the_server_harms_no_other_and_hangs_nobody(tmp_path):
    with troubled(tmp_path, "crash=1,slow=0.2") as (base, fingerprint):
        place = Place(tmp_path, base, fingerprint)
        ballots = [place.prepared(voter) for voter in place.voters(6)]
        ballots[2] = replace(ballots[2], commitments=b"")
        answers = place.crowd([place.body(one) for one in ballots])
        assert [status for status, _, _ in answers] == [201, 201, 503, 201, 201, 201]
        _, headers, answer = answers[2]
        assert answer["code"] == "intake-failed"
        assert headers["Retry-After"]
        place.check_signed(answer, ballots[2])
        assert b"ZeroDivisionError" in (tmp_path / "server.log").read_bytes()


def test_the_servers_threads_outnumber_the_ballots_that_may_wait():
    from voting.services import gathering

    conf = runpy.run_path(str(intake_server.ROOT / "gunicorn.conf.py"))
    assert conf["worker_class"] == "gthread"
    assert conf["threads"] >= gathering.WAITING + 4
