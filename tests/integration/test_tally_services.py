# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's tally against rows: what moves it on, what does not, and what ends up on the board."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bulletin_board.models import Entry
from tally import messages, services, test_modulus
from tally.errors import NotClosed
from tally.log_source import LogSource
from tally.models import RequestState, StationRequest, Tally, TallyState
from tally.record.acknowledgement import Acknowledgement
from tally.record.share import Share, ShareShape
from tally.station.refusal import Refusal
from tally.verifier.report import Verdict
from tally.verifier.verify import Options, verify
from tests import simulator, stations
from tests.integration import tallies
from tests.integration.tallies import Post, altered
from tests.stations import town

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path, settings, monkeypatch):
    monkeypatch.setenv(test_modulus.VARIABLE, test_modulus.VALUE)
    settings.VERITALLY_LOG_KEY_FILE = tallies.key_file(tmp_path)
    return settings.VERITALLY_LOG_KEY_FILE


@pytest.fixture
def office(file, tmp_path, monkeypatch):
    """The town's closed log, its tally just started, and three stations."""
    office = Post(tallies.post(town(), file), tmp_path)
    monkeypatch.setattr(messages, "send", office.send)
    return office


def types(office):
    return [kind for kind, _ in simulator_entries(office)]


def simulator_entries(office):
    from bulletin_board.log.envelope import Envelope

    rows = Entry.objects.filter(log=office.tally.log).order_by("seq")
    return [(Envelope.from_bytes(bytes(row.envelope)).type, row) for row in rows]


def verdict(office) -> Verdict:
    options = Options(fingerprint=town().fingerprint, allow_test_modulus=True)
    return verify(LogSource(office.tally.log), options).report.verdict


def new_entries(office) -> list[str]:
    return types(office)[len(town().entries) :]


# The whole way


def test_the_tally_finishes_and_the_whole_record_verifies(office):
    office.carry_all()
    office.sweep()
    assert office.tally.state == TallyState.FINAL
    assert new_entries(office)[-2:] == ["result", "final"]
    assert verdict(office) is Verdict.VERIFIED


def test_the_result_is_what_was_voted(office):
    office.carry_all()
    from tally.record.result import Result, ResultShape

    rows = dict(simulator_entries(office))
    result = Result.from_bytes(bytes(rows["result"].payload.data), ResultShape.of(town().manifest))
    found = {contest.id: dict(contest.result.totals) for contest in result.contests}
    assert found["mayor"] == {"ada": 3, "ben": 0, "cleo": 0}
    assert found["school"] == {"dora": 1, "emil": 1, "fay": 1, "gus": 2}


def test_k_of_l_suffice(office):
    del office.desks[3]
    few = stations.acknowledgement(3).decode()
    office.sweep()
    for message in [office.answer(message) for message in office.sent]:
        office.deliver(message)
    row = office.row(3, "acknowledge")
    kept = {"request": str(row.number), "election": town().fingerprint, "trustee": 3, "phase": "acknowledge"}
    office.sent.clear()
    office.deliver({**kept, "payload": few})  # it acknowledges, and is never seen again
    office.carry_all()
    office.sweep()
    assert office.tally.state == TallyState.FINAL
    assert new_entries(office) == ["share", "share", "result", "final"]
    assert verdict(office) is Verdict.VERIFIED


def test_progress_tells_who_is_waited_for(office):
    del office.desks[2]
    office.carry_all()
    found = services.progress(office.tally)
    assert (found.state, found.acknowledged, found.acknowledgements_needed) == ("acknowledging", 2, 3)
    assert [(step.name, step.state) for step in found.steps] == [
        ("Trustee 1", "answered"),
        ("Trustee 2", "waiting"),
        ("Trustee 3", "answered"),
    ]


# Beginning


def test_an_open_log_is_not_tallied(file):
    with pytest.raises(NotClosed):
        services.start(tallies.post(stations.open_town(), file))


def test_starting_twice_is_starting_once(office):
    assert services.start(office.tally.log).pk == office.tally.pk
    office.sweep()
    services.start(office.tally.log)
    assert StationRequest.objects.count() == 3


def test_a_board_that_does_not_verify_fails_the_tally_and_nobody_is_asked(file, tmp_path, monkeypatch):
    broken = stations.closed_town()
    broken.entries[-1] = ("close", simulator.with_changes(broken.closing(), ballots=9).to_bytes())
    office = Post(tallies.post(broken, file), tmp_path)
    monkeypatch.setattr(messages, "send", office.send)
    office.sweep()
    assert office.tally.state == TallyState.FAILED
    assert "G.1" in office.tally.verdict
    assert office.sent == []


