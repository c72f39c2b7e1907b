# SPDX-License-Identifier: AGPL-3.0-or-later
"""A served booth is compared with its list, the board and a folder; a server that lies is found out."""

import gzip
import hashlib
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tally.monitor import watch as watching
from tally.monitor.errors import BadEncoding, MalformedList, OtherDigest, Redirected, TooLong, Unreachable
from tally.monitor.fetch import LIMIT, Fetched, fetch, unpacked
from tally.monitor.listing import list_of, read_list
from tally.monitor.watch import FAIL, NOT_RUN, PASS, watch
from tally.record.opening import Opening
from tests.unit.monitor.test_monitor_page import FOLDER, HEADERS, POLICY

ADDRESS = "https://vote.example/elections/park/vote/"
FILES = {"booth.css": b"", "vote.js": b"import './worker.js';\n", "worker.js": b"1;\n", "ui/dom.js": b"2;\n"}
OF_THE_BOARD = {"S.6", "S.8"}
NAMES = {"S.1", "S.2", "S.3", "S.4", "S.5", *OF_THE_BOARD}


@pytest.fixture
def folder(tmp_path):
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / ".hidden").write_text("no part of it")
    return tmp_path


@pytest.fixture
def server(folder, monkeypatch):
    """The served resources by address, which a test may change; the board names this booth."""
    listing = list_of(folder)
    digest = hashlib.sha256(listing).hexdigest()
    base = f"https://vote.example/static/booth/{digest}/"
    opening = Opening.of(manifest="01" * 32, roll="02" * 32, key="03" * 32, booth=digest)
    start = {"slug": "park", "manifest": opening.manifest, "key": opening.key}
    start["opening"] = hashlib.sha256(opening.to_bytes()).hexdigest()
    data = " ".join(f'data-{name}="{value}"' for name, value in start.items())
    page = (
        f'<link rel="stylesheet" href="/static/booth/{digest}/booth.css"><div id="booth" {data}></div>'
        f'<script type="module" src="/static/booth/{digest}/vote.js"></script>'
    )
    served = {ADDRESS: page.encode(), f"{base}files.txt": listing}
    served |= {base + name: data for name, data in FILES.items()}
    monkeypatch.setattr(watching, "_opening_of", lambda *_: opening)
    return served


def results(server, policy=POLICY, headers=(), **options):
    page = next(iter(server))
    folder = (
        "/static/booth/" + next(address for address in server if address.endswith("files.txt")).split("/")[-2]
    )
    own = (HEADERS[0], ("content-security-policy", policy.replace(FOLDER, f"{folder}/")), *headers)

    def get(address, referrer):
        assert referrer == ("" if address == page else page)
        found = server.get(address)
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise Unreachable(address, expected=200, computed=404)
        return Fetched(data=found, headers=own)

    report = watch(ADDRESS, get=get, **options)
    return report, {finding.check: finding.result for finding in report.findings}


def address_of(server, end):
    return next(address for address in server if address.endswith(end))


def test_a_booth_as_it_should_be_passes(server, folder):
    report, found = results(server, folder=folder)
    assert found == dict.fromkeys((*NAMES, "S.7"), PASS)
    assert report.exit_code == 0


def test_before_the_opening_the_folder_alone_decides(server, folder):
    report, found = results(server, folder=folder, board=None)
    assert found == dict.fromkeys((*(NAMES - OF_THE_BOARD), "S.7"), PASS)
    assert report.exit_code == 0
    (folder / "worker.js").write_bytes(b"another\n")
    report, found = results(server, folder=folder, board=None)
    assert (found["S.7"], report.exit_code) == (FAIL, 1)


def test_a_changed_octet_is_found_and_named(server):
    server[address_of(server, "dom.js")] += b" "
    report, found = results(server)
    assert (found["S.5"], report.exit_code) == (FAIL, 1)
    detail = next(finding.detail for finding in report.findings if finding.check == "S.5")
    assert detail.startswith("ui/dom.js (expected")


def test_a_changed_list_is_found(server):
    server[address_of(server, "files.txt")] += b"\n"
    _, found = results(server)
    assert (found["S.4"], found["S.5"]) == (FAIL, NOT_RUN)


