# SPDX-License-Identifier: AGPL-3.0-or-later
"""A board as JSON Lines: a line an entry, only ever added to, any part of it on request."""

import base64
import hashlib
import json

import pytest

from bulletin_board import layout, publisher, storage
from bulletin_board.errors import ForeignFolder, NotFound
from bulletin_board.lines import Lines
from bulletin_board.log.note import Signer
from bulletin_board.models import Entry
from tests.integration.boards import ORIGIN, SIGNER, append

pytestmark = pytest.mark.django_db
COUNT = 520  # two full bundles and a part of one
PAYLOADS = [b"\xff" * (length % 7) + b"%d" % length for length in range(COUNT)]


@pytest.fixture
def log(settings):
    settings.SECURE_SSL_REDIRECT = False
    log = storage.create_log(ORIGIN)
    append(log, *PAYLOADS)
    publisher.sign_head(log, SIGNER)
    return log


@pytest.fixture
def whole(log):
    rows = Entry.objects.filter(log=log).order_by("seq").values_list("envelope", "payload__data")
    return b"".join(
        b'{"envelope":%s,"payload":"%s"}\n' % (bytes(envelope), base64.b64encode(bytes(payload)))
        for envelope, payload in rows
    )


@pytest.fixture
def ask(log, client):
    def ask(range_="", method="get", **headers):
        if range_:
            headers["range"] = range_
        return getattr(client, method)("/board/spring/entries.jsonl", headers=headers)

    return ask


def test_every_line_is_an_entry_as_it_was_hashed_with_its_payload(ask, log):
    lines = b"".join(ask().streaming_content).splitlines()
    assert len(lines) == COUNT
    for seq, (line, payload) in enumerate(zip(lines, PAYLOADS, strict=True)):
        found = json.loads(line)
        assert found["envelope"]["seq"] == seq
        assert base64.b64decode(found["payload"]) == payload
        assert hashlib.sha256(payload).hexdigest() == found["envelope"]["payload_sha256"]
        assert bytes(log.entries.get(seq=seq).envelope) in line


def test_the_whole_is_sent_with_its_length(ask, whole):
    response = ask()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/jsonl"
    assert response["Content-Length"] == str(len(whole))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "no-store"
    assert b"".join(response.streaming_content) == whole


@pytest.mark.parametrize("start", [0, 1, 100, 50_000, -1, -300])
@pytest.mark.parametrize("length", [1, 7, 3_000])
def test_any_part_is_sent_alone(ask, whole, start, length):
    first = start % len(whole)
    stop = min(first + length, len(whole))
    response = ask(f"bytes={first}-{first + length - 1}")
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{stop - 1}/{len(whole)}"
    assert response["Content-Length"] == str(stop - first)
    assert b"".join(response.streaming_content) == whole[first:stop]


def test_whoever_has_the_first_lines_asks_for_the_new_ones(ask, log, whole):
    append(log, b"new")
    publisher.sign_head(log, SIGNER)
    new = b"".join(ask(f"bytes={len(whole)}-").streaming_content)
    assert base64.b64decode(json.loads(new)["payload"]) == b"new"
    assert b"".join(ask(f"bytes=0-{len(whole) - 1}").streaming_content) == whole


def test_nothing_new_is_said_as_such(ask, whole):
    response = ask(f"bytes={len(whole)}-")
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(whole)}"


def test_who_wants_a_part_of_the_very_same_file_gets_the_longer_one_whole(ask, whole):
    response = ask("bytes=0-9", **{"if-range": '"some tag"'})
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == whole


def test_several_parts_at_once_are_not_given(ask):
    assert ask("bytes=0-1,3-4").status_code == 200


def test_only_the_head_may_be_asked_for(ask):
    response = ask("bytes=0-9", method="head")
    assert (response.status_code, response["Content-Length"]) == (206, "10")


def test_what_is_not_signed_has_no_line_yet(ask, log, whole):
    append(log, b"not signed yet")
    assert b"".join(ask().streaming_content) == whole


def test_a_board_without_a_head_has_no_lines(settings, client):
    settings.SECURE_SSL_REDIRECT = False
    storage.create_log(ORIGIN)
    assert client.get("/board/spring/entries.jsonl").status_code == 404


def test_lines_begin_where_they_are_said_to(log, whole):
    lines = Lines(log, COUNT)
    begins = [0, *(place + 1 for place, octet in enumerate(whole) if octet == ord("\n"))]
    assert [lines.start_of(seq) for seq in (0, 1, 255, 256, 257, 512, COUNT)] == [
        begins[seq] for seq in (0, 1, 255, 256, 257, 512, COUNT)
    ]
    assert lines.length == len(whole)
    assert b"".join(lines.read(lines.length, lines.length)) == b""


