# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board asks its witnesses: a head is published once enough have cosigned, whatever the others do."""

import logging
import threading
from contextlib import ExitStack
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bulletin_board import cosigned, cosigning, objections, publisher, storage, triggers
from bulletin_board.errors import HistoryLost, NotFound, NotYetSigned
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner, open_cosigned
from bulletin_board.log.note import Note
from bulletin_board.log.policy import Policy
from bulletin_board.log.proof import InclusionProof
from bulletin_board.models import Cosignature, SignedHead
from tests.integration.boards import KEY, ORIGIN, SIGNER, append, numbered
from tests.integration.witness_town import DEAD, NOW, Town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    monkeypatch.setattr(cosigning, "TIMEOUT", 20.0)  # a loaded machine is slow
    monkeypatch.setattr(cosigning, "GRACE", 5.0)
    monkeypatch.setattr(cosigning, "clock", lambda: NOW + 86_400)
    yield
    cosigning.forget_couriers()
    cosigning._sizes.clear()


@pytest.fixture
def log():
    return storage.create_log(ORIGIN)


@pytest.fixture
def town(tmp_path):
    with ExitStack() as stack:
        yield Town(tmp_path, stack, KEY)
        cosigning.forget_couriers()


def demanded(log, town, quorum, settings):
    cosigned.demand(log, KEY, town.keys, quorum)
    settings.VERITALLY_WITNESSES = town.policy(0)


def begun(log, town, settings):
    """Three entries under the word of one witness."""
    town.add("press")
    demanded(log, town, 1, settings)
    append(log, *numbered(3))
    publisher.sign_head(log, SIGNER)


def published(log, town, quorum):
    """The checkpoint that is served, verified as any reader would."""
    data = publisher.resource(log, "checkpoint").data
    return open_cosigned(data, KEY, town.keys, quorum=quorum)


def test_a_head_is_published_with_the_witnesses_signatures(log, town, settings):
    town.add("press"), town.add("union")
    demanded(log, town, 2, settings)
    append(log, *numbered(5))
    publisher.sign_head(log, SIGNER)
    found = published(log, town, 2)
    assert found.checkpoint.size == 5
    assert {word.time for word in found.cosignatures} == {NOW}


def test_a_receipt_carries_the_cosigned_checkpoint(log, town, settings):
    town.add("press")
    demanded(log, town, 1, settings)
    append(log, *numbered(5))
    publisher.sign_head(log, SIGNER)
    proof = InclusionProof.from_bytes(publisher.receipt(log, 4))
    assert open_cosigned(proof.checkpoint, KEY, town.keys, quorum=1).checkpoint.size == 5


def test_a_log_grows_under_its_witnesses(log, town, settings):
    town.add("press")
    demanded(log, town, 1, settings)
    for size in (1, 2, 300, 301):
        append(log, *numbered(size - storage_size(log), storage_size(log)))
        publisher.sign_head(log, SIGNER)
        assert published(log, town, 1).checkpoint.size == size
    assert town.stores["press"].head(ORIGIN).size == 301


def storage_size(log):
    return log.entries.count()


def test_without_enough_witnesses_the_earlier_head_stays_published(log, town, settings):
    begun(log, town, settings)
    town.add("dead", DEAD)
    demanded(log, town, 2, settings)
    Cosignature.objects.create(
        log=log,
        size=3,
        witness=town.cosigners["dead"].verifier_key.to_text(),
        line=town.cosigners["dead"].cosign(head(log), time=NOW).to_text().encode(),
    )
    append(log, *numbered(2, 3))
    publisher.sign_head(log, SIGNER)
    assert SignedHead.objects.filter(log=log, size=5).exists()
    assert published(log, town, 2).checkpoint.size == 3
    with pytest.raises(NotYetSigned):
        publisher.receipt(log, 4)
    with pytest.raises(NotFound):
        publisher.resource(log, "tile/entries/000.p/5")
    assert not cosigned.is_published(log)


def head(log):
    return Checkpoint.from_text(Note.from_bytes(bytes(log.heads.get(size=3).note)).text)


