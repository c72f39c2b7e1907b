# SPDX-License-Identifier: AGPL-3.0-or-later
"""Going on after the folder of remembered heads was lost: only if nobody has seen more than the database has.

Specification: docs/spec/board.md, "Signing". The folder is what keeps a restored database from signing a
second history. Where it is gone, others are asked for the newest head that they know: the witnesses, and
mirrors. What nobody can tell is left to a person.
"""

from dataclasses import dataclass

from bulletin_board import reader
from bulletin_board.cosigned import policy_of
from bulletin_board.cosigning import TIMEOUT, addressed, verified
from bulletin_board.errors import (
    BoardError,
    NotConfirmed,
    StaleSubmission,
    WitnessContradicts,
)
from bulletin_board.head_signing import head_memory, remembered_size, size_of
from bulletin_board.locking import locked
from bulletin_board.log import merkle
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import Note
from bulletin_board.log.policy import Party
from bulletin_board.log.submission import Submission
from bulletin_board.models import Log, SignedHead
from bulletin_board.rehashing import compare
from bulletin_board.rows import StoredHashes, latest_head
from bulletin_board.sources import open_source
from bulletin_board.witness_client import WitnessClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a witness says about the newest head; `answers` unless it cannot be asked."""

    witness: VerifierKey
    answers: bool
    text: str


def forgotten_head(log: Log) -> SignedHead | None:
    """Return the newest head of `log` if the memory does not know it, else None.

    Raises HistoryLost or StoredBytesDamaged if the memory knows of more, or of something else: then there is
    nothing to accept.
    """
    head = latest_head(log)
    if head is None:
        return None
    known = remembered_size(log, _key(head), size_of(log))
    return head if known is None or known < head.size else None


def ask_witnesses(log: Log, head: SignedHead) -> tuple[Word, ...]:
    """Show `head` to every witness of `log` as what it must have seen last; nothing new is signed by that.

    Raises NotConfirmed if one has seen more, or something else; or if so many are silent that they alone
    could have published more.
    """
    policy = policy_of(log)
    words = tuple(_ask(witness, head) for witness in addressed(policy))
    silent = set(policy.keys()) - {word.witness for word in words if word.answers}
    if silent and policy.is_met_by(silent) and not policy.is_met_by(()):
        names = ", ".join(sorted(key.name for key in silent))
        raise NotConfirmed(f"so many witnesses do not answer that they may have cosigned more: {names}")
    return words


def check_mirror(log: Log, head: SignedHead, address: str) -> int:
    """Return the size of the board at `address`, a web address, folder or archive: a past of `log`.

    Raises NotConfirmed if it has more than `head`; StoredBytesDamaged if it has something else; what reading
    raises.
    """
    with open_source(address) as source:
        found = reader.open_checkpoint(source, _key(head))
    if found.size > head.size:
        raise NotConfirmed(f"{address} has more", expected=head.size, computed=found.size)
    compare(f"the tree at {address}", found.root, merkle.root(found.size, StoredHashes(log)))
    return found.size


def accept(log: Log, head: SignedHead) -> None:
    """Remember `head` as the newest that was ever given out. Raises what `forgotten_head` does."""
    with locked(log), head_memory().held(log.origin):
        if forgotten_head(log) == head:
            head_memory().write(log.origin, bytes(head.note))


def _ask(witness: Party, head: SignedHead) -> Word:
    note = bytes(head.note)
    body = Submission(old=head.size, proof=(), checkpoint=note).to_bytes()
    client = WitnessClient(witness.url, timeout=TIMEOUT)
    try:
        verified(witness.key, Note.from_bytes(note).text, client.add_checkpoint(body))
    except StaleSubmission as error:
        if error.size > head.size:
            raise NotConfirmed(
                f"the witness {witness.key.name} has cosigned more", expected=head.size, computed=error.size
            ) from None
        return Word(witness=witness.key, answers=True, text=f"has seen {error.size} entries, and no more")
    except WitnessContradicts as error:
        raise NotConfirmed(f"the witness {witness.key.name}: {error.message}") from None
    except BoardError as error:
        return Word(witness=witness.key, answers=False, text=error.message)
    finally:
        client.close()
    return Word(witness=witness.key, answers=True, text=f"has seen these {head.size} entries, and no more")


def _key(head: SignedHead) -> VerifierKey:
    return VerifierKey.from_text(head.verifier_key)
