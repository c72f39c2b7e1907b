# SPDX-License-Identifier: AGPL-3.0-or-later
import errno
import gzip
import os
import threading
import zipfile
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulletin_board import sources, zip_members
from bulletin_board.errors import (
    BoardError,
    MalformedPath,
    NotFound,
    RefusedAddress,
    ResourceTooLarge,
    SourceUnavailable,
    UnsafeArchive,
)
from bulletin_board.mirror.server import MirrorServer
from bulletin_board.sources import FolderSource, HttpSource, ZipSource, open_source
from tests.slow_servers import promise, slow_server, trickle
from tests.unit.board.board_vectors import load
from tests.vectors import make_archives

FILES = {
    "checkpoint": b"head",
    "tile/0/x001/067.p/5": b"tile",
    "blob/" + "ab" * 32: b"",
    "log.vkey": b"key\n",
}
BAD_PATHS = [
    "",
    "/checkpoint",
    "../checkpoint",
    "tile/../checkpoint",
    "tile/./0",
    "tile//0",
    "tile/",
    ".hidden",
    "Checkpoint",
    "a\\b",
    "c:/a",
    "a\0",
    "a b",
    "é",
    "a?b",
    "a%2e",
    "a/" * 20 + "a",
    "a" * 256,
]


@pytest.fixture
def folder(tmp_path):
    for path, data in FILES.items():
        file = tmp_path / "board" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path / "board"


@pytest.fixture
def archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "board.zip", "w") as members:
        for path, data in FILES.items():
            members.writestr(path, data)
    return tmp_path / "board.zip"


class Handler(BaseHTTPRequestHandler):
    """Answers as `answers` says; counts connections."""

    protocol_version = "HTTP/1.1"
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {}  # noqa: RUF012  # replaced by each test
    connections = 0

    def setup(self):
        type(self).connections += 1
        super().setup()

    def do_GET(self):
        status, headers, body = self.answers.get(self.path, (404, {}, b"Not found\n"))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = "Close" in headers

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    handler = type("FreshHandler", (Handler,), {"answers": {}, "connections": 0})
    for path, data in FILES.items():
        handler.answers[f"/board/spring/{path}"] = (200, {}, data)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def address(server):
    return f"http://127.0.0.1:{server.server_port}/board/spring"


@pytest.fixture(params=["folder", "archive", "server"])
def source(request):
    place = request.getfixturevalue(request.param)
    with open_source(address(place) if request.param == "server" else str(place)) as opened:
        yield opened


def test_every_source_reads_the_same_bytes(source):
    for _ in range(2):
        for path, data in FILES.items():
            assert source.read(path, limit=len(data)) == data


@pytest.mark.parametrize("path", ["nothing", "tile", "tile/0", "blob/" + "cd" * 32])
def test_what_is_not_there_is_not_found(source, path):
    with pytest.raises(NotFound):
        source.read(path, limit=99)
    assert source.read("checkpoint", limit=99) == b"head"


@pytest.mark.parametrize("limit", [0, 3])
def test_more_than_the_limit_is_refused(source, limit):
    with pytest.raises(ResourceTooLarge):
        source.read("checkpoint", limit=limit)
    assert source.read("checkpoint", limit=4) == b"head"


@pytest.mark.parametrize("path", BAD_PATHS, ids=ascii)
def test_a_path_of_another_form_is_refused(source, path):
    with pytest.raises(MalformedPath):
        source.read(path, limit=99)


def test_the_kind_of_source_follows_from_the_text(folder, archive):
    assert isinstance(open_source(str(folder)), FolderSource)
    with open_source(str(archive)) as opened:
        assert isinstance(opened, ZipSource)
    assert isinstance(open_source("https://vote.example.org/board/spring"), HttpSource)


@pytest.mark.parametrize("text", ["", "nowhere", "/nowhere/at/all.zip"])
def test_a_place_that_is_nothing_is_not_found(text, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFound):
        open_source(text or "missing")


# Folders


def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe")
    with pytest.raises(NotFound):
        FolderSource(folder).read("pipe", limit=99)


