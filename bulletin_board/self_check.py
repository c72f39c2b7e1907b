# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that is stored, hashed again and compared with every head that was ever signed.

Specification: docs/spec/board.md, "Checking itself". Signing looks at what is new; this looks at what is old,
so that a disk that rots is noticed here and not by whoever verifies the board. The files of an exported
folder are compared in the same slices, each after its entries. A process that dies in the middle is replaced
by the next one.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from bulletin_board import folder_check
from bulletin_board.errors import BoardError, FolderBusy, NotFound
from bulletin_board.folder_check import Slice
from bulletin_board.head_signing import check_memory
from bulletin_board.locking import locked
from bulletin_board.log.checkpoint import open_checkpoint
from bulletin_board.log.keys import VerifierKey
from bulletin_board.models import Log, SelfCheck, SignedHead
from bulletin_board.rehashing import compare, rehash, stored_tree
from bulletin_board.rows import latest_head

_CHUNK = 256  # entries; a slice ends with a chunk, where the tree is a few hashes
_log = logging.getLogger(__name__)


def advance(
    log: Log, *, now: datetime, every: timedelta, budget: float, folder: Path | None = None
) -> SelfCheck:
    """Go on with the check of `log` for `budget` seconds or a little more; begin one if it is due.

    It is due `every` so often, counted from the end of the last one. What is found is logged, kept in the
    row that is returned, and raises nothing. What is damaged of the files in `folder` is logged and mended.
    """
    check, _ = SelfCheck.objects.get_or_create(log=log)
    if not check.target:
        head = latest_head(log)
        if head is None or (check.ended_at is not None and now - check.ended_at < every):
            return check
        check.position, check.target = 0, head.size
    until = monotonic() + budget
    try:
        while check.position < check.target:
            stop = _check_chunk(log, check.position, check.target)
            if folder is not None:
                _check_files(log, folder, Slice(start=check.position, stop=stop, target=check.target))
            check.position = stop
            if monotonic() >= until and check.position < check.target:
                check.save(update_fields=["position", "target"])
                return check
        _check_end(log)
    except FolderBusy:  # an export goes on: this slice is looked at again the next time
        check.save(update_fields=["position", "target"])
        return check
    except BoardError as error:
        _log.critical("%s is damaged: %s", log.origin, error)
        check.problem = str(error)
    else:
        check.size, check.problem = check.target, ""
    check.position, check.target, check.ended_at = 0, 0, now
    check.save()
    return check


def check_all(log: Log) -> Iterator[int]:
    """Check everything at once; yield how many entries are done. Raises the BoardError that is found."""
    head = latest_head(log)
    position, target = 0, 0 if head is None else head.size
    while position < target:
        position = _check_chunk(log, position, target)
        yield position
    if head is not None:
        _check_end(log)


def _check_chunk(log: Log, start: int, target: int) -> int:
    """Check the entries of one chunk, and the heads that were signed within it; return where it ends."""
    stop = min(start + _CHUNK, target)
    rows = SignedHead.objects.filter(log=log, size__gt=start, size__lte=stop)
    heads = {head.size: head for head in rows}
    tree = stored_tree(log, start)  # of hashes that the chunks before have found true
    for size in rehash(log, tree, stop):
        if size in heads:
            _check_head(heads[size], tree.root())
    return stop


def _check_files(log: Log, folder: Path, part: Slice) -> None:
    """Whatever is wrong with the files, the check of what is stored goes on. Raises FolderBusy."""
    try:
        folder_check.check(log, folder, part)
    except FolderBusy:
        raise
    except NotFound:
        return  # nothing is published yet
    except (BoardError, OSError) as error:
        _log.critical("%s cannot be checked, or not be mended: %s", folder, error)


def _check_head(head: SignedHead, root: bytes) -> None:
    signed = open_checkpoint(bytes(head.note), VerifierKey.from_text(head.verifier_key))
    compare(f"the head signed at {head.size}", (signed.size, signed.root), (head.size, root))


def _check_end(log: Log) -> None:
    """The second place must not know of more, or of something else."""
    with locked(log):  # signing writes there first, and then the head
        head = latest_head(log)
        if head is not None:
            check_memory(log, VerifierKey.from_text(head.verifier_key), head.size)
