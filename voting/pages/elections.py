# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of elections, and the page of one."""

from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tally.record.result import Result
from voting.models import Election
from voting.pages import records
from voting.presenters.elections import Card, card, in_order_of_interest
from voting.presenters.outcomes import Outcome, outcome
from voting.presenters.questions import question
from voting.presenters.said import Reader
from voting.presenters.timeline import timeline
from voting.presenters.trustees import trustee_lines
from voting.services import rechecking


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every election that is no draft: what goes on first, then what will, then what is over."""
    cards = sorted(map(card_of, records.public_elections()), key=in_order_of_interest)  # stable: newest first
    return render(request, "voting/home.html", {"cards": cards})


@require_safe
def election_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One election: its state, its questions, who counts, how to check, and the result once there is one."""
    election = records.election_or_404(slug)
    manifest = records.fixed(election).manifest
    ending = records.ending(election)
    reader = reader_of(election)
    return render(
        request,
        "voting/election.html",
        {
            **frame(election),
            "description": reader.say(manifest.description),
            "fixed": records.fixed(election),
            "steps": timeline(
                election.where,
                opens=manifest.schedule.opens,
                closes=manifest.schedule.closes,
                opened=election.opened_at,
                closed=election.closed_at,
            ),
            "check_ends": _check_period_ends(election),
            "rechecking": rechecking.progress(election),
            "count_has_failed": records.count_has_failed(election),
            "questions": [question(contest, reader) for contest in manifest.contests],
            "closing": ending.closing,
            "result": ending.result,
            "outcomes": _outcomes(election, ending.result, reader),
            "trustees": trustee_lines(
                [member.name for member in manifest.trustees.members],
                published=ending.published,
                asked=records.requests_to_stations(election),
                is_counted=ending.result is not None,
            ),
        },
    )


def frame(election: Election) -> dict[str, object]:
    """What every page of an election shows; see _election_head.html."""
    return {
        "election": election,
        "card": card_of(election),
        "title": reader_of(election).say(records.fixed(election).manifest.title),
        "board_url": f"{settings.VERITALLY_BASE_URL}/board/{election.slug}",
    }


def card_of(election: Election) -> Card:
    """Return what the list shows of an election."""
    return card(
        slug=election.slug,
        title=reader_of(election).say(records.fixed(election).manifest.title),
        state=election.where,
        opens=election.opened_at or election.opens_at,
        closes=election.closed_at or election.closes_at,
        rehearsal=records.fixed(election).manifest.rehearsal,
        turnout=records.turnout(election),
    )


def reader_of(election: Election) -> Reader:
    """Return who reads this page."""
    languages = records.fixed(election).manifest.languages
    return Reader(preferred=cast("str | None", get_language()) or settings.LANGUAGE_CODE, languages=languages)


def _check_period_ends(election: Election) -> datetime | None:
    hours = records.fixed(election).manifest.schedule.check_period_hours
    return election.closed_at + timedelta(hours=hours) if election.closed_at and hours else None


def _outcomes(election: Election, result: Result | None, reader: Reader) -> list[Outcome]:
    if result is None:
        return []
    contests = records.fixed(election).manifest.contests
    return [
        outcome(contest, counted.result, weight=result.counted.weight, reader=reader)
        for contest, counted in zip(contests, result.contests, strict=True)
    ]
