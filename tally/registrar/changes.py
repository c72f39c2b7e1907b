# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make a roll change (docs/registrar.md, "Changing the roll"): what is wanted, checked as everybody will.

Who the credentials belong to is not looked at, and never stands in the record.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tally.crypto import ed25519
from tally.record.roll_change import RollChange
from tally.registrar.errors import (
    BadChange,
    BadChangeRow,
    BadHeading,
    BadQuoting,
    DuplicateCredential,
    KeyFileMismatch,
    ListNotText,
    ListProblem,
    VoterListRefused,
)
from tally.registrar.standing import Standing
from tally.registrar.voters import MAX_WEIGHT

COLUMNS = ("revoke", "admit", "weight")
LIST_LIMIT = 4 << 20  # bytes
_KEY = re.compile(r"[0-9a-f]{64}")
_WEIGHT = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A credential revoked, one admitted, or one in place of another; if no `weight`, with the other's."""

    revoke: bytes | None = None
    admit: bytes | None = None
    weight: int | None = None


def read_step(revoke: str, admit: str, weight: str) -> Step:
    """Return the step of three texts, each of which may be empty; raises BadChange."""
    for text in (revoke, admit):
        if text and not _KEY.fullmatch(text):
            raise BadChange(f"a key is 64 lower-case hexadecimal digits, not {text[:80]!r}", computed=text)
    if weight and (not _WEIGHT.fullmatch(weight) or int(weight) > MAX_WEIGHT or not admit):
        message = f"a weight is a whole number from 1 to {MAX_WEIGHT}, for somebody who is admitted"
        raise BadChange(message, computed=weight)
    if not revoke and not admit:
        raise BadChange("nobody is revoked and nobody is admitted")
    return Step(
        revoke=bytes.fromhex(revoke) or None,
        admit=bytes.fromhex(admit) or None,
        weight=int(weight) if weight else None,
    )


def read_replacement(text: str) -> Step:
    """Return the step of OLD=NEW; raises BadChange."""
    revoke, equals, admit = text.partition("=")
    if not revoke or not equals or not admit:
        raise BadChange("a replacement is OLD=NEW, two keys", computed=text)
    return read_step(revoke, admit, "")


def read_admission(text: str) -> Step:
    """Return the step of KEY or KEY=WEIGHT; raises BadChange."""
    admit, _, weight = text.partition("=")
    return read_step("", admit, weight)


def read_steps(data: bytes) -> tuple[Step, ...]:
    """Return the steps of a CSV list of `COLUMNS`; raises VoterListRefused with all problems."""
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        raise VoterListRefused((ListNotText(1, "not UTF-8"),)) from None
    steps: list[Step] = []
    problems: list[ListProblem] = []
    for number, cells in _rows(text):
        try:
            steps.append(read_step(*cells))
        except BadChange as error:
            problems.append(BadChangeRow(number, str(error), computed=error.computed))
    if problems:
        raise VoterListRefused(tuple(problems))
    return tuple(steps)


def make_change(standing: Standing, steps: Iterable[Step], reason: str, registrar_seed: bytes) -> RollChange:
    """Return the signed roll change that comes next on this board, checked as everybody checks it.

    Raises KeyFileMismatch, DuplicateCredential, NotOnRoll, Revoked, and the RecordErrors of a roll change.
    """
    if ed25519.public_key(registrar_seed) != standing.manifest.registrar.key:
        raise KeyFileMismatch("this key is not the one that the manifest names as the registrar's")
    wanted = tuple(steps)
    weights = [_weight(standing, step) for step in wanted if step.admit is not None]
    unsigned = RollChange.of(
        election=standing.fingerprint,
        number=standing.roll.changes + 1,
        revoke=_once(step.revoke for step in wanted),
        admit=dict(zip(_once(step.admit for step in wanted), weights, strict=True)),
        reason=reason,
    )
    change = RollChange.from_bytes(unsigned.sign(registrar_seed).to_bytes())
    standing.roll.check(change)
    return change


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows under the heading, which names all columns in their order."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if next(reader, None) != list(COLUMNS):
            message = f"the heading must be {','.join(COLUMNS)}"
            raise VoterListRefused((BadHeading(1, message, expected=COLUMNS),))
        for number, cells in enumerate(reader, start=2):
            if len(cells) != len(COLUMNS):
                raise VoterListRefused((BadChangeRow(number, f"{len(cells)} cells instead of 3"),))
            yield number, [cell.strip() for cell in cells]
    except csv.Error:
        raise VoterListRefused((BadQuoting(reader.line_num, "quotation marks do not match"),)) from None


def _weight(standing: Standing, step: Step) -> int:
    if step.weight is not None:
        return step.weight
    return 1 if step.revoke is None else standing.roll.weight_of(step.revoke)


def _once(credentials: Iterable[bytes | None]) -> tuple[bytes, ...]:
    """Those that are given; raises DuplicateCredential."""
    found: dict[bytes, None] = {}
    for credential in credentials:
        if credential in found:
            raise DuplicateCredential("one key stands twice in the list", computed=credential.hex())
        if credential is not None:
            found[credential] = None
    return tuple(found)