def test_a_missing_file_leaves_it_open(server):
    del server[address_of(server, "worker.js")]
    report, found = results(server)
    assert (found["S.5"], report.exit_code) == (NOT_RUN, 2)


def test_a_page_with_more_code_is_found(server):
    server[ADDRESS] += b"<script>spy()</script>"
    report, found = results(server)
    assert (found["S.2"], found["S.4"], report.exit_code) == (FAIL, NOT_RUN, 1)


def test_a_weaker_policy_is_found(server):
    _, found = results(server, policy=POLICY.replace("img-src data:", "img-src *"))
    assert found["S.3"] == FAIL


def test_a_page_that_leads_elsewhere_is_found(server):
    server[ADDRESS] = Redirected("elsewhere", computed=302)
    report, found = results(server)
    assert (found["S.1"], report.exit_code, report.digest) == (FAIL, 1, "")


def test_a_booth_that_is_not_the_folders_is_found(server, folder):
    (folder / "worker.js").write_bytes(b"3;\n")
    _, found = results(server, folder=folder)
    assert (found["S.5"], found["S.7"]) == (PASS, FAIL)


def test_a_module_that_is_not_in_the_list_is_found(server):
    server[ADDRESS] = server[ADDRESS].replace(b"vote.js", b"other.js")
    _, found = results(server)
    assert found["S.5"] == FAIL


def test_a_style_sheet_that_is_not_in_the_list_is_found(server):
    server[ADDRESS] = server[ADDRESS].replace(b"booth.css", b"evil.css")
    _, found = results(server)
    assert (found["S.2"], found["S.5"]) == (PASS, FAIL)


def test_a_changed_style_sheet_is_found(server):
    server[address_of(server, "booth.css")] = b"p { font-size: 0 }"
    _, found = results(server)
    assert found["S.5"] == FAIL


def test_a_style_sheet_from_elsewhere_is_found(server):
    server[ADDRESS] += b'<link rel="stylesheet" href="/static/evil.css">'
    report, found = results(server)
    assert (found["S.2"], report.exit_code) == (FAIL, 1)


@pytest.mark.parametrize("name", ["manifest", "key", "opening", "slug"])
def test_a_page_that_starts_another_election_is_found(server, name):
    server[ADDRESS] = server[ADDRESS].replace(f'data-{name}="'.encode(), f'data-{name}="ab'.encode())
    report, found = results(server)
    assert {check for check, result in found.items() if result != PASS} == {"S.8"}
    assert (found["S.8"], report.exit_code) == (FAIL, 1)


@pytest.mark.parametrize("name", ["manifest", "key", "opening", "slug"])
def test_a_page_that_names_no_election_is_found(server, name):
    server[ADDRESS] = server[ADDRESS].replace(f"data-{name}".encode(), b"data-x")
    assert results(server)[1]["S.8"] == FAIL


def test_another_booth_on_the_board_does_not_hide_another_election(server, monkeypatch):
    other = Opening.of(manifest="01" * 32, roll="02" * 32, key="04" * 32, booth="ab" * 32)
    monkeypatch.setattr(watching, "_opening_of", lambda *_: other)
    _, found = results(server)
    assert (found["S.6"], found["S.8"]) == (FAIL, FAIL)


def test_a_board_that_is_away_leaves_both_open(server, monkeypatch):
    def away(*_):
        raise Unreachable("https://mirror.example")

    monkeypatch.setattr(watching, "_opening_of", away)
    _, found = results(server)
    assert (found["S.6"], found["S.8"]) == (NOT_RUN, NOT_RUN)


@pytest.mark.parametrize(
    "header", [("refresh", "0; url=https://evil.example"), ("link", "</static/evil.css>; rel=stylesheet")]
)
def test_a_header_that_leads_on_or_loads_is_found(server, header):
    report, found = results(server, headers=(header,))
    assert (found["S.1"], report.exit_code) == (FAIL, 1)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (ADDRESS, "vote.example"),
        ("https://Vote.Example:443/x", "vote.example"),
        ("https://vote.example:8443/x", "vote.example:8443"),
        ("http://127.0.0.1:80/x", "127.0.0.1"),
        ("http://me:secret@vote.example/x", "vote.example"),
    ],
)
def test_the_policys_host_is_the_one_that_a_browser_asks(address, host):
    assert watching._host_of(address) == host


