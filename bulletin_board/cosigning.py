# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking the witnesses of a log to cosign its newest head: all at once, and no longer than needed.

Specification: docs/spec/board.md, "Collecting cosignatures". Nothing here holds a lock of the database or
runs in a transaction; a witness that is dead, slow or lying delays nobody but itself. Whose word is enough is
decided in cosigned.py.
"""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from time import monotonic
from time import time as clock

from django.conf import settings

from bulletin_board import objections
from bulletin_board.cosigned import is_published, policy_of
from bulletin_board.errors import (
    BadSignature,
    MalformedSubmission,
    NotSigned,
    StaleSubmission,
    WitnessClockAhead,
    WitnessContradicts,
    WitnessRefused,
    WitnessUnreachable,
)
from bulletin_board.log import merkle
from bulletin_board.log.cosignature import AHEAD, time_of
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
_CONNECTIONS = 4  # to one witness
_FIRST_REST, _LONGEST_REST = 1.0, 8.0  # s; doubled each time
_log = logging.getLogger(__name__)


def collect(log: Log, *, again: bool = False) -> bool:
    """Have the newest head of `log` cosigned; say whether it is published now.

    `again` asks for cosignatures of now also where there are enough already. Whoever comes while witnesses
    are asked waits for that, and asks by itself only if the log has grown meanwhile. Whatever a witness does
    is logged, and raises nothing.
    """
    policy, head = policy_of(log), latest_head(log)
    if not policy.witnesses or head is None or (not again and _is_done(log, head)):
        return True
    for _ in range(_ROUNDS):
        found, ours = _join(log)
        if ours:
            try:
                found.size = _ask_all(log, policy)
            finally:
                _leave(log, found)
            break
        if not found.ended.wait(TIMEOUT * _ROUNDS) or found.size >= head.size:
            break
    return is_published(log)


def confirm(log: Log) -> None:
    """Show the newest head to the witnesses, once in each process, before the log grows.

    They know whether this database is an old one: see objections.py. Those who do not answer are not waited
    for again; without them nothing is published anyhow. Never inside a transaction.
    """
    if log.pk not in _confirmed:
        collect(log, again=True)
        _confirmed.add(log.pk)


def _ask_all(log: Log, policy: Policy) -> int:
    """Return the size of the head that was brought to the witnesses."""
    size = 0
    for _ in range(_ROUNDS):
        head = latest_head(log)
        if head is None:
            break
        size = head.size
        if not _Collection(log, policy, head).run():
            break  # else the log has grown meanwhile, in another process: that head covers this one
    return size


def _is_done(log: Log, head: SignedHead) -> bool:
    return is_published(log) and Cosignature.objects.filter(log=log, size=head.size).exists()


def forget_couriers() -> None:
    """Close every connection to a witness; for the end of a process."""
    _confirmed.clear()
    while _couriers:
        _, courier = _couriers.popitem()
        courier.close()


class _Round:
    """Witnesses are being asked about one log; `size` is that of the head, once it has ended."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.size = -1


def _join(log: Log) -> tuple[_Round, bool]:
    """The round that is under way for the log, or a new one, which is the caller's to run."""
    with _making:
        if log.pk in _under_way:
            return _under_way[log.pk], False
        _under_way[log.pk] = _Round()
        return _under_way[log.pk], True


def _leave(log: Log, done: _Round) -> None:
    with _making:
        del _under_way[log.pk]
    done.ended.set()


class _Courier:
    """One witness's threads and connections; of each log, at most one submission is on its way.

    A witness that does not answer twice running rests, for all logs: nobody waits for it until it is tried
    again. One missed deadline is no silence: where its word is needed, all elections would wait for the rest.
    """

    def __init__(self, witness: Party) -> None:
        self.url = witness.url
        self._pool = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="witness")
        self._idle: list[WitnessClient] = []
        self._sent: dict[int, Future[bytes]] = {}  # by log
        self._closed = False
        self._rests_until = 0.0
        self._rest = 0.0  # s; the last one
        self._learning = threading.Lock()
        self._failed_at: float | None = None  # when it last failed, unless it has answered since

    def rests(self) -> bool:
        """Say whether it has not answered lately, and is not to be tried again yet."""
        return monotonic() < self._rests_until

    def busy_with(self, log: Log) -> Future[bytes] | None:
        """Return the log's submission that is on its way."""
        last = self._sent.get(log.pk)
        return None if last is None or last.done() else last

    def send(self, log: Log, body: bytes) -> Future[bytes]:
        """Send, when a connection is free."""
        self._sent[log.pk] = self._pool.submit(self._submit, body)
        return self._sent[log.pk]

    def close(self, *, waiting: bool = True) -> None:
        """Close when what is on its way has ended, at most some seconds later."""
        self._closed = True
        self._pool.shutdown(wait=waiting)
        self._close_idle()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _submit(self, body: bytes) -> bytes:
        try:
            client = self._idle.pop()
        except IndexError:
            client = WitnessClient(self.url, timeout=TIMEOUT)
        sent_at, silent = monotonic(), False
        try:
            return client.add_checkpoint(body)
        except WitnessUnreachable:
            silent = True
            raise
        finally:
            self._idle.append(client)
            if self._closed:
                self._close_idle()
            self._learn(sent_at, silent=silent)

    def _learn(self, sent_at: float, *, silent: bool) -> None:
        """Take in how a submission ended that was sent at `sent_at`."""
        with self._learning:
            if not silent:
                self._rest = self._rests_until = 0.0
                self._failed_at = None
                return
            # What was sent before the last failure was known failed with it, and counts once.
            is_new = self._failed_at is None or sent_at >= self._failed_at
            if is_new and self._failed_at is not None:
                self._rest = min(2 * self._rest or _FIRST_REST, _LONGEST_REST)
                self._rests_until = monotonic() + self._rest
            if is_new:
                self._failed_at = monotonic()


