# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a voter's program does: read the board, send a ballot, verify the receipt (docs/spec/intake.md).

It trusts the election's fingerprint, which the voter has from elsewhere, and believes the server nothing.
Runs without Django. How a ballot is made is `tally.casting`; who the voter is, nobody here knows.
"""

import hashlib
import json
import time
from dataclasses import dataclass
from http.client import HTTPException
from itertools import islice
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from bulletin_board import layout
from bulletin_board.log.envelope import Envelope
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.proof import InclusionProof, check_proof
from bulletin_board.reader import iter_entries, open_checkpoint, read_payload
from bulletin_board.sources import Source
from tally.casting import Prepared
from tally.opened import OpenedElection, check_certificate
from tally.record.challenged import Challenged
from tally.record.order import BALLOT, CHALLENGED, KEY, MANIFEST, OPEN, ROLL
from tally.record.tracker import format_check_code
from voting.errors import BadReceipt, ServerFailed, WrongAddress, WrongElection
from voting.services.refusals import check_refusal
from voting.services.submissions import Submission

TIMEOUT = 60  # s
ATTEMPTS = 4  # of the identical bytes
_ANSWER_LIMIT = 256 * 1024  # bytes
_BEGINNING = (MANIFEST, ROLL, KEY, OPEN)
_ACCEPTED = (200, 201)
_REFUSED = range(400, 500)
_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Verified: the entry `seq` of the board is this ballot; `proof` and `entry` show it to anyone."""

    tracker: str
    check_code: str
    seq: int
    entry: str
    proof: str


class BallotRefused(ServerFailed):
    """The server's refusal; `code` says why, `note` is signed by the log's key."""

    def __init__(self, message: str, *, code: str, note: str) -> None:
        super().__init__(message, computed=code)
        self.code = code
        self.note = note


def fetch_election(source: Source, *, fingerprint: str, allow_test_modulus: bool = False) -> OpenedElection:
    """Return the election on a board, if it is the one with this fingerprint and its key is sound.

    Raises WrongElection; a BoardError, RecordError, ContestError or CryptoError for a board that is broken.
    """
    text = source.read(layout.VERIFIER_KEY, limit=layout.VERIFIER_KEY_LIMIT).decode("utf-8", errors="replace")
    log = VerifierKey.from_text(text.removesuffix("\n"))
    head = open_checkpoint(source, log)
    entries = [envelope for envelope, _ in islice(iter_entries(source, head), len(_BEGINNING))]
    types = tuple(entry.type for entry in entries)
    if types != _BEGINNING:
        raise WrongElection("no election is open on this board", expected=_BEGINNING, computed=types)
    manifest, roll, key, opening = (read_payload(source, entry) for entry in entries)
    opened = OpenedElection.from_payloads(
        manifest=manifest, roll=roll, key=key, opening=opening, allow_test_modulus=allow_test_modulus
    )
    if opened.fingerprint != fingerprint:
        raise WrongElection("another election", expected=fingerprint, computed=opened.fingerprint)
    if opened.manifest.board.log != log:
        raise WrongElection("the board is signed by another key than the manifest's")
    opened.key_record.check(opened.manifest)
    check_certificate(opened.key_record)
    return opened


def cast(opened: OpenedElection, prepared: Prepared, address: str) -> Receipt:
    """Send a ballot to `address` (…/ballots) and return its receipt, verified.

    Raises BallotRefused, BadReceipt, BadRefusal, ServerFailed, WrongAddress, a LogError.
    """
    ballot = prepared.ballot.to_bytes()
    body = Submission(ballot=ballot, commitments=prepared.commitments).to_bytes()
    answer = _send(opened, address, body, ballot)
    return _verified(opened, answer, BALLOT, ballot, prepared.ballot.tracker)


def challenge(opened: OpenedElection, challenged: Challenged, address: str) -> Receipt:
    """Send a challenge to `address` (…/challenges) and return its receipt, verified; raises as `cast`."""
    body = challenged.to_bytes()
    answer = _send(opened, address, body, body)
    return _verified(opened, answer, CHALLENGED, body, challenged.tracker)


def _send(opened: OpenedElection, address: str, body: bytes, submitted: bytes) -> dict[str, object]:
    """Send the identical bytes until there is an answer; a refusal is checked, and raised."""
    status, answer = _post_until_answered(address, body)
    if status in _ACCEPTED:
        return answer
    code, note = _text(answer, "code"), _text(answer, "refusal")
    if status not in _REFUSED and status != _UNAVAILABLE:
        raise ServerFailed("no receipt and no refusal", computed=status)
    digest = hashlib.sha256(submitted).hexdigest()
    check_refusal(note, opened.manifest.board.log, fingerprint=opened.fingerprint, digest=digest, code=code)
    raise BallotRefused(_text(answer, "message"), code=code, note=note)


def _post_until_answered(address: str, body: bytes) -> tuple[int, dict[str, object]]:
    for attempt in range(ATTEMPTS - 1):
        try:
            status, answer = _post(address, body)
        except (OSError, HTTPException, ServerFailed):
            pass  # the answer may have been lost: the same bytes get it again
        else:
            if status != _UNAVAILABLE:
                return status, answer
        time.sleep(0.5 * 2**attempt)
    return _post(address, body)


def _post(address: str, body: bytes) -> tuple[int, dict[str, object]]:
    if urlsplit(address).scheme not in {"http", "https"}:
        raise WrongAddress("an address begins with https:// or http://")
    request = Request(address, data=body, headers={"Content-Type": "application/json"})  # noqa: S310  # above
    try:
        with urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310  # above
            return response.status, _parse(response.read(_ANSWER_LIMIT + 1))
    except HTTPError as error:
        with error:
            return error.code, _parse(error.read(_ANSWER_LIMIT + 1))


def _parse(data: bytes) -> dict[str, object]:
    try:
        value = json.loads(data) if len(data) <= _ANSWER_LIMIT else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ServerFailed("the answer is not a JSON object")
    return value


def _verified(
    opened: OpenedElection, answer: dict[str, object], entry_type: str, payload: bytes, tracker: str
) -> Receipt:
    """The envelope names these very bytes, and the log signed a tree that holds the envelope."""
    entry, text = _text(answer, "entry"), _text(answer, "receipt")
    envelope = Envelope.from_bytes(entry.encode("utf-8"))
    proof = InclusionProof.from_bytes(text.encode("utf-8"))
    digest = hashlib.sha256(payload).hexdigest()
    expected = (entry_type, digest, proof.index, tracker)
    computed = (envelope.type, envelope.payload_sha256, envelope.seq, answer.get("tracker"))
    if computed != expected:
        raise BadReceipt("the receipt is of something else", expected=expected, computed=computed)
    check_proof(proof, entry.encode("utf-8"), opened.manifest.board.log)
    code = format_check_code(tracker)
    return Receipt(tracker=tracker, check_code=code, seq=envelope.seq, entry=entry, proof=text)


def _text(answer: dict[str, object], key: str) -> str:
    value = answer.get(key)
    if not isinstance(value, str):
        raise ServerFailed(f"the answer has no {key}")
    return value