def test_nothing_is_published_before_the_first_quorum(log, town, settings):
    town.add("dead", DEAD)
    demanded(log, town, 1, settings)
    append(log, *numbered(3))
    publisher.sign_head(log, SIGNER)
    with pytest.raises(NotFound):
        publisher.resource(log, "checkpoint")


def test_a_dead_witness_does_not_stop_the_others(log, town, settings):
    town.add("dead", DEAD), town.add("press"), town.add("union")
    demanded(log, town, 2, settings)
    append(log, *numbered(3))
    publisher.sign_head(log, SIGNER)
    assert published(log, town, 2).checkpoint.size == 3


def test_a_witness_that_hangs_does_not_stop_the_others_and_is_asked_no_second_time(
    log, town, settings, monkeypatch
):
    release = threading.Event()

    def hang(_cosigner, _body):
        release.wait(60)
        return 500, "text/plain", b""

    asked = town.lying("slow", hang)
    town.add("press")
    demanded(log, town, 1, settings)
    monkeypatch.setattr(cosigning, "GRACE", 0.05)
    for count in range(4):
        append(log, *numbered(1, count))
        publisher.sign_head(log, SIGNER)
        assert published(log, town, 1).checkpoint.size == count + 1
    assert len(asked) == 1
    release.set()


def test_a_witness_that_comes_back_is_brought_up_to_date(log, town, settings):
    town.add("press"), town.add("union")
    demanded(log, town, 1, settings)
    true_url, town.urls["union"] = town.urls["union"], DEAD
    demanded(log, town, 1, settings)
    append(log, *numbered(3))
    publisher.sign_head(log, SIGNER)
    assert len(published(log, town, 1).cosignatures) == 1
    town.urls["union"] = true_url
    demanded(log, town, 2, settings)
    append(log, *numbered(4, 3))
    publisher.sign_head(log, SIGNER)
    assert len(published(log, town, 2).cosignatures) == 2


def test_a_witness_that_saw_another_size_is_asked_again_from_there(log, town, settings):
    begun(log, town, settings)
    append(log, *numbered(4, 3))
    Cosignature.objects.all().delete()  # a database that lost what the witness has seen
    for known in (0, 2, 6, 1_000):
        cosigning._sizes[log.pk, town.keys[0]] = known
        assert cosigning.collect(log, again=True)
    publisher.sign_head(log, SIGNER)
    assert published(log, town, 1).checkpoint.size == 7


def test_a_head_of_another_process_covers_ours(log, town, settings):
    begun(log, town, settings)
    append(log, *numbered(4, 3))
    publisher.sign_head(log, SIGNER)
    collection = cosigning._Collection(log, cosigned.policy_of(log), log.heads.get(size=3))
    assert collection.run()  # overtaken: the witness has seen 7
    assert cosigning.collect(log)


def test_asking_again_renews_the_time(log, town, settings):
    begun(log, town, settings)
    town.clock += 600
    assert cosigning.collect(log)
    assert [word.time for word in published(log, town, 1).cosignatures] == [NOW]
    assert cosigning.collect(log, again=True)
    assert [word.time for word in published(log, town, 1).cosignatures] == [NOW + 600]


def test_witnesses_that_nothing_depends_on_are_asked_too(log, town, settings):
    town.add("press"), town.add("dead", DEAD)
    demanded(log, town, 0, settings)
    append(log, *numbered(3))
    publisher.sign_head(log, SIGNER)
    assert len(published(log, town, 0).cosignatures) == 1


def test_a_witness_without_an_address_is_named_in_the_log(log, town, settings, caplog):
    town.add("press")
    demanded(log, town, 1, settings)
    settings.VERITALLY_WITNESSES = Policy()
    append(log, *numbered(3))
    publisher.sign_head(log, SIGNER)
    assert "press.example has no address here" in caplog.text


def restored(log):
    """The database as an old backup has it: shorter, and another history signed on top."""
    with connection.cursor() as cursor:
        for statement in triggers._drop_statements(connection.vendor):
            cursor.execute(statement)
    log.heads.all().delete()
    Cosignature.objects.all().delete()
    log.nodes.all().delete()
    log.entries.filter(seq__gte=0).delete()