def test_full_bundles_are_added_up_once(log, whole, django_assert_num_queries):
    assert Lines(log, COUNT).length == len(whole)
    with django_assert_num_queries(2):  # the names of full bundles, and the last one, which still grows
        assert Lines(log, COUNT).length == len(whole)
    assert Lines(log, 512).length == Lines(log, COUNT).start_of(512)


def test_who_asks_for_the_head_makes_nobody_read_the_lines(ask, log, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        assert list(ask(method="head").streaming_content) == []


def test_other_logs_lines_stay_out(log, whole):
    append(storage.create_log("vote.example.org/board/autumn"), b"elsewhere")
    assert Lines(log, COUNT).length == len(whole)


# In a folder


def test_a_folder_has_the_lines_too(log, whole, tmp_path):
    publisher.export(log, tmp_path)
    assert (tmp_path / layout.LINES).read_bytes() == whole


def test_a_later_export_appends_the_new_lines_only(log, whole, tmp_path):
    publisher.export(log, tmp_path)
    file = tmp_path / layout.LINES
    before = file.stat().st_ino
    append(log, b"new")
    publisher.sign_head(log, SIGNER)
    publisher.export(log, tmp_path)
    assert file.stat().st_ino == before
    assert file.read_bytes().startswith(whole)
    assert json.loads(file.read_bytes()[len(whole) :])["envelope"]["seq"] == COUNT


@pytest.mark.parametrize("damage", [b"", b"a part of it", None])
def test_what_a_dead_process_left_of_the_lines_is_mended(log, whole, tmp_path, damage):
    publisher.export(log, tmp_path)
    file = tmp_path / layout.LINES
    if damage is None:
        file.write_bytes(whole + b'{"envelope":{"half')  # killed between the lines and the checkpoint
    else:
        file.write_bytes(damage)
    append(log, b"new")
    publisher.sign_head(log, SIGNER)
    publisher.export(log, tmp_path)
    assert file.read_bytes()[: len(whole)] == whole
    assert file.read_bytes().count(b"\n") == COUNT + 1


def test_an_export_of_a_board_that_has_not_grown_writes_nothing(log, tmp_path, monkeypatch):
    publisher.export(log, tmp_path)

    def no(*_):
        raise AssertionError("written")

    monkeypatch.setattr("bulletin_board.files.os.fsync", no)
    publisher.export(log, tmp_path)


def test_a_folder_of_another_board_is_left_alone(log, tmp_path):
    other = storage.create_log("vote.example.org/board/autumn")
    append(other, b"elsewhere")
    publisher.sign_head(other, Signer("vote.example.org/board/autumn", b"\1" * 32))
    publisher.export(other, tmp_path)
    before = (tmp_path / layout.LINES).read_bytes()
    with pytest.raises(ForeignFolder):
        publisher.export(log, tmp_path)
    assert (tmp_path / layout.LINES).read_bytes() == before


def test_a_folder_that_knows_more_than_the_database_is_left_alone(log, tmp_path):
    publisher.export(log, tmp_path)
    (tmp_path / layout.CHECKPOINT).write_bytes(_ahead(log))
    with pytest.raises(ForeignFolder) as refusal:
        publisher.export(log, tmp_path)
    assert (refusal.value.expected, refusal.value.computed) == (COUNT, COUNT + 1)


def test_a_folder_with_another_past_is_left_alone(log, tmp_path):
    publisher.export(log, tmp_path)
    (tmp_path / layout.CHECKPOINT).write_bytes(_signed(COUNT, b"\2" * 32))
    with pytest.raises(ForeignFolder, match="another past"):
        publisher.export(log, tmp_path)


def test_commitments_that_were_taken_back_leave_the_folder(log, tmp_path):
    storage.put_commitments(log, "ab" * 32, b"commitments")
    publisher.export(log, tmp_path)
    assert (tmp_path / "commitments" / ("ab" * 32)).exists()
    storage.drop_commitments(log, "ab" * 32)
    publisher.export(log, tmp_path)
    assert list((tmp_path / "commitments").iterdir()) == []


def test_an_archive_has_no_second_copy_of_everything(log):
    assert layout.LINES not in set(publisher.paths(log))
    with pytest.raises(NotFound):
        publisher.resource(log, layout.LINES)


def _ahead(log):
    return _signed(COUNT + 1, b"\1" * 32)


def _signed(size, root):
    from bulletin_board.log.checkpoint import Checkpoint
    from bulletin_board.log.note import sign_note

    return sign_note(Checkpoint(origin=ORIGIN, size=size, root=root).to_text(), SIGNER)
