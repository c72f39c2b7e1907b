# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which entry may follow which (docs/spec/record.md, "Order"): the same rule on append and when verifying.

    manifest → roll → key → open → (ballot | challenged | roll-change)* → close → share* → result → final

The last entry's type is the whole state. What an entry says is not looked at.
"""

from tally.record.errors import (
    AfterClosing,
    AfterFinal,
    BeforeOpening,
    OrderError,
    OutOfOrder,
    Unfinished,
    UnknownEntryType,
)

MANIFEST, ROLL, KEY, OPEN = "manifest", "roll", "key", "open"
BALLOT, CHALLENGED, ROLL_CHANGE = "ballot", "challenged", "roll-change"
CLOSE, SHARE, RESULT, FINAL = "close", "share", "result", "final"

_VOTING = frozenset((BALLOT, CHALLENGED, ROLL_CHANGE))
_BEFORE_OPENING = frozenset((None, MANIFEST, ROLL, KEY))

# entry type -> the types that it may follow; None is the empty board
_MAY_FOLLOW: dict[str, frozenset[str | None]] = {
    MANIFEST: frozenset((None,)),
    ROLL: frozenset((MANIFEST,)),
    KEY: frozenset((ROLL,)),
    OPEN: frozenset((KEY,)),
    BALLOT: _VOTING | {OPEN},
    CHALLENGED: _VOTING | {OPEN},
    ROLL_CHANGE: _VOTING | {OPEN},
    CLOSE: _VOTING | {OPEN},
    SHARE: frozenset((CLOSE, SHARE)),
    RESULT: frozenset((CLOSE, SHARE)),
    FINAL: frozenset((RESULT,)),
}
ENTRY_TYPES = tuple(_MAY_FOLLOW)


def check_follows(previous: str | None, entry_type: str) -> None:
    """Check that an entry may stand after one of type `previous` (None: the board is empty).

    Raises UnknownEntryType, BeforeOpening, AfterClosing, AfterFinal, or OutOfOrder for the rest.
    """
    for name in (entry_type, previous):
        if name is not None and name not in _MAY_FOLLOW:
            raise UnknownEntryType("no such type of entry", expected=ENTRY_TYPES, computed=name)
    if previous not in _MAY_FOLLOW[entry_type]:
        raise _refusal(previous, entry_type)


def check_complete(last: str | None) -> None:
    """Check that a record may end with an entry of type `last`. Raises Unfinished."""
    if last != FINAL:
        raise Unfinished("the record ends before its final entry", expected=FINAL, computed=last)


def _refusal(previous: str | None, entry_type: str) -> OrderError:
    expected = f"after {', '.join(sorted(name or 'nothing' for name in _MAY_FOLLOW[entry_type]))}"
    computed = f"after {previous or 'nothing'}"
    if previous == FINAL:
        return AfterFinal(f"{entry_type} after the final entry", expected=expected, computed=computed)
    if entry_type in _VOTING and previous in _BEFORE_OPENING:
        return BeforeOpening(f"{entry_type} before the opening entry", expected=expected, computed=computed)
    if entry_type in _VOTING:
        return AfterClosing(f"{entry_type} after the closing entry", expected=expected, computed=computed)
    return OutOfOrder(f"{entry_type} may not stand here", expected=expected, computed=computed)