def test_a_fork_is_refused_by_the_witness_and_never_published(log, town, settings, caplog):
    begun(log, town, settings)
    truth = publisher.resource(log, "checkpoint").data
    restored(log)
    for file in cosigning_memory():
        file.unlink()  # the operator removes the second place, too
    append(log, *numbered(3, 100))
    publisher.sign_head(log, SIGNER)
    with pytest.raises(NotFound):
        publisher.resource(log, "checkpoint")
    assert "a fork: two checkpoints of 3 entries have different roots" in caplog.text
    (kept,) = town.stores["press"].evidence()
    assert kept.cosigned == truth[: len(kept.cosigned)]


def cosigning_memory():
    from bulletin_board.head_signing import head_memory

    return list(head_memory()._folder.glob("*.note"))


def test_lost_entries_are_seen_by_what_the_witness_remembers(log, town, settings, caplog):
    begun(log, town, settings)
    restored(log)
    for file in cosigning_memory():
        file.unlink()
    append(log, *numbered(2))
    with caplog.at_level(logging.CRITICAL):
        publisher.sign_head(log, SIGNER)
    assert "Was a backup restored?" in caplog.text
    with pytest.raises(NotFound):
        publisher.resource(log, "checkpoint")


def snapshot(log):
    """Returns what puts database and remembered heads back to now, as restoring a whole machine does."""
    size, [memory] = log.entries.count(), cosigning_memory()
    note = memory.read_bytes()

    def restore():
        with connection.cursor() as cursor:
            for statement in triggers._drop_statements(connection.vendor):
                cursor.execute(statement)
        log.heads.filter(size__gt=size).delete()
        Cosignature.objects.filter(size__gt=size).delete()
        for node in log.nodes.all():
            if (node.index + 1) << node.level > size:
                node.delete()
        log.entries.filter(seq__gte=size).delete()
        memory.write_bytes(note)
        cosigning.forget_couriers()  # another process
        cosigning._sizes.clear()

    return restore


def test_a_machine_restored_from_a_snapshot_asks_its_witnesses_before_it_goes_on(log, town, settings, caplog):
    begun(log, town, settings)
    restore = snapshot(log)
    append(log, *numbered(2, 50))
    publisher.sign_head(log, SIGNER)
    restore()
    with pytest.raises(HistoryLost, match=r"have cosigned more entries than are stored, .*press\.example"):
        append(log, *numbered(2, 100))
    assert "press.example of vote.example.org/board/spring: it has cosigned 5 entries" in caplog.text
    assert log.entries.count() == 3
    assert SignedHead.objects.filter(log=log).count() == 1
    assert town.stores["press"].evidence() == ()
    assert published(log, town, 1).checkpoint.size == 3


def test_what_was_appended_before_the_witness_spoke_is_not_signed(log, town, settings):
    begun(log, town, settings)
    append(log, *numbered(1, 50))
    objections.record(log, town.keys[0], 5)
    with pytest.raises(HistoryLost):
        publisher.sign_head(log, SIGNER)
    assert SignedHead.objects.filter(log=log).count() == 1


def test_a_witness_that_lies_cannot_stop_an_election_that_others_vouch_for(log, town, settings):
    town.add("press"), town.add("union")
    demanded(log, town, 1, settings)
    append(log, *numbered(3))
    publisher.sign_head(log, SIGNER)
    objections.record(log, town.keys[0], 1_000)
    append(log, *numbered(2, 50))
    publisher.sign_head(log, SIGNER)
    assert published(log, town, 1).checkpoint.size == 5


def test_an_objection_ends_when_its_witness_cosigns(log, town, settings):
    begun(log, town, settings)
    objections.record(log, town.keys[0], 3, is_fork=True)
    with pytest.raises(HistoryLost):
        append(log, *numbered(1, 50))
    assert cosigning.collect(log, again=True)
    append(log, *numbered(1, 50))


def test_an_objection_ends_when_the_newer_database_is_back(log, town, settings):
    town.add("press")
    demanded(log, town, 1, settings)
    append(log, *numbered(3))
    objections.record(log, town.keys[0], 4)
    with pytest.raises(HistoryLost):
        objections.check_unopposed(log, 3)
    objections.check_unopposed(log, 4)