def test_too_few_ballots_fail_the_tally_by_name(file, tmp_path, monkeypatch):
    lonely = stations.open_town()
    lonely.vote(0, {"mayor": {"ada": 1}})
    lonely.close()
    office = Post(tallies.post(lonely, file), tmp_path)
    monkeypatch.setattr(messages, "send", office.send)
    office.sweep()
    assert office.tally.verdict.startswith("TooFewCounted")


def test_a_failed_tally_can_be_started_again(office):
    Tally.objects.update(state=TallyState.FAILED, verdict="disk full")
    services.start(office.tally.log)
    office.carry_all()
    office.sweep()
    assert (office.tally.state, office.tally.verdict) == (TallyState.FINAL, "")


def test_a_verification_that_died_is_taken_over_later(office):
    assert services._claim(office.tally, office.now)
    office.sweep()
    assert office.tally.state == TallyState.VERIFYING
    office.sweep(seconds=int(services.PATIENCE.total_seconds()) + 1)
    assert office.tally.state == TallyState.ACKNOWLEDGING


def test_a_verification_that_shows_signs_of_life_keeps_its_claim(office, monkeypatch):
    moment = [0.0]
    monkeypatch.setattr(services.time, "monotonic", lambda: moment[0])
    assert services._claim(office.tally, office.now)
    renew = services._renewal(office.tally, office.now)
    for moment[0] in range(0, 600, 10):
        renew(1, 2)
    office.tally.refresh_from_db()
    assert office.tally.claimed_until > office.now + timedelta(seconds=600)


def test_a_verification_that_was_overtaken_claims_nothing_more(office, monkeypatch):
    moment = [0.0]
    monkeypatch.setattr(services.time, "monotonic", lambda: moment[0])
    renew = services._renewal(office.tally, office.now)
    Tally.objects.update(state=TallyState.ACKNOWLEDGING, claimed_until=None)
    moment[0] = 60.0
    renew(1, 2)
    office.tally.refresh_from_db()
    assert office.tally.claimed_until is None


# Asking


def test_what_is_unanswered_is_sent_again_ever_more_slowly(office):
    del office.desks[1], office.desks[2], office.desks[3]
    counts = []
    for _ in range(60):
        office.sweep(seconds=1)
        counts.append(len(office.sent))
        office.sent.clear()
    assert [second for second, count in enumerate(counts) if count == 3] == [0, 2, 6, 14, 30]
    assert sum(counts) == 15


def test_a_request_that_is_sent_again_is_the_same(office):
    del office.desks[3]
    office.sweep()
    first = [message for message in office.sent if message["trustee"] == 3]
    office.sent.clear()
    office.sweep(seconds=2)
    assert [message for message in office.sent if message["trustee"] == 3] == first


def test_no_more_than_one_request_a_phase_can_exist(office):
    office.sweep()
    row = office.row(1, "acknowledge")
    with pytest.raises(IntegrityError), transaction.atomic():
        StationRequest.objects.create(
            tally=row.tally, trustee=1, phase="acknowledge", number=tallies.number()
        )


def test_each_station_gets_its_own_acknowledgement_among_the_others(office):
    office.sweep()
    for message in [office.answer(message) for message in office.sent]:
        office.deliver(message)
    for index in (1, 2, 3):
        given = office.row(index, "share").acknowledgements
        assert [Acknowledgement.from_bytes(text.encode()).trustee for text in given] == [1, 2, 3]


def test_a_message_names_no_board_no_ciphertext_and_no_set(office):
    office.carry_all(lambda message: message)
    office.sweep()
    for row in StationRequest.objects.all():
        office.send(row)
    assert {frozenset(message) for message in office.sent} == {
        frozenset({"trustee", "request", "election", "phase", "acknowledgements"})
    }


# Judging


def first_answer(office):
    office.sweep()
    return office.answer(office.sent[0])


@pytest.mark.parametrize(
    "change",
    [
        {"request": "not a number"},
        {"request": "00000000-0000-0000-0000-000000000000"},
        {"request": None},
        {"trustee": 2},
        {"trustee": "1"},
        {"phase": "share"},
        {"payload": 5},
        {"payload": None},
        {"payload": ""},
        {"payload": "{}"},
        {"payload": "\udcff"},
        {"payload": '{"format":"veritally/acknowledgement/1"}'},
        {"payload": "[" * 100_000},
    ],
)
def test_a_forged_message_changes_nothing(office, change):
    office.deliver(altered(first_answer(office), **change))
    assert {row.state for row in StationRequest.objects.all()} == {RequestState.WAITING}


def test_an_answer_signed_by_another_trustee_changes_nothing(office):
    answer = first_answer(office)
    forged = stations.acknowledgement(1, seed=stations.trustee_seed(2)).decode()
    office.deliver(altered(answer, payload=forged))
    assert office.row(1, "acknowledge").state == RequestState.WAITING


