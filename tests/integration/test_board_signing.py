# SPDX-License-Identifier: AGPL-3.0-or-later
import threading

import pytest
from django.db import connection, transaction

from bulletin_board import head_signing, publisher, storage, triggers
from bulletin_board.errors import BoardError, HeadsForgotten, HistoryLost, StoredBytesDamaged, WrongSigner
from bulletin_board.heads import HeadMemory
from bulletin_board.log.checkpoint import Checkpoint, open_checkpoint
from bulletin_board.log.merkle import EMPTY_ROOT
from bulletin_board.log.note import Signer, sign_note
from bulletin_board.models import Blob, Entry, Node, SignedHead
from bulletin_board.rehashing import stored_tree
from bulletin_board.rows import StoredHashes
from tests.integration.boards import KEY, ORIGIN, SIGNER, append, numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    return storage.create_log(ORIGIN)


@pytest.fixture
def unguarded(log):
    """Take the triggers away: these tests damage what is stored."""
    for statement in triggers._drop_statements(connection.vendor):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def signed(log):
    return open_checkpoint(publisher.sign_head(log, SIGNER), KEY)


def test_the_empty_log_is_signed(log):
    found = signed(log)
    assert (found.origin, found.size, found.root) == (ORIGIN, 0, EMPTY_ROOT)


def test_a_head_covers_all_entries_and_grows_with_them(log):
    for count in (3, 300, 1):
        append(log, *numbered(count, start=Entry.objects.count()))
        found = signed(log)
        assert found.size == Entry.objects.count()
        assert found.root == head_signing.merkle.root(found.size, StoredHashes(log))


def test_a_size_is_signed_once(log):
    append(log, b"a")
    assert publisher.sign_head(log, SIGNER) == publisher.sign_head(log, SIGNER)
    assert SignedHead.objects.count() == 1


def test_a_process_that_comes_late_gets_the_note_that_is_there(log):
    append(log, b"a")
    note = publisher.sign_head(log, SIGNER)
    assert head_signing._sign(log, SIGNER) == note


def test_a_signer_of_another_name_is_refused(log):
    with pytest.raises(WrongSigner):
        publisher.sign_head(log, Signer("vote.example.org/board/autumn", SIGNER.seed))


@pytest.mark.parametrize("grown", [True, False])
def test_another_key_than_that_of_the_earlier_heads_is_refused(log, grown):
    publisher.sign_head(log, SIGNER)
    if grown:
        append(log, b"a")
    with pytest.raises(WrongSigner):
        publisher.sign_head(log, Signer(ORIGIN, b"\2" * 32))


@pytest.mark.django_db(transaction=True)
def test_signing_inside_another_transaction_is_refused(log):
    with pytest.raises(RuntimeError), transaction.atomic():
        publisher.sign_head(log, SIGNER)


def flipped(data):
    return bytes([data[0] ^ 1]) + bytes(data[1:])


DAMAGE = {
    "an envelope": lambda: damage(Entry.objects.get(seq=6), "envelope"),
    "a leaf hash": lambda: damage(Entry.objects.get(seq=6), "leaf_hash"),
    "a chain hash": lambda: damage(Entry.objects.get(seq=6), "chain_hash"),
    "a subtree": lambda: damage(Node.objects.get(level=1, index=3), "hash"),
    "a subtree signed before": lambda: damage(Node.objects.get(level=2, index=0), "hash"),
    "a payload": lambda: damage(Blob.objects.get(entries__seq=6), "data"),
    "an entry that is missing": lambda: Entry.objects.filter(seq=6).delete(),
    "a subtree that is missing": lambda: Node.objects.filter(level=1, index=3).delete(),
}


def damage(row, column):
    setattr(row, column, flipped(getattr(row, column)))
    row.save()


@pytest.mark.parametrize("what", DAMAGE)
def test_a_flipped_bit_in_what_is_stored_stops_the_signing(log, unguarded, what):
    append(log, *numbered(5))
    publisher.sign_head(log, SIGNER)
    append(log, *numbered(4, start=5))
    DAMAGE[what]()
    with pytest.raises(BoardError):
        publisher.sign_head(log, SIGNER)
    assert SignedHead.objects.count() == 1


def test_a_restored_backup_does_not_fork_the_log(log, unguarded):
    append(log, b"a", b"b", b"c")
    publisher.sign_head(log, SIGNER)
    SignedHead.objects.all().delete()
    Entry.objects.filter(seq=2).delete()
    with pytest.raises(HistoryLost) as caught:
        publisher.sign_head(log, SIGNER)
    assert (caught.value.expected, caught.value.computed) == (3, 2)


def test_a_restored_backup_that_has_grown_again_does_not_fork_the_log(log, unguarded, settings, tmp_path):
    append(log, b"a", b"b")
    publisher.sign_head(log, SIGNER)
    SignedHead.objects.all().delete()
    Node.objects.all().delete()
    Entry.objects.filter(seq=1).delete()
    folder, settings.VERITALLY_HEADS_DIR = settings.VERITALLY_HEADS_DIR, tmp_path / "another place"
    append(log, b"other", b"more")
    settings.VERITALLY_HEADS_DIR = folder
    with pytest.raises(StoredBytesDamaged, match="remembered"):
        append(log, b"still more")
    assert Entry.objects.count() == 3
    with pytest.raises(StoredBytesDamaged, match="remembered"):
        publisher.sign_head(log, SIGNER)
    assert not SignedHead.objects.exists()


def test_a_crash_between_remembering_and_storing_changes_nothing(log, unguarded):
    append(log, b"a")
    note = publisher.sign_head(log, SIGNER)
    SignedHead.objects.all().delete()
    assert publisher.sign_head(log, SIGNER) == note