def sent(data, *encodings):
    return Fetched(data=data, headers=tuple(("content-encoding", name) for name in encodings))


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("GZIP", gzip.compress), ("deflate", zlib.compress)]
)
def test_a_compressed_file_is_unpacked(encoding, pack):
    assert unpacked(sent(pack(b"1;\n"), encoding), ADDRESS) == b"1;\n"
    assert unpacked(sent(b"1;\n"), ADDRESS) == b"1;\n"


@pytest.mark.parametrize(
    "found",
    [
        sent(b"1;\n", "gzip"),
        sent(b"", "gzip"),
        sent(gzip.compress(b"1;\n")[:-1], "gzip"),
        sent(gzip.compress(b"1;\n") + b"2", "gzip"),
        sent(gzip.compress(b"1;\n") * 2, "gzip"),
        sent(b"1;\n", "br"),
        sent(b"1;\n", "identity"),
        sent(gzip.compress(gzip.compress(b"1;\n")), "gzip", "gzip"),
        sent(gzip.compress(gzip.compress(b"1;\n")), "gzip, gzip"),
    ],
)
def test_what_is_not_one_whole_compressed_file_is_refused(found):
    with pytest.raises(BadEncoding):
        unpacked(found, ADDRESS)


def test_what_unpacks_to_more_than_any_file_is_refused():
    with pytest.raises(TooLong):
        unpacked(sent(gzip.compress(bytes(LIMIT + 1)), "gzip"), ADDRESS)
    assert len(unpacked(sent(gzip.compress(bytes(LIMIT)), "gzip"), ADDRESS)) == LIMIT


@pytest.fixture
def asked():
    """A server of one file, and the headers with which it was asked for."""
    headers = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            headers.append(dict(self.headers.items()))
            body = gzip.compress(b"1;\n")
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Refresh", "0; url=https://evil.example")
            self.send_header("Content-Length", str(len(body) + (5 if self.path == "/short" else 0)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", headers
        server.shutdown()


def test_it_asks_as_a_browser_does(asked):
    base, headers = asked
    found = fetch(f"{base}/vote/")
    assert found.data == b"1;\n"
    assert found.values("refresh") == ("0; url=https://evil.example",)
    fetch(f"{base}/vote.js", f"{base}/vote/")
    fetch(f"{base}/booth.css", f"{base}/vote/")
    assert all(one["User-Agent"].startswith("Mozilla/5.0 ") for one in headers)
    assert not any("python" in value.lower() for one in headers for value in one.values())
    assert [one["Sec-Fetch-Dest"] for one in headers] == ["document", "script", "style"]
    assert [one.get("Referer") for one in headers] == [None, f"{base}/vote/", f"{base}/vote/"]
    assert all("gzip" in one["Accept-Encoding"] for one in headers)


def test_an_answer_that_is_cut_short_leaves_it_open(asked):
    with pytest.raises(Unreachable):
        fetch(f"{asked[0]}/short")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "no line",
        "AB  vote.js",
        f"{'ab' * 32} vote.js",
        f"{'ab' * 32}  ../vote.js",
        f"{'ab' * 32}  /x.js",
        f"{'ab' * 32}  b.js\n{'ab' * 32}  a.js",
        f"{'ab' * 32}  a.js\n{'ab' * 32}  a.js",
        f"{'ab' * 32}  a//b.js",
    ],
)
def test_what_is_no_list_of_files_is_refused(text):
    data = f"{text}\n".encode()
    with pytest.raises(MalformedList):
        read_list(data, hashlib.sha256(data).hexdigest())


def test_a_list_without_its_last_line_break_or_of_another_digest_is_refused():
    data = f"{'ab' * 32}  a.js".encode()
    with pytest.raises(MalformedList):
        read_list(data, hashlib.sha256(data).hexdigest())
    with pytest.raises(OtherDigest):
        read_list(data + b"\n", "00" * 32)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/", "vote.example", "http://127.0.0.1:1/"])
def test_an_address_that_cannot_be_asked_is_said_so(address):
    with pytest.raises(Unreachable):
        fetch(address)