def test_a_signed_acknowledgement_of_another_set_is_false_and_named(office):
    answer = first_answer(office)
    other = stations.acknowledgement(1, counted="0" * 64).decode()
    office.deliver(altered(answer, payload=other))
    row = office.row(1, "acknowledge")
    assert row.state == RequestState.FALSE
    assert row.verdict.startswith("ForeignAcknowledgement")
    assert bytes(row.payload).decode() == other


def test_a_false_answer_stays_the_trustees_answer(office):
    answer = first_answer(office)
    office.deliver(altered(answer, payload=stations.acknowledgement(1, counted="0" * 64).decode()))
    office.deliver(answer)
    assert office.row(1, "acknowledge").state == RequestState.FALSE


def test_an_answer_that_comes_twice_counts_once(office):
    answer = first_answer(office)
    office.deliver(answer)
    office.deliver(answer)
    assert services.progress(office.tally).acknowledged == 1


def test_a_wrong_share_is_named_and_the_others_go_on(office):
    def spoil(message):
        if message and message["phase"] == "share" and message["trustee"] == 1:
            share = Share.from_bytes(message["payload"].encode(), ShareShape.of(town().manifest))
            wrong = simulator.with_changes(share, partials=(4, *share.partials[1:]))
            message = altered(message, payload=wrong.sign(stations.trustee_seed(1)).to_bytes().decode())
        return message

    office.carry_all(spoil)
    office.sweep()
    row = office.row(1, "share")
    assert row.state == RequestState.FALSE
    assert row.verdict == "ShareProofError: the partial root of trustee 1 is false"
    assert office.tally.state == TallyState.FINAL
    assert verdict(office) is Verdict.VERIFIED


def test_two_wrong_shares_of_three_leave_no_result(office):
    def spoil(message):
        if message and message["phase"] == "share" and message["trustee"] in {1, 2}:
            share = Share.from_bytes(message["payload"].encode(), ShareShape.of(town().manifest))
            wrong = simulator.with_changes(share, partials=(4, *share.partials[1:]))
            seed = stations.trustee_seed(message["trustee"])
            message = altered(message, payload=wrong.sign(seed).to_bytes().decode())
        return message

    office.carry_all(spoil)
    office.sweep()
    assert office.tally.state == TallyState.SHARING
    assert new_entries(office) == []


def test_a_share_for_another_set_is_false(office):
    def swap(message):
        if message and message["phase"] == "share" and message["trustee"] == 1:
            share = Share.from_bytes(message["payload"].encode(), ShareShape.of(town().manifest))
            other = simulator.with_changes(share, counted="0" * 64)
            message = altered(message, payload=other.sign(stations.trustee_seed(1)).to_bytes().decode())
        return message

    office.carry_all(swap)
    assert office.row(1, "share").verdict.startswith("ForeignShare")


def test_a_refusal_is_kept_with_its_reason_and_not_sent_again(office):
    office.desks[2].shown = stations.smaller_town()
    office.carry_all()
    office.sweep(seconds=100)
    # It acknowledged another set: false. The third's own request is unaffected.
    assert office.row(2, "acknowledge").state == RequestState.FALSE
    assert office.tally.state == TallyState.ACKNOWLEDGING
    assert new_entries(office) == []


def refused(office, index: int = 1, **changes: object) -> dict[str, object]:
    row = office.row(index, "acknowledge")
    values = {
        "election": town().fingerprint,
        "trustee": index,
        "request": str(row.number),
        "phase": "acknowledge",
        "refusal": "board-refuted",
        "detail": "F.5 FAIL",
    }
    payload = Refusal(**(values | changes)).sign(stations.trustee_seed(index)).to_bytes().decode()
    kept = {"request": str(row.number), "election": town().fingerprint, "trustee": index}
    return {**kept, "phase": "acknowledge", "payload": payload}


def test_a_signed_refusal_stops_the_asking(office):
    office.sweep()
    office.deliver(refused(office))
    row = office.row(1, "acknowledge")
    assert (row.state, row.verdict) == (RequestState.REFUSED, "board-refuted: F.5 FAIL")
    office.sent.clear()
    office.sweep(seconds=100)
    assert 1 not in {message["trustee"] for message in office.sent}


@pytest.mark.parametrize(
    "changes",
    [{"request": "00000000-0000-0000-0000-000000000009"}, {"election": "0" * 64}, {"phase": "share"}],
)
def test_a_refusal_of_another_request_changes_nothing(office, changes):
    office.sweep()
    office.deliver(refused(office, **changes))
    assert office.row(1, "acknowledge").state == RequestState.WAITING


