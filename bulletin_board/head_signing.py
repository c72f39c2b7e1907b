# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing the head of a log.

Specification: docs/spec/board.md, "Signing". What is signed is recomputed from the stored bytes, extends what
was signed before, and is remembered in a second place before it is given out. There is one note for one size,
whatever happens in between.
"""

from pathlib import Path

from django.conf import settings

from bulletin_board.errors import HeadsForgotten, HistoryLost, WrongSigner
from bulletin_board.heads import HeadMemory
from bulletin_board.locking import locked
from bulletin_board.log import merkle
from bulletin_board.log.checkpoint import Checkpoint, open_checkpoint
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import Note, Signer, sign_note
from bulletin_board.models import Log, SignedHead
from bulletin_board.objections import check_unopposed
from bulletin_board.rehashing import compare, rehash, stored_tree
from bulletin_board.rows import last_entry, latest_head


def sign_head(log: Log, signer: Signer) -> bytes:
    """Return the signed checkpoint of all entries stored so far; sign and store it if nobody has.

    Safe in any number of processes at once. Raises WrongSigner; StoredBytesDamaged if what is stored does not
    hash to what was stored with it, or to what was signed; HistoryLost if more was signed than is stored;
    HeadsForgotten if the second place knows less than the database; RuntimeError inside another transaction.
    """
    if signer.name != log.origin:
        raise WrongSigner("a log is signed under its origin", expected=log.origin, computed=signer.name)
    head = latest_head(log)
    if head is not None and head.size == size_of(log):
        _check_signer(head, signer)
        return bytes(head.note)
    with locked(log):
        return _sign(log, signer)


def head_memory() -> HeadMemory:
    """Return the second place: the folder of remembered heads that the settings name."""
    return HeadMemory(Path(settings.VERITALLY_HEADS_DIR))


def check_growing(log: Log, tree: merkle.Frontier) -> None:
    """Raise as `check_memory` does unless a log with this `tree` may grow: else nothing signs what is new.

    Under the log's lock, which signing holds as well, and without the folder's: what another database signs
    from now on is compared when this one signs. Before the first head nobody but the signer knows the log's
    key: then the signature of what is remembered is not looked at.
    """
    head = latest_head(log)
    key = None if head is None else VerifierKey.from_text(head.verifier_key)
    _check_known(head, remembered_size(log, key, tree.size, tree=tree))
    check_unopposed(log, tree.size)


def check_memory(log: Log, key: VerifierKey, size: int) -> None:
    """Raise a BoardError unless what is remembered is a past of the log, and no older than its newest head.

    HistoryLost and StoredBytesDamaged: this database is not the one that signed last. HeadsForgotten: the
    memory is not the one that was written last, so nobody here knows what else was signed.
    """
    head = latest_head(log)  # before the memory is read, which is always written first
    _check_known(head, remembered_size(log, key, size))


def remembered_size(
    log: Log, key: VerifierKey | None, size: int, *, tree: merkle.Frontier | None = None
) -> int | None:
    """Return the size of the head that is remembered of a log with `size` entries, None if none is.

    Without `key`, whoever signed it. The log's `tree` is not read again if it is given. Raises HistoryLost,
    StoredBytesDamaged, or a LogError unless it is a past of the log.
    """
    remembered = head_memory().read(log.origin)
    if remembered is None:
        return None
    known = _unverified(remembered) if key is None else open_checkpoint(remembered, key)
    if known.size > size:
        raise HistoryLost("more was signed than is stored", expected=known.size, computed=size)
    if tree is None or tree.size != known.size:
        tree = stored_tree(log, known.size)
    compare("the tree remembered", known.root, tree.root())
    return known.size


def _check_known(head: SignedHead | None, known: int | None) -> None:
    if head is not None and (known is None or known < head.size):
        raise HeadsForgotten(
            f"the folder of remembered heads ({head_memory()}) does not know the last head that this database"
            " signed: the folder was lost, is an old one, or each host has its own. Nothing is appended or"
            ' signed until somebody has looked: docs/operations.md, "After a restore"',
            expected=head.size,
            computed=known,
        )


def _unverified(note: bytes) -> Checkpoint:
    return Checkpoint.from_text(Note.from_bytes(note).text)


def size_of(log: Log) -> int:
    """Return how many entries are stored."""
    entry = last_entry(log)
    return 0 if entry is None else entry.seq + 1


def _sign(log: Log, signer: Signer) -> bytes:
    head, size, memory = latest_head(log), size_of(log), head_memory()
    if head is not None:
        _check_signer(head, signer)
        if head.size == size:  # another process was faster
            return bytes(head.note)
    checkpoint = Checkpoint(origin=log.origin, size=size, root=_verified_root(log, head, signer, size))
    with memory.held(log.origin):
        check_memory(log, signer.verifier_key, size)
        check_unopposed(log, size)
        note = sign_note(checkpoint.to_text(), signer)
        # Crash order: remembered, then stored. In between, the same bytes are signed again.
        memory.write(log.origin, note)
    SignedHead.objects.create(log=log, size=size, note=note, verifier_key=signer.verifier_key.to_text())
    return note


def _verified_root(log: Log, head: SignedHead | None, signer: Signer, size: int) -> bytes:
    """Return the root of all entries: the signed tree, grown by what the stored bytes hash to."""
    signed, root = 0, merkle.EMPTY_ROOT
    if head is not None:
        known = open_checkpoint(bytes(head.note), signer.verifier_key)
        signed, root = known.size, known.root
    tree = stored_tree(log, signed)
    compare("the tree signed before", root, tree.root())
    for _ in rehash(log, tree, size):
        pass
    return tree.root()


def _check_signer(head: SignedHead, signer: Signer) -> None:
    key = signer.verifier_key.to_text()
    if head.verifier_key != key:
        raise WrongSigner("earlier heads have another key", expected=head.verifier_key, computed=key)
