# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bulletin_board import publisher, storage, triggers
from bulletin_board.errors import NotFound, NotYetSigned, RootMismatch, StoredBytesDamaged
from bulletin_board.log import merkle, tiles
from bulletin_board.log.proof import InclusionProof, check_proof
from bulletin_board.models import Commitments, Entry, Node
from tests.integration.boards import KEY, ORIGIN, SIGNER, append, numbered

pytestmark = pytest.mark.django_db
TRACKER = "ab" * 32


@pytest.fixture
def log():
    log = storage.create_log(ORIGIN)
    append(log, *numbered(259))
    storage.put_commitments(log, TRACKER, b"commitments")
    publisher.sign_head(log, SIGNER)
    return log


def data(log, path):
    return publisher.resource(log, path).data


def digest(payload):
    return hashlib.sha256(payload).hexdigest()


def test_tiles_hold_the_hashes_of_the_tree(log):
    entries = tiles.parse_bundle(data(log, "tile/entries/000"), 256)
    leaves = tiles.parse_hashes(data(log, "tile/0/000"), 256)
    assert leaves == tuple(map(merkle.leaf_hash, entries))
    tree = merkle.Frontier(0, ())
    for leaf in leaves:
        tree.add(leaf)
    assert data(log, "tile/1/000.p/1") == tree.root()


def test_every_width_up_to_the_size_is_served(log):
    full = data(log, "tile/0/001.p/3")
    assert data(log, "tile/0/001.p/2") == full[:64]
    assert data(log, "tile/0/000.p/7") == data(log, "tile/0/000")[: 7 * 32]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        "checkpoint/",
        "Checkpoint",
        "log.key",
        "tile/0/001",
        "tile/0/001.p/4",
        "tile/0/002.p/1",
        "tile/1/000",
        "tile/1/000.p/2",
        "tile/2/000.p/1",
        "tile/entries/001.p/4",
        "tile/entries/000.p/0",
        "blob/",
        "blob/" + "0" * 64,
        "blob/" + digest(b"payload 0").upper(),
        "blob/" + digest(b"payload 0") + "/",
        "blob/../checkpoint",
        "commitments/" + "0" * 64,
        "commitments/" + TRACKER.upper(),
        "../checkpoint",
        "\0",
        "tile/0/" + "x999/" * 5 + "999",
    ],
)
def test_there_is_nothing_else(log, path):
    with pytest.raises(NotFound):
        publisher.resource(log, path)


def test_payloads_and_commitments_are_served(log):
    assert data(log, "blob/" + digest(b"payload 7")) == b"payload 7"
    assert data(log, "commitments/" + TRACKER) == b"commitments"


def test_the_key_is_that_of_the_checkpoint(log):
    assert data(log, "log.vkey") == KEY.to_text().encode() + b"\n"


def test_only_what_can_never_change_is_immutable(log):
    for path in ("tile/0/001.p/3", "tile/entries/000", "blob/" + digest(b"payload 7")):
        assert publisher.resource(log, path).immutable
    for path in ("checkpoint", "log.vkey", "commitments/" + TRACKER):
        assert not publisher.resource(log, path).immutable


def test_what_no_head_covers_is_not_served(log):
    append(log, b"unsigned")
    for path in ("tile/0/001.p/4", "tile/entries/001.p/4", "blob/" + digest(b"unsigned")):
        with pytest.raises(NotFound):
            publisher.resource(log, path)
    publisher.sign_head(log, SIGNER)
    assert data(log, "blob/" + digest(b"unsigned")) == b"unsigned"


def test_a_log_does_not_serve_what_another_log_holds(log):
    other = storage.create_log("vote.example.org/board/autumn")
    with pytest.raises(NotFound):
        publisher.resource(other, "checkpoint")
    append(other, b"elsewhere")
    for path in ("blob/" + digest(b"elsewhere"), "commitments/" + "0" * 64):
        with pytest.raises(NotFound):
            publisher.resource(log, path)


def test_every_path_is_listed_once_and_can_be_read(log):
    append(log, b"payload 0")
    publisher.sign_head(log, SIGNER)
    found = list(publisher.paths(log))
    assert len(found) == len(set(found)) == 3 + 2 + 259 + 1 + 2
    assert found[-1] == "checkpoint"
    assert all(data(log, path) for path in found)


def test_every_entry_has_a_receipt(log):
    for seq in (0, 1, 255, 256, 258):
        envelope = bytes(Entry.objects.get(log=log, seq=seq).envelope)
        proof = InclusionProof.from_bytes(publisher.receipt(log, seq))
        assert check_proof(proof, envelope, KEY).size == 259
        assert proof.index == seq


@pytest.mark.parametrize("seq", [-1, 259, 260])
def test_there_is_no_receipt_for_what_no_head_covers(log, seq):
    append(log, b"unsigned")
    with pytest.raises(NotYetSigned):
        publisher.receipt(log, seq)


def test_there_is_no_receipt_before_the_first_head(log):
    other = storage.create_log("vote.example.org/board/autumn")
    append(other, b"a")
    with pytest.raises(NotYetSigned):
        publisher.receipt(other, 0)


def test_a_request_costs_few_queries_however_large_the_log(log):
    for ask in (
        lambda: publisher.receipt(log, 5),
        lambda: publisher.resource(log, "tile/0/000"),
        lambda: publisher.resource(log, "blob/" + digest(b"payload 7")),
    ):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ask()
        assert len(queries) <= 4


@pytest.fixture
def unguarded(log):
    """Take the triggers away: these tests damage what is stored."""
    for statement in triggers._drop_statements(connection.vendor):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_damaged_entry_gets_no_receipt(log, unguarded):
    entry = Entry.objects.get(seq=5)
    entry.envelope = bytes(entry.envelope) + b" "
    entry.save()
    with pytest.raises(RootMismatch):
        publisher.receipt(log, 5)


@pytest.mark.parametrize("path", ["tile/0/000", "tile/entries/000", "tile/1/000.p/1"])
def test_a_tile_with_missing_rows_is_not_served(log, unguarded, path):
    Entry.objects.filter(seq=5).delete()
    Node.objects.filter(level=8).delete()
    with pytest.raises(StoredBytesDamaged):
        publisher.resource(log, path)


def test_dropped_commitments_leave_everything_else(log):
    Commitments.objects.all().delete()
    assert not any(path.startswith("commitments/") for path in publisher.paths(log))