def test_a_trustee_who_refused_can_be_asked_again(office):
    office.sweep()
    office.deliver(refused(office))
    old = office.row(1, "acknowledge").number
    services.ask_again(office.tally, 1)
    assert office.row(1, "acknowledge").number != old
    office.carry_all()
    office.sweep()
    assert office.tally.state == TallyState.FINAL


def test_a_late_answer_outweighs_a_refusal(office):
    answer = first_answer(office)
    office.deliver(refused(office))
    office.deliver(answer)
    assert office.row(1, "acknowledge").state == RequestState.ANSWERED


# Recording


def test_a_share_after_the_end_adds_nothing_to_the_board(office):
    office.sweep()
    for message in [office.answer(message) for message in office.sent]:
        office.deliver(message)
    shares = [office.answer(message) for message in office.sent if message["phase"] == "share"]
    for message in shares:
        office.deliver(message)
    assert office.tally.state == TallyState.FINAL
    assert new_entries(office) == ["share", "share", "result", "final"]
    office.deliver(shares[0])
    assert new_entries(office) == ["share", "share", "result", "final"]


def test_of_two_processes_that_combine_one_records(office, monkeypatch):
    from tally import recording

    append, calls = recording._append, []

    def twice(*arguments):
        calls.append(append(*arguments))
        append(*arguments)

    monkeypatch.setattr(recording, "_append", twice)
    office.carry_all()
    office.sweep()
    assert new_entries(office).count("result") == 1
    assert office.tally.state == TallyState.FINAL


def test_cut_off_before_the_head_was_signed_the_next_sweep_signs_it(office, monkeypatch):
    def killed(_tally):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(services, "sign", killed)
        with pytest.raises(KeyboardInterrupt):
            office.carry_all()
    office.tally.refresh_from_db()
    assert office.tally.state == TallyState.RECORDED
    office.sweep()
    assert office.tally.state == TallyState.FINAL
    assert verdict(office) is Verdict.VERIFIED


def test_cut_off_inside_the_block_nothing_is_recorded_and_the_next_sweep_does_it(office, monkeypatch):
    from bulletin_board.storage import Sequencer

    append = Sequencer.append

    def killed(self, entry_type, payload, *, now):
        if entry_type == "final":
            raise KeyboardInterrupt
        return append(self, entry_type, payload, now=now)

    with monkeypatch.context() as patch:
        patch.setattr(Sequencer, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            office.carry_all()
    office.tally.refresh_from_db()
    assert office.tally.state == TallyState.SHARING
    assert new_entries(office) == []
    office.sweep()
    assert office.tally.state == TallyState.FINAL


def test_entries_of_others_after_the_closing_one_fail_the_tally(office):
    from bulletin_board import storage

    office.sweep()
    with storage.sequencing(office.tally.log) as sequencer:
        sequencer.append("share", b"{}", now=office.now)
    office.carry_all()
    assert office.tally.state == TallyState.FAILED
    assert office.tally.verdict.startswith("AlreadyTallied")


def test_trouble_in_one_tally_does_not_stop_the_sweep(office, monkeypatch, caplog):
    def broken(_tally, *, now):
        raise OSError("broker down")

    with monkeypatch.context() as patch:
        patch.setattr(services, "advance", broken)
        office.sweep()
    office.carry_all()
    office.sweep()
    assert office.tally.state == TallyState.FINAL


def test_a_request_goes_to_its_stations_own_queue(office, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv(test_modulus.VARIABLE, test_modulus.VALUE)
    sent = []
    monkeypatch.setattr(messages.current_app, "send_task", lambda name, **values: sent.append((name, values)))
    services._verify(office.tally, office.now)
    messages.send(office.row(2, "acknowledge"))
    ((name, values),) = sent
    assert name == "tally.station.answer"
    assert values["queue"].name == f"trustee-{town().fingerprint[:16]}-2"
    assert set(values["kwargs"]) == {"request", "election", "phase", "acknowledgements"}


def test_the_tasks_pass_messages_on(office):
    from tally import tasks

    tasks.sweep()
    office.tally.refresh_from_db()
    assert office.tally.state == TallyState.ACKNOWLEDGING
    tasks.receive(**office.answer(office.sent[0]))
    assert office.row(1, "acknowledge").state == RequestState.ANSWERED


def test_a_source_over_rows_keeps_to_the_limit(office):
    from bulletin_board.errors import ResourceTooLarge

    with pytest.raises(ResourceTooLarge):
        LogSource(office.tally.log).read("checkpoint", limit=10)


def test_a_tally_of_another_election_than_its_log_is_refused(office):
    from tally.errors import ForeignLog

    office.tally.fingerprint = "0" * 64
    with pytest.raises(ForeignLog):
        services.opened_election(office.tally)
