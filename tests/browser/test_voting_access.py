# SPDX-License-Identifier: AGPL-3.0-or-later
"""The voting page for every reader and every browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import check_looks
from tests.browser.polling_place import fresh_code
from tests.browser.voters import ADA, Voter

pytestmark = pytest.mark.servers


def test_the_keyboard_alone_is_enough(at):
    one = at("choose-one")
    one.page.goto(one.address)
    one.page.locator("#code").focus()
    one.page.keyboard.type(fresh_code().lower())
    one.page.keyboard.press("Enter")
    expect(one.page.locator("h1")).to_be_focused()
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Space")
    one.page.keyboard.press("ArrowDown")
    assert one.page.locator("input:checked").count() == 1
    one.page.keyboard.press("Enter")
    expect(one.page.locator("#cast")).to_be_visible()
    expect(one.page.locator("h1")).to_be_focused()
    for _ in range(12):
        one.page.keyboard.press("Tab")
        if one.page.evaluate("document.activeElement.id") == "cast":
            break
    one.page.keyboard.press("Enter")
    one.has_voted()


def test_every_step_is_accessible_and_takes_the_focus(at):
    one = at("harbour").enter("ABC")
    expect(one.page.get_by_role("alert")).to_be_focused()
    check_looks(one)
    one.enter(fresh_code())
    for label in (ADA, "Priya Raman", "New roof"):
        expect(one.page.get_by_label(label)).to_be_visible()
        expect(one.page.locator("h1")).to_be_focused()
        check_looks(one)
        one.choose(label).go_on()
    for step in ("#test", "#test", "#again"):
        expect(one.page.locator(step)).to_be_visible()
        expect(one.page.locator("h1")).to_be_focused()
        check_looks(one)
        one.page.locator(step).click()
    expect(one.page.get_by_label(ADA)).to_be_visible()
    one.go_on()
    one.page.route("**/ballots", lambda route: route.fulfill(status=200, body="{}"))
    one.cast()
    expect(one.page.locator("#retry")).to_be_visible()
    check_looks(one)
    one.page.unroute("**/ballots")
    one.page.locator("#retry").click()
    one.has_voted()
    expect(one.page.locator("h1")).to_be_focused()
    check_looks(one)


def test_points_are_accessible(at):
    one = at("cumulative").enter(fresh_code()).give(option_0=3)
    check_looks(one)


def test_a_browser_without_ed25519_is_told_so(at):
    one = at("choose-one")
    one.page.add_init_script(
        "const make = crypto.subtle.generateKey.bind(crypto.subtle);"
        "crypto.subtle.generateKey = (name, ...rest) => name === 'Ed25519'"
        " ? Promise.reject(new DOMException('no', 'NotSupportedError')) : make(name, ...rest);"
    )
    one.page.goto(one.address)
    expect(one.page.get_by_role("heading", level=1)).to_have_text("This browser cannot be used here")


def test_without_javascript_the_page_says_what_to_do(at):
    one = at("choose-one", java_script_enabled=False)
    one.page.goto(one.address)
    assert "This page needs JavaScript" in one.page.content()


def skip(one: Voter) -> Voter:
    one.page.locator("a.skip").focus()
    one.page.keyboard.press("Enter")
    expect(one.page.locator("#content")).to_be_focused()
    return one


def test_the_link_that_skips_to_the_content_keeps_the_voter_where_they_are(at):
    one = at("harbour")
    one.page.goto(one.address)
    one.page.locator("#code").fill("X232-PARTLY")
    expect(skip(one).page.locator("#code")).to_have_value("X232-PARTLY")
    one.enter(fresh_code()).choose(ADA).go_on()
    expect(skip(one).page.get_by_text("Question 2 of 3")).to_be_visible()
    one.page.go_back()
    expect(one.page.get_by_text("Question 2 of 3")).to_be_visible()
    one.page.go_back()
    expect(one.page.get_by_label(ADA)).to_be_checked()
    one.go_on().go_on().go_on()
    expect(skip(one).page.locator("#cast")).to_be_visible()
    one.cast().has_voted()
    skip(one).has_voted()
    one.page.reload()
    expect(one.page.locator("#code")).to_have_value("")
