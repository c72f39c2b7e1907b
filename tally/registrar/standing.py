# SPDX-License-Identifier: AGPL-3.0-or-later
"""The roll as it stands on a board that somebody brought (docs/spec/record.md, "Roll change").

Reads every envelope, but the payloads of manifest, roll, opening and roll changes alone: enough to make the
next roll change, on a machine without a network. Ballots are not looked at: that is the verifier's work.
"""

from dataclasses import dataclass

from bulletin_board import layout, reader
from bulletin_board.log import note
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.envelope import Envelope
from bulletin_board.sources import Source
from tally.enrolment import Enrolment
from tally.record import order
from tally.record.base import check_same_election
from tally.record.errors import FingerprintMismatch
from tally.record.manifest import Manifest
from tally.record.opening import Opening
from tally.record.roll import Roll
from tally.record.roll_change import RollChange
from tally.registrar.errors import NotTakingBallots

_READ = frozenset((order.MANIFEST, order.ROLL, order.OPEN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An election that takes ballots, and its roll after the last roll change on the board."""

    fingerprint: str
    manifest: Manifest
    roll: Enrolment


def read_standing(source: Source, fingerprint: str, *, allow_test_modulus: bool = False) -> Standing:
    """Return what stands on the board of the election with this fingerprint, signed by its log.

    Raises FingerprintMismatch, NotTakingBallots, and whatever a broken board or record is refused with.
    """
    head = Checkpoint.from_text(note.Note.from_bytes(source.read(layout.CHECKPOINT, limit=note.LIMIT)).text)
    first: dict[str, bytes] = {}
    digests: dict[str, str] = {}
    changes: list[RollChange] = []
    last = ""
    for envelope, _ in reader.iter_entries(source, head):
        last = envelope.type
        digests.setdefault(last, envelope.payload_sha256)
        if last in _READ and last not in first:
            first[last] = reader.read_payload(source, envelope)
        elif last == order.ROLL_CHANGE:
            changes.append(_read_change(source, envelope, fingerprint))
    _check_open(first, last)
    manifest = Manifest.from_bytes(first[order.MANIFEST], allow_test_modulus=allow_test_modulus)
    reader.open_checkpoint(source, manifest.board.log)
    opening = Opening.from_bytes(first[order.OPEN])
    if opening.fingerprint != fingerprint:
        raise FingerprintMismatch(
            "the board is of another election", expected=fingerprint, computed=opening.fingerprint
        )
    opening.check(manifest=digests[order.MANIFEST], roll=digests[order.ROLL], key=digests.get(order.KEY, ""))
    roll = _enrolment(Roll.from_bytes(first[order.ROLL]), manifest, changes)
    return Standing(fingerprint=fingerprint, manifest=manifest, roll=roll)


def _read_change(source: Source, envelope: Envelope, fingerprint: str) -> RollChange:
    change = RollChange.from_bytes(reader.read_payload(source, envelope))
    check_same_election(fingerprint, change.election)
    return change


def _check_open(first: dict[str, bytes], last: str) -> None:
    if set(first) != _READ or last not in {order.OPEN, order.BALLOT, order.CHALLENGED, order.ROLL_CHANGE}:
        raise NotTakingBallots(
            "the roll can be changed between opening and closing alone",
            expected=order.OPEN,
            computed=last or "an empty board",
        )


def _enrolment(roll: Roll, manifest: Manifest, changes: list[RollChange]) -> Enrolment:
    roll.check(manifest)
    standing = Enrolment(roll.weights(), room=manifest.parameters.roll_capacity - roll.weight)
    for change in changes:
        change.check_signature(manifest.registrar.key)
        standing.check(change)
        standing.apply(change)
    return standing
