# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers of the read API, made from rows and records. Reads only what a published head covers."""

from django.conf import settings

from bulletin_board import publisher
from bulletin_board.layout import blob_path
from bulletin_board.log.envelope import Envelope
from bulletin_board.models import Entry
from tally.contests.protocol import Contest
from tally.record.result import Result
from voting.models import Election
from voting.pages import records
from voting.presenters.elections import Turnout
from voting.presenters.paging import Window
from voting.reading import schemas
from voting.services import heads
from voting.services.board import election_log


def election(row: Election) -> schemas.Election:
    """An election in the list."""
    return schemas.Election.model_validate(_election(row))


def detail(row: Election) -> schemas.ElectionDetail:
    """An election in full."""
    manifest = records.fixed(row).manifest
    return schemas.ElectionDetail.model_validate(
        {
            **_election(row),
            "description": dict(manifest.description.entries),
            "languages": list(manifest.languages),
            "questions": [_question(contest) for contest in manifest.contests],
            "trustees": [
                {"index": index, "name": member.name}
                for index, member in enumerate(manifest.trustees.members, start=1)
            ],
            "threshold": manifest.trustees.threshold,
            "size": heads.published_size(election_log(row)),
        }
    )


def _election(row: Election) -> dict[str, object]:
    manifest = records.fixed(row).manifest
    return {
        "slug": row.slug,
        "title": dict(manifest.title.entries),
        "state": row.state,
        "rehearsal": manifest.rehearsal,
        "fingerprint": row.fingerprint,
        "opens": row.opened_at or row.opens_at,
        "closes": row.closed_at or row.closes_at,
        "turnout": _turnout(records.turnout(row)),
        "board": _board(row),
    }


def _turnout(found: Turnout) -> dict[str, int | None]:
    known = not found.is_small
    return {
        "voters": found.voters,
        "voted": found.voted if known else None,
        "ballots": found.ballots if known else None,
    }


def _board(row: Election) -> str:
    return f"{settings.VERITALLY_BASE_URL}/board/{row.slug}/"


def _question(contest: Contest) -> dict[str, object]:
    return {
        "id": contest.id,
        "kind": contest.kind,
        "question": dict(contest.question.entries),
        "seats": contest.seats,
        "budget": contest.budget,
        "options": [
            {"id": option.id, "label": dict(option.label.entries), "cost": option.cost}
            for option in contest.options
        ],
    }


def head(found: heads.Head) -> schemas.Head:
    """A head as it was signed."""
    return schemas.Head(
        size=found.size,
        root=found.root,
        time=found.time,
        note=found.note.decode(),
        witnesses=[schemas.Witness(name=seen.name, time=seen.time) for seen in found.witnessed],
    )


def entries(row: Election, size: int, page: Window) -> schemas.Entries:
    """A page of entries."""
    rows = Entry.objects.filter(log=election_log(row), seq__range=(page.first, page.last)).order_by("-seq")
    return schemas.Entries(
        size=size,
        page=page.number,
        pages=page.pages,
        entries=[schemas.Entry.model_validate(_entry(found)) for found in rows],
    )


def proved(row: Election, seq: int) -> schemas.Proved:
    """One entry with its receipt; the caller knows that it is covered."""
    log = election_log(row)
    found = Entry.objects.get(log=log, seq=seq)
    return schemas.Proved.model_validate(
        {
            **_entry(found),
            "envelope": bytes(found.envelope).decode(),
            "receipt": publisher.receipt(log, seq).decode(),
            "payload": _board(row) + blob_path(found.payload_id),
        }
    )


def _entry(found: Entry) -> dict[str, object]:
    envelope = Envelope.from_bytes(bytes(found.envelope))
    return {
        "seq": envelope.seq,
        "type": envelope.type,
        "time": envelope.time,
        "prev": envelope.prev,
        "hash": bytes(found.chain_hash).hex(),
        "payload_sha256": envelope.payload_sha256,
        "payload_len": envelope.payload_len,
    }


def result(stated: Result) -> schemas.Result:
    """The result as the board states it."""
    return schemas.Result(
        ballots=stated.counted.ballots,
        weight=stated.counted.weight,
        contests=[
            schemas.ContestResult(
                id=contest.id,
                totals=list(contest.result.totals),
                extras=list(contest.result.extras),
                winners=list(contest.result.winners),
                tied=list(contest.result.tied),
            )
            for contest in stated.contests
        ],
    )
