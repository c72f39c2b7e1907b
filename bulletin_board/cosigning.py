# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking the witnesses of a log to cosign its newest head: all at once, and no longer than needed.

Specification: docs/spec/board.md, "Collecting cosignatures". Nothing here holds a lock of the database or
runs in a transaction; a witness that is dead, slow or lying delays nobody but itself. Whose word is enough is
decided in cosigned.py.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from time import monotonic

from django.conf import settings

from bulletin_board.cosigned import is_published, policy_of
from bulletin_board.errors import (
    BadSignature,
    MalformedSubmission,
    NotSigned,
    StaleSubmission,
    WitnessRefused,
    WitnessUnreachable,
)
from bulletin_board.log import merkle
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import Note, Signature
from bulletin_board.log.policy import Party, Policy
from bulletin_board.log.submission import Submission, parse_lines
from bulletin_board.models import Cosignature, Log, SignedHead
from bulletin_board.rows import StoredHashes, latest_head
from bulletin_board.witness_client import WitnessClient

TIMEOUT = 2.0  # s, of one witness
GRACE = 0.2  # s that the others have once there are enough
_ROUNDS = 3  # a witness may be asked from another size so often
_log = logging.getLogger(__name__)


def collect(log: Log, *, again: bool = False) -> bool:
    """Have the newest head of `log` cosigned; say whether it is published now.

    `again` asks for cosignatures of now also where there are enough already. Whatever a witness does is
    logged, and raises nothing.
    """
    policy = policy_of(log)
    if not policy.witnesses:
        return True
    with _locks[log.pk]:
        if not again and _is_done(log):
            return True
        for _ in range(_ROUNDS):
            head = latest_head(log)
            if head is None or not _Collection(log, policy, head).run():
                break  # else the log has grown meanwhile, in another process: that head covers this one
        return is_published(log)


def _is_done(log: Log) -> bool:
    head = latest_head(log)
    if head is None or not is_published(log):
        return head is None
    return Cosignature.objects.filter(log=log, size=head.size).exists()


def forget_couriers() -> None:
    """Close every connection to a witness; for the end of a process."""
    while _couriers:
        _, courier = _couriers.popitem()
        courier.close()


class _Courier:
    """One witness's own thread and connection: at most one submission is on its way."""

    def __init__(self, witness: Party) -> None:
        self._client = WitnessClient(witness.url, timeout=TIMEOUT)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="witness")
        self._last: Future[bytes] | None = None

    def send(self, body: bytes) -> Future[bytes] | None:
        """Send, or None while the last one is still on its way: then the witness is slow, or dead."""
        if self._last is not None and not self._last.done():
            return None
        self._last = self._pool.submit(self._client.add_checkpoint, body)
        return self._last

    def close(self) -> None:
        """Wait for what is on its way, at most some seconds, and close."""
        self._pool.shutdown(wait=True)
        self._client.close()


_locks: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)
_making = threading.Lock()
_couriers: dict[tuple[VerifierKey, str], _Courier] = {}
_away: set[VerifierKey] = set()
_sizes: dict[tuple[int, VerifierKey], int] = {}  # what each witness cosigned last, as far as is known


@dataclass(slots=True)
class _Asked:
    """A submission on its way to a witness."""

    witness: Party
    rounds: int


