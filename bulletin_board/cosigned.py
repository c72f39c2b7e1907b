# SPDX-License-Identifier: AGPL-3.0-or-later
"""Heads as they are published: with the witnesses' signatures, and only once there are enough of them.

Specification: docs/spec/board.md, "Collecting cosignatures". Asking witnesses is the business of
cosigning.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count

from bulletin_board.log.cosignature import cosignatures_of
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import open_note
from bulletin_board.log.policy import Policy, any_of, completed_at
from bulletin_board.models import Cosignature, Demand, Log, SignedHead
from bulletin_board.rows import latest_head


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedHead:
    """The note of a head with its cosignatures, and the log's key as text."""

    size: int
    note: bytes
    verifier_key: str


def demand(log: Log, key: VerifierKey, witnesses: Sequence[VerifierKey], quorum: int) -> None:
    """Publish heads of `log` only under the signatures of any `quorum` of `witnesses`, from now on."""
    policy = any_of(key, witnesses, quorum).to_bytes()
    Demand.objects.update_or_create(log=log, defaults={"policy": policy})


def policy_of(log: Log) -> Policy:
    """Return what is demanded of the log's heads; without a demand, no witness is."""
    return _policy(Demand.objects.filter(log=log).first())


def published_head(log: Log) -> PublishedHead | None:
    """Return the newest head that is cosigned as demanded."""
    head = SignedHead.objects.filter(log=log).select_related("log__demand").order_by("-size").first()
    if head is None:
        return None
    policy = _policy(getattr(head.log, "demand", None))
    if not policy.witnesses:
        return _published(head, policy, {})
    if policy.is_met_by(()):
        return _published(head, policy, _lines(log, head.size))
    size = _newest_met(log, policy)
    if size is None:
        return None
    return _published(SignedHead.objects.get(log=log, size=size), policy, _lines(log, size))


def cosigned_since(log: Log, *, now: datetime) -> datetime | None:
    """Return since when the published head has its quorum, as its witnesses' clocks say; None if it has none.

    Where no quorum is demanded, it is the time of the newest cosignature. See `completed_at`.
    """
    policy, head = policy_of(log), published_head(log)
    if head is None:
        return None
    words = cosignatures_of(open_note(head.note, policy.keys()))
    seconds = completed_at(policy, words, now=now.timestamp())
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def is_published(log: Log) -> bool:
    """Say whether the newest signed head is published."""
    published, head = published_head(log), latest_head(log)
    return head is None or (published is not None and published.size == head.size)


def _policy(found: Demand | None) -> Policy:
    return Policy() if found is None else Policy.from_bytes(bytes(found.policy))


def _newest_met(log: Log, policy: Policy) -> int | None:
    """The size of the newest head that any `policy.least()` of the witnesses have cosigned.

    Counted by the database: while witnesses are away, thousands of heads may wait above it.
    """
    witnesses = [key.to_text() for key in policy.keys()]  # noqa: SIM118  # it is no mapping
    rows = Cosignature.objects.filter(log=log, witness__in=witnesses).values("size")
    met = rows.annotate(number=Count("witness")).filter(number__gte=policy.least())
    return met.order_by("-size").values_list("size", flat=True).first()


def _lines(log: Log, size: int) -> dict[str, bytes]:
    rows = Cosignature.objects.filter(log=log, size=size).values_list("witness", "line")
    return {witness: bytes(line) for witness, line in rows}


def _published(head: SignedHead, policy: Policy, lines: Mapping[str, bytes]) -> PublishedHead:
    ordered = [lines[key.to_text()] for key in policy.keys() if key.to_text() in lines]  # noqa: SIM118
    return PublishedHead(
        size=head.size, note=bytes(head.note) + b"".join(ordered), verifier_key=head.verifier_key
    )
