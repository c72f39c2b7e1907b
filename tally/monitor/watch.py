# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that is compared, in numbered checks; a check that could not be made is none that passed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from bulletin_board import layout
from bulletin_board.errors import BoardError
from bulletin_board.log import note
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.reader import iter_entries, read_payload
from bulletin_board.sources import open_source
from tally.monitor.errors import MonitorError, OtherBooth, OtherElection, OtherFile, Unreachable
from tally.monitor.fetch import Fetched, fetch
from tally.monitor.listing import list_of, read_list
from tally.monitor.page import Booth, check_headers, check_policy, read_page
from tally.record.errors import RecordError
from tally.record.opening import Opening
from tally.record.order import OPEN

CHECKS = {
    "S.1": "the page is served, and leads nowhere else",
    "S.2": "the page runs one module of the booth, and nothing else",
    "S.3": "the page's policy lets nothing else run",
    "S.4": "the list of files has the digest that names its folder",
    "S.5": "every file is the one in the list",
    "S.6": "it is the booth that the board's opening entry names",
    "S.7": "it is the booth of the given folder",
    "S.8": "the page starts the election of the board",
}
PASS, FAIL, NOT_RUN = "PASS", "FAIL", "NOT-RUN"
AS_IT_SHOULD_BE, WRONG, UNTOLD = 0, 1, 2  # exit statuses
_BEGINNING = 4  # manifest, roll, key, open

Fetch = Callable[[str, str], Fetched]  # an address, and the page that loads it or ""
_USUAL_PORTS = {"http": ":80", "https": ":443"}
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: PASS, FAIL or NOT-RUN, and why."""

    check: str
    result: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings, in order; `digest` is of the booth that was served, "" if none was found."""

    digest: str
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """Return 0 if all passed, 1 if one failed, 2 if none failed and one was not made."""
        results = {finding.result for finding in self.findings}
        return WRONG if FAIL in results else UNTOLD if NOT_RUN in results else AS_IT_SHOULD_BE


def watch(
    address: str,
    *,
    board: str | None = "",
    fingerprint: str = "",
    folder: Path | None = None,
    get: Fetch = fetch,
) -> Report:
    """Compare the booth that the page at `address` starts with the board's, and with a folder's.

    `board` is an address, "" for that of the same server; None: no board names a booth yet.
    """
    source = None if board is None else board or _board_of(address)
    return _Watch(address, get).run(source, fingerprint, folder)