def test_a_file_that_cannot_be_read_is_said_to_be_unavailable(folder, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(SourceUnavailable, match="Permission denied"):
        FolderSource(folder).read("checkpoint", limit=99)


# Archives


CASES = load("archives.json")["archives"]


def written(tmp_path, case):
    (tmp_path / "case.zip").write_bytes(bytes.fromhex(case["archive"]))
    return tmp_path / "case.zip"


def named(refused):
    return [pytest.param(case, id=case["name"]) for case in CASES if case.get("refused") == refused]


@pytest.mark.parametrize("case", named(None))
def test_a_good_archive_is_read(tmp_path, case):
    with ZipSource(written(tmp_path, case)) as opened:
        for path, data in case["members"].items():
            assert opened.read(path, limit=9) == bytes.fromhex(data)


@pytest.mark.parametrize("case", named("opened"))
def test_a_bad_archive_is_refused_whole(tmp_path, case):
    with pytest.raises(UnsafeArchive):
        ZipSource(written(tmp_path, case))


@pytest.mark.parametrize("case", named("read"))
def test_a_bad_member_is_refused_when_it_is_read(tmp_path, case):
    with ZipSource(written(tmp_path, case)) as opened, pytest.raises(UnsafeArchive):
        opened.read(case["path"], limit=9)


def test_the_archives_are_those_that_are_made():
    assert list(make_archives.cases()) == CASES


def test_an_archive_with_too_many_members_is_refused(archive, monkeypatch):
    monkeypatch.setattr(zip_members, "MAX_MEMBERS", 3)
    with pytest.raises(UnsafeArchive, match="too many"):
        ZipSource(archive)


def test_an_archive_of_more_members_than_16_bits_can_count_is_read(tmp_path):
    paths = [f"blob/{index:064x}" for index in range(70_000)]
    with zipfile.ZipFile(tmp_path / "large.zip", "w") as members:
        for path in paths:
            members.writestr(path, b"x")
    with ZipSource(tmp_path / "large.zip") as opened:
        assert opened.read(paths[-1], limit=1) == b"x"


def test_a_flipped_byte_in_a_member_is_refused(archive):
    archive.write_bytes(archive.read_bytes().replace(b"head", b"heAd"))
    with ZipSource(archive) as opened, pytest.raises(UnsafeArchive):
        opened.read("checkpoint", limit=99)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.data())
def test_no_damage_makes_an_archive_raise_anything_but_a_named_error(archive, data):
    good = archive.read_bytes()
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    file = archive.with_name("changed.zip")
    file.write_bytes(changed)
    try:
        with ZipSource(file) as opened:
            for path in FILES:
                opened.read(path, limit=99)
    except BoardError:
        pass
    assert archive.read_bytes() == good


# The web


@pytest.mark.parametrize(
    "text",
    [
        "ftp://vote.example.org/board",
        "file:///etc/passwd",
        "data://text",
        "://vote.example.org",
        "https://",
        "https:///board",
        "https://user@vote.example.org/board",
        "https://user:word@vote.example.org/board",
        "https://vote.example.org/board?x=1",
        "https://vote.example.org/board#x",
        "https://vote.example.org:port/board",
        "https://vote.example.org:99999/board",
        "https://[::1/board",
        "https://vote.example.org/a b",
        "https://vote.example.org/\r\nX: y",
        "https://vöte.example.org/board",
    ],
)
def test_an_address_of_another_form_is_refused(text):
    with pytest.raises(RefusedAddress):
        open_source(text)


def test_one_connection_serves_many_requests_also_those_that_find_nothing(server):
    with HttpSource(address(server) + "/") as opened:
        for _ in range(5):
            opened.read("checkpoint", limit=4)
            with pytest.raises(NotFound):
                opened.read("nothing", limit=4)
    assert server.RequestHandlerClass.connections == 1


def test_a_connection_that_was_closed_is_opened_again(server):
    server.RequestHandlerClass.answers["/board/spring/checkpoint"] = (200, {"Close": "1"}, b"head")
    with HttpSource(address(server)) as opened:
        assert [opened.read("checkpoint", limit=4) for _ in range(3)] == [b"head"] * 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(server, status):
    answers = server.RequestHandlerClass.answers
    answers["/board/spring/checkpoint"] = (status, {"Location": "/board/spring/log.vkey"}, b"")
    with HttpSource(address(server)) as opened, pytest.raises(SourceUnavailable):
        opened.read("checkpoint", limit=99)


@pytest.mark.parametrize("status", [204, 206, 401, 403, 500, 503])
def test_another_answer_is_refused(server, status):
    server.RequestHandlerClass.answers["/board/spring/checkpoint"] = (status, {}, b"")
    with HttpSource(address(server)) as opened, pytest.raises(SourceUnavailable):
        opened.read("checkpoint", limit=99)