def test_where_no_witness_is_needed_none_can_object(log, town, settings):
    town.add("press")
    demanded(log, town, 0, settings)
    objections.record(log, town.keys[0], 4)
    objections.check_unopposed(log, 3)


def flipped(cosigner, body):
    line = cosigner.cosign(submitted(body), time=NOW)
    wrong = replace(line, signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    return 200, "text/plain", wrong.to_text().encode()


def submitted(body):
    return Checkpoint.from_text(Note.from_bytes(body.partition(b"\n\n")[2]).text)


def of_another_head(cosigner, body):
    other = replace(submitted(body), size=99)
    return 200, "text/plain", cosigner.cosign(other, time=NOW).to_text().encode()


def by_a_stranger(_cosigner, body):
    line = Cosigner("stranger.example", b"s" * 32).cosign(submitted(body), time=NOW)
    return 200, "text/plain", line.to_text().encode()


LIES = {
    "a signature that fails": flipped,
    "a signature of another head": of_another_head,
    "a stranger's signature": by_a_stranger,
    "nothing": lambda *_: (200, "text/plain", b""),
    "a page": lambda *_: (200, "text/html", b"<html>"),
    "bytes": lambda *_: (200, "text/plain", b"\xff" * 1000),
    "too much": lambda *_: (200, "text/plain", b"x" * 200_000),
    "a size that is none": lambda *_: (409, "text/x.tlog.size", b"many\n"),
    "a size beyond ours": lambda *_: (409, "text/x.tlog.size", b"1000\n"),
    "our size, always": lambda *_: (409, "text/x.tlog.size", b"3\n"),
    "another size each time": lambda _, body: (
        409,
        "text/x.tlog.size",
        b"2\n" if b"old 3" in body else b"3\n",
    ),
    "a redirect": lambda *_: (302, "text/plain", b""),
    "an error": lambda *_: (500, "text/plain", b"\x1b[2J"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_witness_that_lies_counts_for_nothing_and_stops_nobody(log, town, settings, lie):
    asked = town.lying("liar", LIES[lie])
    begun(log, town, settings)
    assert {word.witness.name for word in published(log, town, 1).cosignatures} == {"press.example"}
    assert 1 <= len(asked) <= 3


@pytest.mark.parametrize("lie", LIES)
def test_a_quorum_of_lies_is_none(log, town, settings, lie):
    town.lying("liar", LIES[lie])
    demanded(log, town, 1, settings)
    append(log, *numbered(3))
    publisher.sign_head(log, SIGNER)
    assert not cosigned.is_published(log)


def test_a_good_line_among_lines_of_strangers_is_taken_alone(log, town, settings):
    def mixed(cosigner, body):
        lines = (
            by_a_stranger(cosigner, body)[2] + cosigner.cosign(submitted(body), time=NOW).to_text().encode()
        )
        return 200, "text/plain", lines

    town.lying("chatty", mixed)
    demanded(log, town, 1, settings)
    append(log, *numbered(3))
    publisher.sign_head(log, SIGNER)
    assert b"stranger" not in publisher.resource(log, "checkpoint").data


def test_heads_that_wait_are_counted_by_the_database_and_never_read(log, town):
    town.add("press"), town.add("union")
    cosigned.demand(log, KEY, town.keys, 2)
    append(log, *numbered(3))
    publisher.head_signing.sign_head(log, SIGNER)
    press, union = (key.to_text() for key in town.keys)
    rows = [Cosignature(log=log, size=size, witness=press, line=b"") for size in range(3, 1_003)]
    rows.append(Cosignature(log=log, size=3, witness=union, line=b""))
    rows.append(Cosignature(log=log, size=900, witness="stranger.example+00000000+x", line=b""))
    Cosignature.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as queries:
        assert cosigned.published_head(log).size == 3
    about = [query["sql"] for query in queries if "bulletin_board_cosignature" in query["sql"]]
    assert all("LIMIT 1" in sql or '"size" = 3' in sql for sql in about)
    assert len(queries) == 4