class _Watch:
    def __init__(self, address: str, get: Fetch) -> None:
        self._address = address
        self._get = get
        self._found: dict[str, Finding] = {}

    def run(self, board: str | None, fingerprint: str, folder: Path | None) -> Report:
        page = self._try("S.1", self._page)
        booth = None if page is None else self._judge(page)
        if booth is not None:
            self._compare(booth, board, fingerprint, folder)
        left_out = {"S.6": board is None, "S.7": folder is None, "S.8": board is None}
        asked = [check for check in CHECKS if not left_out.get(check)]
        findings = (self._found.get(check) or Finding(check=check, result=NOT_RUN) for check in asked)
        return Report(digest="" if booth is None else booth.digest, findings=tuple(findings))

    def _page(self) -> Fetched:
        page = self._get(self._address, "")
        check_headers(page.headers)
        return page

    def _judge(self, page: Fetched) -> Booth | None:
        booth = self._try("S.2", lambda: read_page(page.data))
        if booth is not None:
            policy = ";".join(page.values("content-security-policy"))
            self._try("S.3", lambda: check_policy(policy, host=_host_of(self._address), folder=booth.folder))
        return booth

    def _compare(self, booth: Booth, board: str | None, fingerprint: str, folder: Path | None) -> None:
        listing = self._try("S.4", lambda: self._list(booth))
        if listing is not None:
            self._try("S.5", lambda: self._check_files(booth, listing))
        if board is not None:
            self._compare_with_board(booth, board, fingerprint)
        if folder is not None:
            expected = hashlib.sha256(list_of(folder)).hexdigest()
            self._try("S.7", lambda: _check_same(expected, booth.digest, str(folder)))

    def _compare_with_board(self, booth: Booth, board: str, fingerprint: str) -> None:
        opening = self._try("S.6", lambda: _opening_of(board, fingerprint))
        if opening is not None:
            self._try("S.6", lambda: _check_same(opening.booth, booth.digest, board))
            self._try("S.8", lambda: _check_election(opening, booth, _slug_of(self._address)))

    def _try(self, check: str, act: Callable[[], T]) -> T | None:
        try:
            found = act()
        except Unreachable as error:
            self._found[check] = Finding(check=check, result=NOT_RUN, detail=_words(error))
        except (MonitorError, BoardError, RecordError) as error:
            self._found[check] = Finding(check=check, result=FAIL, detail=_words(error))
        else:
            self._found[check] = Finding(check=check, result=PASS)
            return found
        return None

    def _list(self, booth: Booth) -> dict[str, str]:
        return read_list(self._file(f"{booth.folder}files.txt"), booth.digest)

    def _file(self, path: str) -> bytes:
        return self._get(urljoin(self._address, path), self._address).data

    def _check_files(self, booth: Booth, listing: dict[str, str]) -> None:
        stray = [name for name in (booth.file, *booth.files) if name not in listing]
        if stray:
            raise OtherFile("a file that the page loads is not in the list", computed=stray[0])
        for path, expected in listing.items():
            computed = hashlib.sha256(self._file(booth.folder + path)).hexdigest()
            if computed != expected:
                raise OtherFile(path, expected=expected, computed=computed)


def _opening_of(board: str, fingerprint: str) -> Opening:
    """Return the opening entry on a board.

    The log's signature is the verifier's business; here the board's own words are compared.
    """
    with open_source(board) as source:
        head = Checkpoint.from_text(
            note.Note.from_bytes(source.read(layout.CHECKPOINT, limit=note.LIMIT)).text
        )
        envelopes = [envelope for envelope, _ in islice(iter_entries(source, head), _BEGINNING)]
        if not envelopes or envelopes[-1].type != OPEN:
            raise Unreachable("the election is not open: its board has no opening entry yet")
        opening = Opening.from_bytes(read_payload(source, envelopes[-1]))
    if fingerprint and opening.fingerprint != fingerprint:
        raise OtherBooth("another election", expected=fingerprint, computed=opening.fingerprint)
    return opening


def _check_election(opening: Opening, booth: Booth, slug: str) -> None:
    """Compare what the modules start from, and where they send ballots, with the board's own."""
    named = {
        "slug": slug,
        "manifest": opening.manifest,
        "key": opening.key,
        "opening": hashlib.sha256(opening.to_bytes()).hexdigest(),
    }
    for name, expected in named.items():
        computed = booth.data.get(name)
        if computed != expected:
            raise OtherElection(f"data-{name}", expected=expected, computed=computed)


def _words(error: MonitorError | BoardError | RecordError) -> str:
    found = {name: getattr(error, name, None) for name in ("expected", "computed")}
    rest = ", ".join(f"{name} {value}" for name, value in found.items() if value is not None)
    return f"{error.args[0]} ({rest})" if rest else str(error.args[0])


def _check_same(expected: str, computed: str, where: str) -> None:
    if computed != expected:
        raise OtherBooth(f"not the booth of {where}", expected=expected, computed=computed)


def _board_of(address: str) -> str:
    """Where this server has the board of the election whose page it is."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/board/{_slug_of(address)}"


def _slug_of(address: str) -> str:
    return urlsplit(address).path.removeprefix("/elections/").split("/")[0]


def _host_of(address: str) -> str:
    """Return the host as a browser names it, with its port if that is not the usual one."""
    parts = urlsplit(address)
    return parts.netloc.rpartition("@")[2].lower().removesuffix(_USUAL_PORTS.get(parts.scheme, ""))