class _Collection:
    """One head, brought to every witness that has an address."""

    def __init__(self, log: Log, policy: Policy, head: SignedHead) -> None:
        self._log = log
        self._policy = policy
        self._head = head
        self._note = bytes(head.note)
        self._text = Note.from_bytes(self._note).text
        self._waiting: dict[Future[bytes], _Asked] = {}
        self._found: dict[VerifierKey, Signature] = {}
        self._overtaken = False

    def run(self) -> bool:
        """Ask, wait, and keep what was signed; say whether a witness has seen a newer head already."""
        for witness in addressed(self._policy):
            self._ask(witness, rounds=1)
        end = monotonic() + TIMEOUT * _ROUNDS
        while self._waiting and (left := end - monotonic()) > 0:
            done, _ = wait(self._waiting, timeout=left, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(self._waiting.pop(future), future)
            if self._policy.is_met_by(self._found):
                end = min(end, monotonic() + GRACE)
        self._keep()
        return self._overtaken and not self._policy.is_met_by(self._found)

    def _ask(self, witness: Party, *, rounds: int) -> None:
        old = _size_of(self._log, witness.key)
        if old > self._head.size:
            if rounds > 1 or self._has_grown(old):
                self._overtake(witness, old)
                return
            old = self._head.size  # what was remembered may be wrong: the witness will say
        proof = merkle.prove_consistency(old, self._head.size, StoredHashes(self._log))
        body = Submission(old=old, proof=proof, checkpoint=self._note).to_bytes()
        future = _courier(witness).send(body)
        if future is not None:
            future.add_done_callback(partial(_remember, self._log.pk, witness.key, self._head.size))
            self._waiting[future] = _Asked(witness=witness, rounds=rounds)

    def _take(self, asked: _Asked, future: Future[bytes]) -> None:
        witness = asked.witness
        try:
            self._found[witness.key] = verified(witness.key, self._text, future.result())
            _away.discard(witness.key)
        except StaleSubmission as error:
            _sizes[self._log.pk, witness.key] = error.size
            if asked.rounds < _ROUNDS:
                self._ask(witness, rounds=asked.rounds + 1)
        except WitnessUnreachable as error:
            if witness.key not in _away:  # said once, and not for every head
                _log.warning("witness %s of %s: %s", witness.key.name, self._log.origin, error.message)
            _away.add(witness.key)
        except (WitnessRefused, MalformedSubmission, BadSignature, NotSigned) as error:
            _log.error("witness %s of %s: %s", witness.key.name, self._log.origin, error.message)

    def _overtake(self, witness: Party, size: int) -> None:
        """The witness has seen a larger head: another process is ahead, or entries were lost here."""
        if self._has_grown(size):
            self._overtaken = True
        else:
            _log.critical(
                "witness %s has cosigned %d entries of %s, and here are fewer: was a backup restored?",
                witness.key.name,
                size,
                self._log.origin,
            )

    def _has_grown(self, size: int) -> bool:
        newest = latest_head(self._log)
        return newest is not None and newest.size >= size

    def _keep(self) -> None:
        rows = [
            Cosignature(
                log=self._log,
                size=self._head.size,
                witness=key.to_text(),
                line=signature.to_text().encode("utf-8"),
            )
            for key, signature in self._found.items()
        ]
        Cosignature.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["log", "size", "witness"], update_fields=["line"]
        )


def addressed(policy: Policy) -> Iterator[Party]:
    """The policy's witnesses with the addresses that this server is configured with."""
    urls = {witness.key: witness.url for witness in configured().witnesses}
    for witness in policy.witnesses:
        if witness.key in urls:
            yield Party(key=witness.key, name=witness.name, url=urls[witness.key])
        else:
            _log.error("witness %s has no address here: see VERITALLY_WITNESSES", witness.key.name)


def configured() -> Policy:
    """Return the witnesses of this server's settings, with their addresses."""
    found: Policy = getattr(settings, "VERITALLY_WITNESSES", Policy())
    return found


def _courier(witness: Party) -> _Courier:
    with _making:
        if (witness.key, witness.url) not in _couriers:
            _couriers[witness.key, witness.url] = _Courier(witness)
        return _couriers[witness.key, witness.url]


def _remember(log: int, key: VerifierKey, size: int, future: Future[bytes]) -> None:
    """Learn what a witness has seen also from an answer that nobody waits for any more."""
    error = future.exception()
    if error is None or isinstance(error, StaleSubmission):
        _sizes[log, key] = error.size if isinstance(error, StaleSubmission) else size


def _size_of(log: Log, key: VerifierKey) -> int:
    known = _sizes.get((log.pk, key))
    if known is None:
        rows = Cosignature.objects.filter(log=log, witness=key.to_text()).order_by("-size")
        known = rows.values_list("size", flat=True).first() or 0
        _sizes[log.pk, key] = known
    return known


def verified(key: VerifierKey, text: str, lines: bytes) -> Signature:
    """The witness's own line among those it sent. Raises MalformedSubmission, BadSignature, NotSigned."""
    for line in parse_lines(lines):
        if (line.name, line.key_id) == (key.name, key.key_id):
            key.verify(text, line.signature)
            return line
    raise NotSigned("the witness sent no signature of its own", expected=key.name)
