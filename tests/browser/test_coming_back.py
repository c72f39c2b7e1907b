# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming back to the voting page with the browser's real back-forward cache, and duplicated tabs.

As it is served, the page is never put into that cache by this browser: `no-store`. Others put such pages
there all the same, so the same is shown of a page whose header was lost on the way.
"""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.polling_place import fresh_code
from tests.browser.voters import ADA, Voter, chromium

pytestmark = pytest.mark.servers

# How the page was shown, and its workers: each knows whether it was ended, and what it was asked.
WATCHED = """
  globalThis.shows = [];
  addEventListener("pageshow", ({ persisted }) => globalThis.shows.push(persisted));
  const Plain = globalThis.Worker;
  globalThis.workers = [];
  globalThis.Worker = class extends Plain {
    asked = [];
    hasEnded = false;
    constructor(...given) { super(...given); globalThis.workers.push(this); }
    postMessage(message) { this.asked.push(message.method); super.postMessage(message); }
    terminate() { this.hasEnded = true; super.terminate(); }
  };"""
WORKERS = "globalThis.workers.map(({ hasEnded, asked }) => [hasEnded, asked.includes('seal')])"


@pytest.fixture(scope="module")
def browser():
    with chromium(keeps_pages=True) as browser:
        yield browser


def without_its_header(route) -> None:
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "cache-control"}
    route.fulfill(response=answer, headers=headers)


@pytest.fixture
def kept(at):
    """A voter whose browser keeps the page that is left."""
    one = watched(at("choose-one"))
    one.context.route(lambda url: "/elections/" in url or "/board/" in url, without_its_header)
    yield one
    one.context.unroute_all(behavior="ignoreErrors")


def watched(one: Voter) -> Voter:
    one.page.add_init_script(WATCHED)
    return one


def come_back(one: Voter) -> Voter:
    """As by the browser's button; `Page.go_back` waits for a load that a page from the cache never has."""
    one.page.evaluate("history.back()")
    one.page.wait_for_url(one.address, wait_until="commit")
    return one


def leave_and_come_back(one: Voter) -> Voter:
    one.page.goto(f"{one.base}/how-it-works/")
    expect(come_back(one).page.locator("#code")).to_have_value("")
    return one


def give(one: Voter, typed: str) -> Voter:
    one.page.locator("#code").fill(typed)
    one.page.get_by_role("button", name="Continue").click()
    expect(one.page.locator("#option-0")).to_be_visible()
    return one


def chosen(one: Voter) -> int:
    return one.page.locator("input:checked").count()


def test_as_it_is_served_the_page_is_never_put_into_the_cache(at):
    typed = fresh_code()
    one = watched(at("choose-one"))
    said = []
    tools = one.context.new_cdp_session(one.page)
    tools.send("Page.enable")
    tools.on("Page.backForwardCacheNotUsed", lambda event: said.extend(event["notRestoredExplanations"]))
    one.enter(typed).choose(ADA).go_on()
    before = one.check_code
    leave_and_come_back(one)
    assert one.page.evaluate("globalThis.shows") == [False]
    assert "MainResourceHasCacheControlNoStore" in [told["reason"] for told in said]
    give(one, typed)
    assert chosen(one) == 1
    one.go_on()
    assert one.check_code != before
    one.cast().has_voted()


@pytest.mark.parametrize("step", ["choose", "review"])
def test_a_page_from_the_cache_has_no_key_no_powers_and_shows_nobodys_choices(kept, step):
    typed = fresh_code()
    one = kept.enter(typed).choose(ADA)
    before = ""
    if step == "review":
        before = one.go_on().check_code
    leave_and_come_back(one)
    assert one.page.evaluate("globalThis.shows") == [False, True]
    assert one.page.get_by_text(ADA).count() == 0
    give(one, typed)
    assert chosen(one) == 1
    one.go_on()
    assert one.check_code != before
    assert one.page.evaluate(WORKERS) == [[True, step == "review"], [False, True]]
    one.cast().has_voted()
    assert one.kept == {}


@pytest.mark.parametrize("step", ["choose", "review"])
def test_the_next_voter_at_a_page_from_the_cache_sees_nothing_of_the_last_ones_choices(kept, step):
    one = kept.enter(fresh_code()).choose(ADA)
    if step == "review":
        one.go_on()
        expect(one.page.locator("#cast")).to_be_visible()
    leave_and_come_back(one)
    assert one.page.evaluate("globalThis.shows") == [False, True]
    give(one, fresh_code())
    assert chosen(one) == 0
    assert ADA not in json.dumps(one.kept)
    leave_and_come_back(one)
    assert one.page.get_by_text(ADA).count() == 0


def test_a_voter_who_has_voted_and_comes_back_from_the_cache_sees_the_check_code_and_no_choice(kept):
    one = kept.enter(fresh_code()).choose(ADA).go_on().cast().has_voted()
    shown = one.check_code
    one.page.goto(f"{one.base}/how-it-works/")
    come_back(one).has_voted()
    assert one.page.evaluate("globalThis.shows") == [False, True]
    assert one.check_code == shown
    assert one.page.get_by_text(ADA).count() == 0
    one.page.locator("#again").click()
    expect(one.page.locator("#code")).to_have_value("")


def twin_of(one: Voter) -> Voter:
    """The same tab a second time: the browser copies what the tab has stored."""
    with one.page.expect_popup() as opened_tab:
        one.page.evaluate("void window.open(location.href)")
    return Voter(one.context, one.base, one.slug, page=opened_tab.value)


def ciphertexts(one: Voter) -> set[str]:
    """Of the ballot that was sent last: each is g to the vote, times a secret power of h."""
    contests = json.loads(one.sent[-1])["ballot"]["contests"]
    return {text for part in contests for text in part["ciphertexts"]}


def test_a_duplicated_tab_shows_another_voter_nothing_and_shares_no_powers(at):
    one = at("choose-one").enter(fresh_code()).choose(ADA)
    twin = twin_of(one)
    expect(twin.page.locator("#code")).to_have_value("")
    assert twin.kept == one.kept != {}
    give(twin, fresh_code())
    assert chosen(twin) == 0
    twin.choose(ADA).go_on().cast().has_voted()
    one.go_on().cast().has_voted()
    assert ciphertexts(one)
    assert not ciphertexts(one) & ciphertexts(twin)
    assert (one.kept, twin.kept) == ({}, {})
