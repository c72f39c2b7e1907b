# SPDX-License-Identifier: AGPL-3.0-or-later
"""Points that are typed, in a real browser: what cannot stand is never changed in silence."""

import pytest
from playwright.sync_api import expect

from tests.browser.polling_place import fresh_code
from tests.browser.voters import Voter, voter

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def somebody(browser, base):
    """A voter and their code."""
    return voter(browser, base, "score"), fresh_code()


@pytest.fixture
def one(somebody):
    """The voter, at the question."""
    found, code = somebody
    if not found.page.locator("#option-0").is_visible():  # an earlier test went on
        found.enter(code)
    expect(found.page.locator("#option-0")).to_be_visible()
    return found


def given(one: Voter, typed: str) -> str:
    one.give(option_0=3)
    one.page.locator("#option-0").fill(typed)
    one.page.locator("#option-0").blur()
    return one.page.locator("#option-0").input_value()


@pytest.mark.parametrize("typed", ["6", "99", "2,5", "2.5", "abc", "-1", "1e1", "+2", "0x2"])
def test_what_cannot_stand_is_explained_and_what_stood_stays(one, typed):
    assert given(one, typed) == "3"
    expect(one.page.locator(".standing-warning")).to_have_text(
        "Only a whole number from 0 to 5 can stand here: 3 was kept."
    )


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("5", "5"),
        (" 2 ", "2"),
        ("004", "4"),
        ("", "0"),
        ("\u0665", "5"),
        ("\u06f1", "1"),
        ("\u0660\u0664", "4"),
    ],
)
def test_digits_are_read_in_the_readers_own_writing(one, typed, stands):
    assert given(one, typed) == stands
    assert one.page.locator(".standing-warning").inner_text() == ""


def test_the_buttons_stop_at_the_ends(one):
    one.give(option_0=5)
    one.page.get_by_role("button", name="More for Mornings").click()
    assert one.page.locator("#option-0").input_value() == "5"
    one.give(option_0=0)
    one.page.get_by_role("button", name="Less for Mornings").click()
    assert one.page.locator("#option-0").input_value() == "0"


def test_an_amount_that_cannot_stand_is_explained_before_enter_goes_on(one):
    one.give(option_0=3)
    one.page.locator("#option-0").fill("99")
    one.give(option_1=2)  # another amount that stands does not make up for it
    one.page.locator("#option-1").fill("2,5")
    one.page.keyboard.press("Enter")
    summary = one.page.get_by_role("alert")
    expect(summary.get_by_role("link")).to_have_text(
        [
            "Only a whole number from 0 to 5 can stand here: 3 was kept.",
            "Only a whole number from 0 to 5 can stand here: 2 was kept.",
        ]
    )
    expect(one.page.locator("#option-1")).to_be_visible()
    one.go_on()
    expect(one.page.locator("#cast")).to_be_visible()


KEPT = "Only a whole number from 0 to 5 can stand here: 3 was kept."


def pressed_after(one: Voter, typed: str, selector: str) -> Voter:
    """Something is typed that cannot stand, and the mouse pressed elsewhere."""
    one.page.set_viewport_size({"width": 320, "height": 470})  # the standing is no overlay here
    one.give(option_0=2).give(option_0=3)
    expect(one.page.locator(".standing-warning")).to_have_text("")
    one.page.locator("#option-0").fill(typed)
    target = one.page.locator(selector).first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    one.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 4)  # near the upper edge
    one.page.mouse.down()
    return one


@pytest.mark.parametrize("typed", ["99", "2,5"])
def test_a_click_right_after_a_wrong_amount_hits_the_button_that_it_was_meant_for(one, typed):
    """The press takes the focus from the field, and only then is there something to say."""
    page = pressed_after(one, typed, "main button[type=submit]").page
    button = page.locator("main button[type=submit]")
    expect(button).to_be_focused()
    before = button.bounding_box()
    assert page.locator("#option-0").input_value() == "3"
    assert page.locator(".standing-warning").inner_text() == ""
    page.mouse.up()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_text(KEPT)
    expect(page.locator(".standing-warning")).to_have_text(KEPT)
    assert button.bounding_box() != before  # it moves, once it was clicked
    button.click()
    expect(page.locator("#cast")).to_be_visible()


def let_go(page) -> None:
    page.mouse.up()


def drag(page) -> None:
    page.mouse.move(100, 100, steps=5)
    page.mouse.up()


def type_on(page) -> None:
    page.keyboard.press("Tab")  # and the release went to another window


@pytest.mark.parametrize(("target", "end"), [("h1", let_go), ("footer a", drag), ("h1", type_on)])
def test_what_is_wrong_is_said_however_a_press_ends(one, target, end):
    page = pressed_after(one, "99", target).page
    end(page)
    expect(page.locator(".standing-warning")).to_have_text(KEPT)
    page.mouse.up()
    one.give(option_0=2)
    expect(page.locator(".standing-warning")).to_have_text("")