def test_an_answer_cut_off_is_refused(server):
    answers = server.RequestHandlerClass.answers
    answers["/board/spring/checkpoint"] = (200, {"Content-Length": "9", "Close": "1"}, b"head")
    with HttpSource(address(server)) as opened, pytest.raises(SourceUnavailable):
        opened.read("checkpoint", limit=99)


@pytest.mark.parametrize("encoding", ["deflate", "br", "gzip, gzip", ""])
def test_an_answer_in_another_encoding_is_refused(server, encoding):
    answers = server.RequestHandlerClass.answers
    answers["/board/spring/checkpoint"] = (200, {"Content-Encoding": encoding}, b"head")
    with HttpSource(address(server)) as opened, pytest.raises(SourceUnavailable, match="encoded"):
        opened.read("checkpoint", limit=99)


def packed(server, body):
    answers = server.RequestHandlerClass.answers
    answers["/board/spring/tile/entries/000"] = (200, {"Content-Encoding": "gzip"}, body)
    return HttpSource(address(server))


@pytest.mark.parametrize("data", [b"", b"entry", b"\0" * 10_000, bytes(range(256)) * 999], ids=range(4))
def test_what_a_log_packs_unasked_is_unpacked(server, data):
    with packed(server, gzip.compress(data)) as opened:
        for _ in range(2):
            assert opened.read("tile/entries/000", limit=len(data)) == data


@pytest.mark.parametrize("size", [100, 99_999_999])
def test_no_more_than_the_limit_is_unpacked(server, size):
    with packed(server, gzip.compress(b"\0" * size)) as opened, pytest.raises(ResourceTooLarge):
        opened.read("tile/entries/000", limit=99)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"entry",
        gzip.compress(b"entry")[:-1],
        gzip.compress(b"entry") + b"x",
        gzip.compress(b"entry") * 2,
        gzip.compress(b"entry")[:-8] + b"\0" * 8,
        zlib.compress(b"entry"),
    ],
    ids=range(7),
)
def test_what_is_not_one_whole_gzip_member_is_refused(server, body):
    with packed(server, body) as opened, pytest.raises(SourceUnavailable):
        opened.read("tile/entries/000", limit=99)


@pytest.mark.parametrize("length", ["-1", "x", "99999999999999999999"])
def test_an_answer_that_lies_about_its_length_is_refused_or_harmless(server, length):
    answers = server.RequestHandlerClass.answers
    answers["/board/spring/checkpoint"] = (200, {"Content-Length": length, "Close": "1"}, b"head")
    with HttpSource(address(server)) as opened:
        try:
            assert opened.read("checkpoint", limit=99) == b"head"
        except SourceUnavailable:
            assert length == "99999999999999999999"  # it promised more


def test_a_server_that_does_not_answer_is_unavailable(server):
    gone = address(server)
    server.shutdown()
    server.server_close()
    with HttpSource(gone) as opened, pytest.raises(SourceUnavailable):
        opened.read("checkpoint", limit=99)


def ramble(peer):
    """Headers without end."""
    peer.sendall(b"HTTP/1.1 200 OK\r\n")
    for index in range(90):
        peer.sendall(b"X-%d: y\r\n" % index)
        threading.Event().wait(0.1)
    peer.sendall(b"Content-Length: 0\r\n\r\n")


@pytest.mark.parametrize("behave", [trickle, promise, ramble])
def test_an_answer_that_never_ends_is_given_up_however_it_comes(monkeypatch, behave):
    monkeypatch.setattr(sources, "DEADLINE", 0.3)
    with slow_server(behave) as port, HttpSource(f"http://127.0.0.1:{port}") as opened:
        for _ in range(2):
            with pytest.raises(SourceUnavailable, match="TimeoutError"):
                opened.read("checkpoint", limit=999)


def test_an_address_of_ipv6_is_served_and_read(folder):
    try:
        running = MirrorServer(("::1", 0), folder)
    except OSError as error:
        if error.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            raise
        pytest.skip("this machine has no IPv6")
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    with HttpSource(f"http://[::1]:{running.server_port}") as opened:
        assert opened.read("checkpoint", limit=4) == b"head"
    running.shutdown()
    running.server_close()
