# SPDX-License-Identifier: AGPL-3.0-or-later
"""Voting and checking in other languages, in a real browser: nothing stays English, nothing is cut off."""

from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from scripts.catalogues import files
from tests.browser.looks import check_page
from tests.browser.polling_place import fresh_code
from tests.browser.voters import Voter, voter

pytestmark = pytest.mark.servers

WIDTHS = (320, 1280)
NARROW = (320,)
ADA = "Rosa Delgado"
PAGES = (
    *("/", "/elections/harbour/", "/elections/harbour/board/", "/elections/harbour/board/0/"),
    *("/elections/over/", "/elections/later/vote/", "/elections/over/vote/"),
    *("/how-it-works/", "/how-to-verify/", "/booth/", "/licence/", "/nowhere/"),
)
# What people read group by group, and what programs read, runs from left to right in every language.
LEFT_TO_RIGHT = """() => [...document.querySelectorAll(".check-code, #code, .fingerprint, pre, .mono")]
  .filter((each) => getComputedStyle(each).direction !== "ltr")
  .map((each) => each.outerHTML)"""


@pytest.fixture
def at(browser, base):
    """A function that brings a voter who reads a language to an election."""
    voters: list[Voter] = []

    def bring(language: str, slug: str = "harbour") -> Voter:
        voters.append(voter(browser, base, slug, locale=language))
        return voters[-1]

    yield bring
    for one in voters:
        assert not [line for line in one.said if "Failed to load resource" not in line]
        one.context.close()


def english_in(page: Page, language: str) -> list[str]:
    """Texts of the catalogues that a page still shows in English."""
    shown = page.locator("body").inner_text().splitlines()
    texts = {
        text
        for domain in (files.PAGES, files.BOOTH)
        for (_context, text), forms in files.read(files.path_of(language, domain)).items()
        if text not in forms
    }
    return sorted(texts.intersection(line.strip() for line in shown))


def looks_right(page: Page, language: str, widths: tuple[int, ...] = WIDTHS) -> None:
    """In its language and direction, and as every page has to look."""
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    page.eval_on_selector_all("details", "all => all.forEach(details => { details.open = true })")
    assert english_in(page, language) == []
    assert page.evaluate(LEFT_TO_RIGHT) == []
    check_page(page, widths)


def answer(one: Voter) -> None:
    """Answer the three questions of the harbour's ballot."""
    for number in range(3):
        expect(one.page.locator("#rule")).to_be_visible()
        if number == 0:
            one.choose(ADA)
        before = one.page.locator("h1").inner_text()
        one.go_on()
        expect(one.page.locator("h1")).not_to_have_text(before)


def go_on(one: Voter) -> None:
    one.page.locator("main button[type=submit].btn-primary").first.click()


@pytest.mark.parametrize(("language", "widths"), [("ar", WIDTHS), ("de", NARROW)])
def test_a_ballot_is_tested_cast_and_checked_in_another_language(at, language, widths):
    one = at(language)
    page = one.page
    page.goto(one.address)
    expect(page.locator("#code")).to_be_visible()
    looks_right(page, language, widths)
    page.locator("#code").fill("ABCD")
    go_on(one)
    expect(page.get_by_role("alert")).to_be_visible()
    looks_right(page, language, widths)
    page.locator("#code").fill(fresh_code())
    go_on(one)
    expect(page.locator("#rule")).to_be_visible()
    looks_right(page, language, widths)
    answer(one)
    expect(page.locator("#cast")).to_be_visible()
    looks_right(page, language, widths)
    page.locator("#test").click()
    expect(page.locator("#cast")).to_have_count(0)
    looks_right(page, language, widths)
    page.locator("#test").click()
    expect(page.locator("#again")).to_be_visible()
    looks_right(page, language, widths)
    page.locator("#again").click()
    answer_again(one)
    one.cast().has_voted()
    looks_right(page, language, widths)
    code = one.check_code
    page.goto(f"{one.base}/elections/{one.slug}/check/")
    page.locator("#code").fill(code.lower())
    looks_right(page, language, widths)
    go_on(one)
    expect(page.locator("#yes")).to_be_visible()
    looks_right(page, language, widths)
    page.locator("#yes").click()
    expect(page.locator("#yes")).to_have_count(0)
    looks_right(page, language, widths)


def answer_again(one: Voter) -> None:
    """From whichever step the page shows to the review."""
    cast = one.page.locator("#cast")
    for _ in range(3):
        expect(cast.or_(one.page.locator("#rule"))).to_be_visible()
        if cast.count():
            return
        before = one.page.locator("h1").inner_text()
        one.go_on()
        expect(one.page.locator("h1")).not_to_have_text(before)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("language", "widths"), [("ar", WIDTHS), pytest.param("de", NARROW, marks=pytest.mark.slow)]
)
def test_a_public_page_looks_right_in_another_language(at, path, language, widths):
    one = at(language)
    one.page.goto(one.base + path)
    looks_right(one.page, language, widths)


def switch(page: Page, language: str) -> None:
    page.locator(f"button[name=language][value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_another_language_keeps_the_page(at):
    one = at("en")
    address = f"{one.base}/elections/harbour/board/?page=1"
    one.page.goto(address)
    switch(one.page, "ar")
    assert one.page.url == address
    one.page.goto(f"{one.base}/how-it-works/")
    expect(one.page.locator("html")).to_have_attribute("dir", "rtl")


def test_another_language_keeps_the_code_of_a_link_and_tells_nobody(at):
    one, typed = at("en"), fresh_code()
    one.page.goto(f"{one.address}#{typed}")
    expect(one.page.locator("#code")).to_have_value(typed)
    switch(one.page, "fr")
    expect(one.page.locator("#code")).to_have_value(typed)
    assert one.page.url == one.address
    assert one.kept == {}
    seen = [unquote(url.partition("#")[0]) for url in one.asked] + [body.decode() for body in one.sent]
    assert [text for text in seen if typed in text] == []
    assert any("language" in text for text in seen)


def test_another_language_keeps_the_ballot_that_is_checked(at):
    one = at("es", "choose-one")
    one.page.goto(one.address)
    one.page.locator("#code").fill(fresh_code())
    go_on(one)
    one.choose(ADA).go_on().cast().has_voted()
    one.page.goto(f"{one.base}/elections/choose-one/check/#{one.check_code}")
    expect(one.page.locator("#yes")).to_be_visible()
    looks_right(one.page, "es", NARROW)
    switch(one.page, "ar")
    expect(one.page.locator("#yes")).to_be_visible()
    looks_right(one.page, "ar", NARROW)


def test_without_a_connection_the_page_stays_as_it_is(at):
    one, typed = at("en"), fresh_code()
    one.page.goto(one.address)
    one.page.locator("#code").fill(typed)
    one.context.set_offline(True)
    one.page.locator("button[name=language][value=ar]").click()
    expect(one.page.locator("#code")).to_have_value(typed)
    expect(one.page.locator("html")).to_have_attribute("lang", "en")
    one.context.set_offline(False)