_making = threading.Lock()
_under_way: dict[int, _Round] = {}  # by log
_couriers: dict[VerifierKey, _Courier] = {}
_away: set[VerifierKey] = set()
_confirmed: set[int] = set()  # logs whose newest head was shown to the witnesses since this process began
_sizes: dict[tuple[int, VerifierKey], int] = {}  # what each witness cosigned last, as far as is known


@dataclass(slots=True)
class _Asked:
    """A submission on its way to a witness; `earlier` if it is one of another round."""

    witness: Party
    rounds: int
    earlier: bool = False


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
        self._end = monotonic() + TIMEOUT

    def run(self) -> bool:
        """Ask, wait, and keep what was signed; say whether a witness has seen a newer head already."""
        for witness in addressed(self._policy):
            self._ask(witness, rounds=1)
        while self._waiting and (left := self._end - monotonic()) > 0:
            done, _ = wait(self._waiting, timeout=left, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(self._waiting.pop(future), future)
            if self._policy.is_met_by(self._found):
                self._end = min(self._end, monotonic() + GRACE)
        self._keep()
        return self._overtaken and not self._policy.is_met_by(self._found)

    def _ask(self, witness: Party, *, rounds: int) -> None:
        courier = _courier(witness)
        if courier.rests():
            return
        earlier = courier.busy_with(self._log)
        if earlier is not None:
            self._waiting[earlier] = _Asked(witness=witness, rounds=rounds, earlier=True)
            return
        old = _size_of(self._log, witness.key)
        if old > self._head.size:
            if rounds > 1 or self._has_grown(old):
                self._overtake(witness, old)
                return
            old = self._head.size  # what was remembered may be wrong: the witness will say
        proof = merkle.prove_consistency(old, self._head.size, StoredHashes(self._log))
        body = Submission(old=old, proof=proof, checkpoint=self._note).to_bytes()
        future = courier.send(self._log, body)
        future.add_done_callback(partial(_remember, self._log.pk, witness.key, self._head.size))
        self._waiting[future] = _Asked(witness=witness, rounds=rounds)
        self._end = max(self._end, monotonic() + TIMEOUT)

    def _take(self, asked: _Asked, future: Future[bytes]) -> None:
        witness = asked.witness
        if asked.earlier:  # whatever it said there: now it is free for this head
            self._ask(witness, rounds=asked.rounds)
            return
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
        except WitnessContradicts as error:
            self._object(witness, self._head.size, error.message, is_fork=True)
        except (WitnessRefused, WitnessClockAhead, MalformedSubmission, BadSignature, NotSigned) as error:
            _log.error("witness %s of %s: %s", witness.key.name, self._log.origin, error.message)

    def _overtake(self, witness: Party, size: int) -> None:
        """The witness has seen a larger head: another process is ahead, or entries were lost here."""
        if self._has_grown(size):
            self._overtaken = True
        else:
            self._object(witness, size, f"it has cosigned {size} entries, and here are fewer")

    def _object(self, witness: Party, size: int, said: str, *, is_fork: bool = False) -> None:
        objections.record(self._log, witness.key, size, is_fork=is_fork)
        _log.critical(
            "witness %s of %s: %s. Was a backup restored?", witness.key.name, self._log.origin, said
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
        objections.withdraw(self._log, list(self._found))


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
        courier = _couriers.get(witness.key)
        if courier is None or courier.url != witness.url:
            if courier is not None:
                courier.close(waiting=False)
            courier = _couriers[witness.key] = _Courier(witness)
        return courier


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
    """Return the witness's own line among those it sent.

    Raises MalformedSubmission, BadSignature, NotSigned; WitnessClockAhead for a time that has not come yet,
    which would make a board look fresh for as long.
    """
    for line in parse_lines(lines):
        if (line.name, line.key_id) == (key.name, key.key_id):
            key.verify(text, line.signature)
            stamped, now = time_of(line), clock()
            if stamped > now + AHEAD:
                raise WitnessClockAhead(
                    "its clock, or ours, is wrong: the time of its cosignature has not come yet",
                    expected=f"at most {int(now) + AHEAD}",
                    computed=stamped,
                )
            return line
    raise NotSigned("the witness sent no signature of its own", expected=key.name)
