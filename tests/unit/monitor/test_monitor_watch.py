# SPDX-License-Identifier: AGPL-3.0-or-later
"""A served booth is compared with its list, the board and a folder; a server that lies is found out."""

import hashlib

import pytest

from tally.monitor import watch as watching
from tally.monitor.errors import MalformedList, OtherDigest, Redirected, Unreachable
from tally.monitor.fetch import Fetched, fetch
from tally.monitor.listing import list_of, read_list
from tally.monitor.watch import FAIL, NOT_RUN, PASS, watch
from tests.unit.monitor.test_monitor_page import POLICY

ADDRESS = "https://vote.example/elections/park/vote/"
FILES = {"vote.js": b"import './worker.js';\n", "worker.js": b"1;\n", "ui/dom.js": b"2;\n"}
NAMES = {"S.1", "S.2", "S.3", "S.4", "S.5", "S.6"}


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
    page = f'<p>Vote</p><script type="module" src="/static/booth/{digest}/vote.js"></script>'
    served = {ADDRESS: page.encode(), f"{base}files.txt": listing}
    served |= {base + name: data for name, data in FILES.items()}
    monkeypatch.setattr(watching, "_check_board", lambda *asked: watching._check_same(digest, asked[2], "x"))
    return served


def results(server, policy=POLICY, **options):
    def get(address):
        found = server.get(address)
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise Unreachable(address, expected=200, computed=404)
        return Fetched(data=found, policy=policy)

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
    assert found == dict.fromkeys((*(NAMES - {"S.6"}), "S.7"), PASS)
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
    _, found = results(server, policy=POLICY.replace("script-src 'self'", "script-src *"))
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