def test_what_was_remembered_under_another_key_stops_the_signing(log, unguarded, settings):
    append(log, b"a")
    publisher.sign_head(log, SIGNER)
    SignedHead.objects.all().delete()
    with pytest.raises(BoardError):
        publisher.sign_head(log, Signer(ORIGIN, b"\2" * 32))


def test_heads_are_remembered_where_the_settings_say(log, settings, tmp_path):
    settings.VERITALLY_HEADS_DIR = tmp_path / "new" / "heads"
    note = publisher.sign_head(log, SIGNER)
    assert HeadMemory(tmp_path / "new" / "heads").read(ORIGIN) == note


def test_nothing_is_remembered_of_an_unknown_log(tmp_path):
    assert HeadMemory(tmp_path).read(ORIGIN) is None


def test_a_database_with_heads_and_no_memory_of_them_signs_nothing(log, settings, tmp_path):
    append(log, b"a")
    publisher.sign_head(log, SIGNER)
    append(log, b"b")
    settings.VERITALLY_HEADS_DIR = tmp_path / "another place"
    with pytest.raises(HeadsForgotten, match="After a restore"):
        publisher.sign_head(log, SIGNER)
    assert HeadMemory(tmp_path / "another place").read(ORIGIN) is None
    assert SignedHead.objects.count() == 1


def test_a_memory_that_is_behind_the_database_signs_nothing(log):
    append(log, b"a")
    old = publisher.sign_head(log, SIGNER)
    append(log, b"b")
    publisher.sign_head(log, SIGNER)
    append(log, b"c")
    head_signing.head_memory().write(ORIGIN, old)  # the folder of another host
    with pytest.raises(HeadsForgotten) as caught:
        publisher.sign_head(log, SIGNER)
    assert (caught.value.expected, caught.value.computed) == (2, 1)


def is_refused(log, error):
    """Whether nothing is appended, because of `error`; rows beside the entries are gone as well."""
    before = Entry.objects.count()
    with pytest.raises(error):
        append(log, b"one", b"two")
    assert not Blob.objects.filter(data__in=(b"one", b"two")).exists()
    return Entry.objects.count() == before


def test_nothing_is_appended_where_the_memory_is_lost(log, settings, tmp_path):
    append(log, b"a")
    publisher.sign_head(log, SIGNER)
    settings.VERITALLY_HEADS_DIR = tmp_path / "another place"
    assert is_refused(log, HeadsForgotten)


@pytest.mark.parametrize("has_head", [True, False])
def test_a_restored_backup_gives_no_number_of_a_lost_entry_out_again(log, unguarded, has_head):
    append(log, b"a", b"b")
    if has_head:
        publisher.sign_head(log, SIGNER)
    append(log, b"c")
    publisher.sign_head(log, SIGNER)
    SignedHead.objects.filter(size=3).delete()
    Entry.objects.filter(seq=2).delete()
    assert is_refused(log, HistoryLost)


def test_nothing_is_appended_where_another_history_is_remembered(log):
    append(log, b"a")
    head_signing.head_memory().write(ORIGIN, of_another_database())
    assert is_refused(log, StoredBytesDamaged)


def test_nothing_is_appended_where_another_key_has_signed_what_is_remembered(log):
    append(log, b"a")
    note = publisher.sign_head(log, SIGNER)
    text = note.decode().partition("\n\n")[0] + "\n"
    head_signing.head_memory().write(ORIGIN, sign_note(text, Signer(ORIGIN, b"\2" * 32)))
    assert is_refused(log, BoardError)


def test_what_is_remembered_is_read_once_for_all_that_is_appended_together(log, monkeypatch):
    asked = []
    monkeypatch.setattr(storage, "check_growing", lambda *_: asked.append(1))
    append(log, *numbered(600))
    assert len(asked) == 1
    with storage.sequencing(log):
        pass  # whoever appends nothing asks nothing
    assert len(asked) == 1


def test_a_crash_between_remembering_and_storing_does_not_stop_the_appending(log, unguarded):
    append(log, b"a", b"b", b"c")
    publisher.sign_head(log, SIGNER)
    SignedHead.objects.all().delete()
    append(log, b"d")
    assert signed(log).size == 4


@pytest.mark.parametrize(("unsigned", "most"), [(0, 2), (1, 4)])
def test_the_memory_costs_a_transaction_few_queries(log, django_assert_max_num_queries, unsigned, most):
    append(log, *numbered(301))
    publisher.sign_head(log, SIGNER)
    append(log, *numbered(unsigned, start=301))
    tree = stored_tree(log, 301 + unsigned)
    with django_assert_max_num_queries(most):
        head_signing.check_growing(log, tree)


@pytest.mark.django_db(transaction=True)
def test_the_memory_is_compared_and_written_by_one_at_a_time(log, settings):
    append(log, b"a")
    signed_by = []
    with head_signing.head_memory().held(ORIGIN):
        thread = threading.Thread(target=in_a_thread, args=(log, signed_by))
        thread.start()
        thread.join(0.3)
        head_signing.head_memory().write(ORIGIN, of_another_database())  # what a second database signs
    thread.join(60)
    (error,) = signed_by
    assert isinstance(error, StoredBytesDamaged)
    assert not SignedHead.objects.exists()


def in_a_thread(log, found):
    try:
        found.append(publisher.sign_head(log, SIGNER))
    except BoardError as error:
        found.append(error)
    finally:
        connection.close()


def of_another_database():
    return sign_note(Checkpoint(origin=ORIGIN, size=1, root=b"\7" * 32).to_text(), SIGNER)
