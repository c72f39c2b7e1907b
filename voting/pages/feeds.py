# SPDX-License-Identifier: AGPL-3.0-or-later
"""Feeds of an election's board: RFC 4287 Atom and JSON Feed 1.1, of the same items.

Whoever asks again with what they were given before gets 304 until the board has grown.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from bulletin_board.log.envelope import Envelope
from bulletin_board.models import Entry, Log
from voting.models import Election
from voting.pages import records
from voting.pages.elections import reader_of
from voting.presenters.news import MILESTONES, Item, head_item, in_order, milestone, readable
from voting.services import heads
from voting.services.board import election_log

HEADS = 20  # the newest
_FIRST = 5  # entries before the first ballot, with room
_LAST = 24  # entries after the last ballot: closing, at most 15 shares, result, final, with room
_STEP = timedelta(minutes=5)  # times on the board are rounded down to it

View = Callable[[HttpRequest, str], HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A feed in the reader's language; `address` is the election's own, absolute and with a slash."""

    title: str
    description: str
    address: str
    language: str
    items: list[Item]


def news_of(election: Election) -> News:
    """Return the feed of an election's board as it is published now."""
    log = election_log(election)
    address = settings.VERITALLY_BASE_URL + reverse("election", args=[election.slug])
    number = heads.count(log)
    signed = heads.heads(log, max(0, number - HEADS), number - 1)
    found = [head_item(head, address) for head in signed]
    found += [milestone(envelope, address) for envelope in _milestones(log)]
    title = readable(reader_of(election).say(records.fixed(election).manifest.title).text)
    return News(
        title=title,
        description=_("Milestones and signed heads of the public board."),
        address=address,
        language=_language(),
        items=in_order(found),
    )


def _milestones(log: Log) -> list[Envelope]:
    size = heads.published_size(log)
    wanted = {*range(min(_FIRST, size)), *range(max(0, size - _LAST), size)}
    rows = Entry.objects.filter(log=log, seq__in=wanted).values_list("envelope", flat=True)
    envelopes = (Envelope.from_bytes(bytes(data)) for data in rows)
    return [envelope for envelope in envelopes if envelope.type in MILESTONES]


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _etag(request: HttpRequest, slug: str) -> str:
    """The published heads with their witnesses, and the language: only the title is in a feed beside them."""
    log = election_log(records.election_or_404(slug))
    number = heads.count(log)
    signed = b"".join(head.note for head in heads.heads(log, max(0, number - HEADS), number - 1))
    digest = hashlib.sha256(signed + f"{request.path} {_language()}".encode()).hexdigest()
    return f'"{digest}"'


def _last_modified(_request: HttpRequest, slug: str) -> datetime | None:
    """When the board can have grown last. Within these minutes it may grow again: then nothing is said."""
    log = election_log(records.election_or_404(slug))
    head = heads.head_at(log, heads.published_size(log))
    changed = head.time + _STEP if head is not None else None
    return changed if changed is not None and changed <= timezone.now() else None


def _conditional(view: View) -> View:
    @require_safe
    @condition(etag_func=_etag, last_modified_func=_last_modified)
    @wraps(view)
    def answer(request: HttpRequest, slug: str) -> HttpResponse:
        response = view(request, slug)
        patch_cache_control(response, no_cache=True)
        return response

    return answer


class _Atom(Feed):  # type: ignore[type-arg]  # it takes none when it runs
    feed_type = Atom1Feed

    def get_object(self, _request: HttpRequest, slug: str) -> News:
        return news_of(records.election_or_404(slug))

    def title(self, obj: News) -> str:
        return obj.title

    def subtitle(self, obj: News) -> str:
        return obj.description

    def link(self, obj: News) -> str:
        return obj.address

    def feed_url(self, obj: News) -> str:
        return f"{obj.address}feed.atom"

    def author_name(self, _obj: News) -> str:
        return "Veritally"

    def items(self, obj: News) -> list[Item]:
        return obj.items

    def item_title(self, item: Item) -> str:
        return item.title

    def item_description(self, item: Item) -> str:
        return escape(item.text)  # a summary is read as markup, and a witness's name can be anything

    def item_link(self, item: Item) -> str:
        return item.url

    def item_guid(self, item: Item) -> str:
        return item.url

    def item_pubdate(self, item: Item) -> datetime:
        return item.time

    def item_updateddate(self, item: Item) -> datetime:
        return item.time


_atom = _Atom()


@_conditional
def atom(request: HttpRequest, slug: str) -> HttpResponse:
    """The Atom feed."""
    response: HttpResponse = _atom(request, slug=slug)
    del response["Last-Modified"]  # that of the newest item is too coarse to ask by: see _last_modified
    return response


@_conditional
def json_feed(_request: HttpRequest, slug: str) -> HttpResponse:
    """The JSON feed."""
    news = news_of(records.election_or_404(slug))
    value = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": news.title,
        "description": news.description,
        "home_page_url": news.address,
        "feed_url": f"{news.address}feed.json",
        "language": news.language,
        "authors": [{"name": "Veritally"}],
        "items": [
            {
                "id": item.url,
                "url": item.url,
                "title": item.title,
                "content_text": item.text,
                "date_published": item.time.isoformat(),
            }
            for item in news.items
        ],
    }
    return HttpResponse(
        json.dumps(value, ensure_ascii=False), content_type="application/feed+json; charset=utf-8"
    )
