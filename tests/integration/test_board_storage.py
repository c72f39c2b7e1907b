# SPDX-License-Identifier: AGPL-3.0-or-later
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bulletin_board import storage, triggers
from bulletin_board.errors import (
    ClockWentBack,
    EncodingError,
    MalformedKey,
    OutOfRange,
    StoredBytesDamaged,
    WrongForm,
)
from bulletin_board.log import envelope as envelopes
from bulletin_board.log import merkle
from bulletin_board.log.envelope import NO_PREVIOUS, Envelope
from bulletin_board.models import Blob, Commitments, Entry, Node
from bulletin_board.rows import StoredHashes
from tests.integration.boards import NOW, ORIGIN, append, numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    return storage.create_log(ORIGIN)


def test_the_first_entry_begins_the_chain(log):
    (first,) = append(log, b"manifest")
    assert (first.seq, first.prev, first.payload_len) == (0, NO_PREVIOUS, 8)
    assert Blob.objects.get(pk=first.payload_sha256).data == b"manifest"


def test_entries_follow_one_another_within_and_across_transactions(log):
    found = [*append(log, b"a", b"b"), *append(log, b"c"), *append(log), *append(log, b"d")]
    previous = None
    for entry, row in zip(found, Entry.objects.filter(log=log).order_by("seq"), strict=True):
        assert Envelope.from_bytes(bytes(row.envelope)) == entry
        envelopes.check_follows(previous, entry)
        previous = entry


def test_the_stored_subtrees_are_those_of_the_tree(log):
    append(log, *numbered(300))
    append(log, *numbered(33, start=300))
    leaves = [bytes(leaf) for leaf in Entry.objects.order_by("seq").values_list("leaf_hash", flat=True)]
    tree, nodes = merkle.Frontier(0, ()), {}
    for leaf in leaves:
        nodes |= {(node.level, node.index): node.hash for node in tree.add(leaf) if node.level}
    stored = {(node.level, node.index): bytes(node.hash) for node in Node.objects.all()}
    assert stored == nodes
    assert merkle.root(333, StoredHashes(log)) == tree.root()


def test_times_are_coarse(log):
    (entry,) = append(log, b"a")
    assert entry.time == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_one_payload_may_be_entered_twice_and_is_stored_once(log):
    first, second = append(log, b"same", b"same")
    (third,) = append(log, b"same")
    assert first.payload_sha256 == second.payload_sha256 == third.payload_sha256
    assert Blob.objects.count() == 1


def test_two_logs_do_not_mix(log):
    other = storage.create_log("vote.example.org/board/autumn")
    append(log, b"a", b"b")
    (entry,) = append(other, b"a")
    assert (entry.seq, entry.prev) == (0, NO_PREVIOUS)


def append_then_fail(log, payloads):
    with storage.sequencing(log) as sequencer:
        for payload in payloads:
            sequencer.append("ballot", payload, now=NOW)
        storage.put_commitments(log, "ab" * 32, b"commitments")
        raise LookupError


def test_nothing_is_appended_when_the_block_fails(log):
    append(log, b"a")
    with pytest.raises(LookupError):
        append_then_fail(log, numbered(storage.BATCH + 1))
    assert (Entry.objects.count(), Blob.objects.count()) == (1, 1)
    assert append(log, b"b")[0].seq == 1


def test_the_callers_own_rows_stand_or_fall_with_the_entries(log):
    with pytest.raises(LookupError):
        append_then_fail(log, [b"a"])
    assert not Commitments.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_appending_inside_another_transaction_is_refused(log):
    with pytest.raises(RuntimeError), transaction.atomic():
        append(log, b"a")
    assert not Entry.objects.exists()


def test_a_clock_a_step_behind_does_not_turn_time_back(log):
    append(log, b"a")
    (entry,) = append(log, b"b", now=NOW - timedelta(minutes=5))
    assert entry.time == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_clock_far_behind_stops_the_board(log):
    append(log, b"a")
    with pytest.raises(ClockWentBack):
        append(log, b"b", now=NOW - timedelta(minutes=10))


def test_a_time_without_a_zone_is_refused(log):
    with pytest.raises(WrongForm):
        append(log, b"a", now=datetime(2026, 11, 22))  # noqa: DTZ001  # what is refused


@pytest.mark.parametrize("kind", ["", "Ballot", "a\n", "a b", "a" * 65])
def test_a_type_that_no_envelope_can_carry_is_refused(log, kind):
    with pytest.raises(EncodingError), storage.sequencing(log) as sequencer:
        sequencer.append(kind, b"a", now=NOW)


def test_a_payload_too_large_is_refused(log, monkeypatch):
    monkeypatch.setattr(envelopes, "MAX_PAYLOAD_BYTES", 3)
    with pytest.raises(OutOfRange):
        append(log, b"four")


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\n"])
def test_an_origin_that_no_key_can_have_as_name_is_refused(origin):
    with pytest.raises(MalformedKey):
        storage.create_log(origin)


@pytest.mark.parametrize("origin", [ORIGIN, "elsewhere.example.org/board/spring"])
def test_a_second_log_of_one_name_is_refused(log, origin):
    with pytest.raises(IntegrityError):
        storage.create_log(origin)


def test_commitments_kept_first_stay(log):
    storage.put_commitments(log, "ab" * 32, b"first")
    storage.put_commitments(log, "ab" * 32, b"second")
    assert Commitments.objects.get().data == b"first"


def test_a_missing_subtree_stops_the_board(log):
    append(log, b"a", b"b")
    with pytest.raises(StoredBytesDamaged):
        StoredHashes(log).read_hashes([(1, 0), (1, 7)])


def test_a_damaged_last_entry_stops_the_board(log):
    append(log, b"a")
    for statement in triggers._drop_statements(connection.vendor):
        with connection.cursor() as cursor:
            cursor.execute(statement)
    entry = Entry.objects.get()
    entry.envelope = bytes(entry.envelope) + b" "
    entry.save()
    with pytest.raises(StoredBytesDamaged):
        append(log, b"b")


def test_large_payloads_are_not_all_held_in_memory(log, monkeypatch):
    monkeypatch.setattr(storage, "_BATCH_BYTES", 10)
    with storage.sequencing(log) as sequencer:
        sequencer.append("ballot", b"a" * 9, now=NOW)
        assert not Entry.objects.exists()
        sequencer.append("ballot", b"b", now=NOW)
        assert Entry.objects.count() == 2
