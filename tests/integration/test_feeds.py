# SPDX-License-Identifier: AGPL-3.0-or-later
"""Feeds of a board: milestones and heads, valid, with addresses that stay, and asked again for nothing."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.http import http_date

from tests.integration.pages_data import place
from tests.integration.pages_elections import CLOSES, HOSTILE, OPENS
from tests.integration.pages_fixtures import server  # noqa: F401  # a fixture
from tests.integration.test_pages_heads import grown
from voting.models import Election
from voting.presenters.news import readable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server")]

ADDRESS = "http://127.0.0.1:8000/elections/harbour/"
FEEDS = ("/elections/harbour/feed.atom", "/elections/harbour/feed.json")
ATOM = "{http://www.w3.org/2005/Atom}"


def atom(client):
    answer = client.get(FEEDS[0])
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.content)  # noqa: S314  # our own


def json_feed(client):
    answer = client.get(FEEDS[1])
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/feed+json; charset=utf-8"
    return answer.json()


def said(feed):
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


def test_a_finished_election_tells_its_milestones_newest_first(client):
    place("harbour", "final")
    told = [title for title in said(atom(client)) if "head" not in title]
    assert told == [
        "The record is complete",
        "The result is on the board",
        "Voting has ended",
        "Voting is open",
        "Everything is fixed",
    ]


def test_a_summary_that_looks_like_markup_is_none(client, monkeypatch):
    """RFC 4287: a summary of type html is read as markup, and a witness may be named anything."""
    from voting.pages import feeds

    place("harbour", "open")
    plain = feeds.head_item
    name = "<img/src=x/onerror=alert(1)>"
    monkeypatch.setattr(feeds, "head_item", lambda head, address: replace(plain(head, address), text=name))
    summaries = [found for found in atom(client).iter(f"{ATOM}summary") if "img" in (found.text or "")]
    assert summaries
    assert {found.text for found in summaries} == {"&lt;img/src=x/onerror=alert(1)&gt;"}
    assert any(item["content_text"] == name for item in json_feed(client)["items"])


def test_an_open_election_tells_no_end(client):
    place("harbour", "open")
    assert [title for title in said(atom(client)) if "head" not in title] == [
        "Voting is open",
        "Everything is fixed",
    ]


def test_atom_has_all_that_it_must_have(client):
    place("harbour", "final")
    feed = atom(client)
    assert feed.findtext(f"{ATOM}id") == ADDRESS
    assert feed.findtext(f"{ATOM}title") == "Little Harbour"
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"alternate": ADDRESS, "self": f"{ADDRESS}feed.atom"}
    for item in (feed, *feed.iter(f"{ATOM}entry")):
        assert datetime.fromisoformat(item.findtext(f"{ATOM}updated"))
        assert item.findtext(f"{ATOM}id").startswith(ADDRESS)


def test_both_feeds_tell_the_same(client):
    place("harbour", "final")
    feed = json_feed(client)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["home_page_url"], feed["feed_url"]) == (ADDRESS, f"{ADDRESS}feed.json")
    assert [item["title"] for item in feed["items"]] == said(atom(client))
    assert [item["id"] for item in feed["items"]] == [
        entry.findtext(f"{ATOM}id") for entry in atom(client).iter(f"{ATOM}entry")
    ]


def test_every_item_has_an_address_of_its_own_that_is_there(client):
    grown(place("harbour", "final"))
    items = json_feed(client)["items"]
    urls = [item["url"] for item in items]
    assert len(set(urls)) == len(urls)
    assert [
        url for url in urls if client.get(url.removeprefix("http://127.0.0.1:8000")).status_code != 200
    ] == []


def test_what_was_told_keeps_its_name_as_the_board_grows(client):
    election = place("harbour", "open")
    before = {item["id"]: item for item in json_feed(client)["items"]}
    grown(election)
    after = {item["id"]: item for item in json_feed(client)["items"]}
    assert before.items() < after.items()


def test_only_the_newest_heads_are_told_and_every_milestone(client):
    grown(place("harbour", "open"), 30)
    titles = [item["title"] for item in json_feed(client)["items"]]
    assert len([title for title in titles if "head" in title]) == 20
    assert titles[-2:] == ["Voting is open", "Everything is fixed"]


@pytest.mark.parametrize("address", FEEDS)
def test_asked_again_it_answers_in_one_line_until_the_board_grows(client, address):
    election = place("harbour", "open")
    answer = client.get(address)
    again = {"If-None-Match": answer["ETag"]}
    assert client.get(address, headers=again).status_code == 304
    grown(election)
    assert client.get(address, headers=again).status_code == 200


@pytest.mark.parametrize("address", FEEDS)
def test_the_time_is_said_only_once_it_is_over(client, address, monkeypatch):
    place("harbour", "open")
    newest = max(datetime.fromisoformat(item["date_published"]) for item in json_feed(client)["items"])
    over = newest + timedelta(minutes=5)
    monkeypatch.setattr(timezone, "now", lambda: over - timedelta(seconds=1))
    assert "Last-Modified" not in client.get(address)
    monkeypatch.setattr(timezone, "now", lambda: over)
    answer = client.get(address)
    assert answer["Last-Modified"] == http_date(over.timestamp())
    assert client.get(address, headers={"If-Modified-Since": answer["Last-Modified"]}).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": http_date(OPENS.timestamp())}).status_code == 200


def test_languages_are_told_apart(client):
    place("harbour", "open")
    answer = client.get(FEEDS[0])
    assert "Accept-Language" in answer["Vary"]
    assert answer["Cache-Control"] == "no-cache"
    assert client.get(FEEDS[1])["ETag"] != answer["ETag"]


def test_hostile_titles_are_text(client):
    place("harbour", "tallied", "hostile")
    assert atom(client).findtext(f"{ATOM}title") == HOSTILE
    assert json_feed(client)["title"] == HOSTILE
    assert b"<script" not in client.get(FEEDS[0]).content


def test_what_xml_has_no_place_for_is_marked():
    assert (
        readable("a\uffff\ufffe\x00\x0bb\ud800\U0001f600\n") == "a\ufffd\ufffd\ufffd\ufffdb\ufffd\U0001f600\n"
    )


@pytest.mark.parametrize("address", FEEDS)
def test_there_is_no_feed_of_a_draft_or_of_nothing(client, address):
    assert client.get(address).status_code == 404
    place("harbour", "open")
    Election.objects.update(state="draft")
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", FEEDS)
def test_only_reading_is_answered(client, address):
    place("harbour", "open")
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


def test_no_feed_sets_a_cookie(client):
    place("harbour", "open")
    assert [address for address in FEEDS if client.get(address).cookies] == []
    assert json.dumps(json_feed(client))
    assert CLOSES > OPENS
