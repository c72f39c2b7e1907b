# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a browser keeps of the addresses that it was at: no typed code, and no opening of a tested ballot."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.browser.polling_place import fresh_code
from tests.browser.voters import ADA, FLAGS, Voter, chromium_program

pytestmark = pytest.mark.servers


def kept(folder) -> list[str]:
    """The addresses in a profile's history; the browser that wrote it has ended."""
    with closing(sqlite3.connect(folder / "Default" / "History")) as database:
        return [url for (url,) in database.execute("select url from urls")]


def test_the_history_of_the_browser_holds_no_typed_code_and_no_opening(browser, base, tmp_path):
    context = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=chromium_program(), args=FLAGS
    )
    one, typed = Voter(context, base, "choose-one"), fresh_code()
    one.page.goto(one.address)
    one.page.locator("#code").fill(typed)
    for language in ("fr", "en"):
        one.page.locator(f"button[name=language][value={language}]").click()
        expect(one.page.locator("html")).to_have_attribute("lang", language)
        expect(one.page.locator("#code")).to_have_value(typed)
        assert one.kept == {}
    one.page.get_by_role("button", name="Continue").click()
    one.choose(ADA).go_on()
    expect(one.page.locator("#cast")).to_be_visible()
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    with context.expect_page() as opened:
        one.page.get_by_role("link", name="Open it here").click()
    other = opened.value
    expect(other.locator("h1")).to_have_text("This test ballot says")
    assert ADA in other.inner_text(".answers")
    context.close()
    addresses = kept(tmp_path)
    assert one.address in addresses
    assert f"{base}/elections/choose-one/tested/" in addresses
    assert not [address for address in addresses if "#" in address]


def test_an_opening_is_given_to_one_tab_that_was_opened_for_it(at):
    one = at("choose-one").enter(fresh_code()).choose(ADA).go_on()
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    expect(one.page.get_by_role("link", name="Open it here")).to_be_visible()
    page = one.context.new_page()

    def is_asking() -> None:
        page.goto(f"{one.base}/elections/choose-one/tested/")
        expect(page.locator("#opening")).to_be_visible()
        expect(page.locator("h1")).to_have_text("Open a tested ballot")

    is_asking()  # nobody has offered it
    with one.context.expect_page() as opened:
        one.page.get_by_role("link", name="Open it here").click()
    expect(opened.value.locator("h1")).to_have_text("This test ballot says")
    is_asking()  # it was given away


def test_who_came_by_a_link_is_told_that_the_browser_keeps_it(at):
    one, typed = at("choose-one"), fresh_code()
    one.page.goto(f"{one.address}#{typed}")
    expect(one.page.locator("#code")).to_have_value(typed)
    said = "the link stays in this browser's history"
    assert one.page.get_by_text(said).count() == 1
    one.page.get_by_role("button", name="Continue").click()
    one.choose(ADA).go_on().cast().has_voted()
    assert one.page.get_by_text(said).count() == 1
    assert "removed from this device" not in one.page.inner_text("main")
