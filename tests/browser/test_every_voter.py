# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every kind of question by keyboard alone; how the rarer steps look; lost cookies; two devices that race."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import check_looks, check_page, focus_is_covered
from tests.browser.polling_place import fresh_code
from tests.browser.voters import ADA, Voter, holding, to_review

pytestmark = pytest.mark.servers

LONGEST = 60  # presses of a key


def tab_to(one: Voter, selector: str) -> None:
    """With the Tab key alone; what has the focus is in sight."""
    for _ in range(LONGEST):
        one.page.keyboard.press("Tab")
        if one.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert not focus_is_covered(one.page)
            return
    raise AssertionError(f"no key leads to {selector}")


def mark(*options: int) -> tuple[tuple[str, str], ...]:
    return tuple((f"#option-{option}", "Space") for option in options)


KEYS = {
    "approval": mark(0, 2),
    "score": (("#option-0", "5"), ("#option-1 + button", "Enter")),
    "cumulative": (("#option-0", "6"), ("#option-1", "4")),
    "knapsack": mark(0),
}


@pytest.mark.parametrize("slug", KEYS)
def test_the_keyboard_alone_answers_every_kind_of_question(at, slug):
    one = at(slug, viewport={"width": 360, "height": 640}).enter(fresh_code())
    expect(one.page.locator("h1")).to_be_focused()
    for selector, key in KEYS[slug]:
        tab_to(one, selector)
        one.page.keyboard.press(key)
    tab_to(one, "main button[type=submit]")
    one.page.keyboard.press("Enter")
    expect(one.page.locator("#cast")).to_be_visible()
    expect(one.page.locator("h1")).to_be_focused()
    tab_to(one, "#cast")
    one.page.keyboard.press("Enter")
    one.has_voted()
    expect(one.page.locator("h1")).to_be_focused()
    assert one.said == []


def interrupted(one: Voter) -> None:
    one.page.add_init_script(
        "const Plain = Worker; globalThis.Worker = class extends Plain {"
        " constructor(...given) { super(...given); globalThis.last = this; } };"
    )
    one.enter(fresh_code()).page.locator("#option-0").click()
    one.page.evaluate("last.terminate(); last.dispatchEvent(new ErrorEvent('error'))")
    one.go_on()
    expect(one.page.locator(".notice-care")).to_be_visible()


def unopened(one: Voter) -> None:
    one.page.route("**/blob/*", lambda route: route.abort())
    one.page.goto(one.address)
    expect(one.page.locator(".notice-care")).to_be_visible()


def refused(one: Voter) -> None:
    """By a server that signs nothing: the other half of this step is in test_lying_server.py."""
    one.enter(fresh_code()).page.locator("#option-0").click()
    one.go_on()
    answer = {"code": "not-open", "message": "", "refusal": ""}
    one.page.route("**/ballots", lambda route: route.fulfill(status=409, json=answer))
    one.cast()
    expect(one.page.locator(".notice-bad")).to_be_visible()


def given(one: Voter) -> None:
    one.enter(fresh_code()).give(option_0=3, option_1=99)
    expect(one.page.locator(".standing-warning")).not_to_have_text("")


STATES = {
    "interrupted": ("choose-one", interrupted),
    "unopened": ("choose-one", unopened),
    "refused": ("choose-one", refused),
    "score": ("score", given),
    "cumulative": ("cumulative", given),
}


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("state", STATES)
def test_a_rarer_step_looks_right_to_every_reader(at, state, language):
    slug, reach = STATES[state]
    one = at(slug, locale=language)
    reach(one)
    expect(one.page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    assert one.page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    assert one.page.evaluate("document.getAnimations().length") == 0
    if language == "en":
        check_looks(one)
    else:
        check_page(one.page)


def test_who_loses_every_cookie_on_the_way_votes_all_the_same(at):
    one = to_review(at("choose-one"))
    one.context.clear_cookies()
    one.cast().has_voted()
    assert one.said == []


def test_of_two_devices_whose_ballots_race_one_counts_and_the_other_is_told_which(at):
    typed = fresh_code()
    pair = [at("choose-one").enter(typed).choose(ADA).go_on() for _ in range(2)]
    shown = [one.check_code for one in pair]
    held, hold = holding()
    for one in pair:
        one.page.route("**/ballots", hold)
        one.cast()
    for one in pair:
        one.wait_until(lambda: len(held) == 2)
    for route in held:
        route.continue_()
    done = "[data-banner=on-board], #again"
    for one in pair:
        expect(one.page.locator(done).first).to_be_visible()
    [winner] = [place for place, one in enumerate(pair) if one.page.locator("[data-banner]").count()]
    pair[winner].has_voted()
    other = pair[1 - winner]
    expect(other.page.get_by_text("Another ballot with your code came first")).to_be_visible()
    assert other.check_code == shown[winner]
    assert [len(one.sent) for one in pair] == [1, 1]
