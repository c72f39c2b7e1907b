# SPDX-License-Identifier: AGPL-3.0-or-later
"""Voting in a real browser: every kind of question, from the code to the board."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import check_page
from tests.browser.polling_place import fresh_code, opened
from tests.browser.voters import ADA, Voter, to_review

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def base(polls):
    with opened(polls, large=True) as address:
        yield address


KINDS = {
    "choose-one": lambda one: one.choose(ADA),
    "approval": lambda one: one.choose("Priya Raman", "Jonas Weber"),
    "score": lambda one: one.give(option_0=5, option_2=1),
    "cumulative": lambda one: one.give(option_0=6, option_1=4),
    "knapsack": lambda one: one.choose("Public drinking fountains", "A second crossing"),
}


@pytest.mark.parametrize("slug", KINDS)
def test_a_ballot_of_every_kind_gets_onto_the_board(at, slug):
    one = at(slug).enter(fresh_code()).has_banner("not-voted")
    KINDS[slug](one).go_on()
    shown = one.check_code
    one.cast().has_voted()
    assert one.check_code == shown
    assert one.kept == {}
    assert one.said == []
    assert [
        url for url in one.asked if not url.startswith((one.base + "/", "blob:", "data:image/svg+xml"))
    ] == []
    assert len(one.sent) == 1


def test_several_questions_come_one_by_one(at):
    one = at("harbour").enter(fresh_code())
    expect(one.page.get_by_text("Question 1 of 3")).to_be_visible()
    one.choose(ADA).go_on()
    expect(one.page.get_by_text("Question 2 of 3")).to_be_visible()
    one.go_on()
    expect(one.page.get_by_text("Question 3 of 3")).to_be_visible()
    one.choose("New roof").go_on()
    expect(one.page.get_by_text("Nothing chosen: this question stays blank.")).to_have_count(1)
    one.cast().has_voted()


def test_a_change_at_the_review_gives_another_check_code(at):
    one = to_review(at("choose-one"))
    first = one.check_code
    one.page.get_by_role("button", name="Change").click()
    one.choose("Ewan MacLeod").go_on()
    assert one.check_code != first
    assert one.page.get_by_text("Ewan MacLeod").is_visible()


def test_a_change_of_one_answer_leads_straight_back_to_the_review(at):
    one = at("harbour").enter(fresh_code()).choose(ADA).go_on().go_on().go_on()
    expect(one.page.locator("#cast")).to_be_visible()
    one.page.get_by_role("button", name="Change").first.click()
    expect(one.page.get_by_text("Question 1 of 3")).to_be_visible()
    one.choose("Ewan MacLeod").go_on()
    expect(one.page.locator("#cast")).to_be_visible()
    assert one.page.get_by_text("Ewan MacLeod").is_visible()


def test_more_than_allowed_is_prevented_and_explained(at):
    one = at("approval").enter(fresh_code()).choose("Priya Raman", "Jonas Weber", "Grete Holm")
    one.page.get_by_label("Samuel Adeyemi").click()
    expect(one.page.get_by_text("You can choose at most 3.")).to_be_visible()
    assert not one.page.get_by_label("Samuel Adeyemi").is_checked()
    assert one.page.locator("input:checked").count() == 3


def test_what_the_budget_cannot_pay_is_prevented_and_explained(at):
    one = at("knapsack").enter(fresh_code()).choose("New roof")
    one.page.get_by_label("A second crossing").click()
    expect(one.page.get_by_text("This costs 42,500, and 19,000 is left.")).to_be_visible()
    assert one.page.locator("input:checked").count() == 1


def test_points_that_are_not_left_cannot_be_given(at):
    one = at("cumulative").enter(fresh_code()).give(option_0=6, option_1=6)
    assert one.page.locator("#option-1").input_value() == "0"
    one.page.locator("#option-1 + button").click()
    expect(one.page.get_by_text("7 of 10 points given")).to_be_visible()


def test_an_answer_that_must_be_given_is_asked_for_with_a_link_to_it(at):
    one = at("strict").enter(fresh_code())
    expect(one.page.get_by_text("Question 1 of 3")).to_be_visible()
    one.go_on()
    summary = one.page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(one.page.locator("#option-0")).to_be_focused()


def test_the_last_ballot_replaces_the_first(at):
    typed = fresh_code()
    first = at("choose-one").enter(typed).choose(ADA).go_on().cast().has_voted()
    again = at("choose-one").enter(typed).has_banner("voted-before")
    expect(again.page.locator(".counting")).to_have_text(first.check_code)
    check_page(again.page)
    again.choose("Ewan MacLeod").go_on().cast()
    again.has_voted()
    assert first.check_code != again.check_code


def test_a_code_without_ballots_left_is_told_so(at):
    typed = fresh_code()

    def vote(one: Voter) -> Voter:
        one.enter(typed).choose("Ada Novak").go_on().choose("Dora Lang").go_on()
        return one.give(option_0=6, option_1=4).go_on().cast().has_voted()

    vote(at("strict"))
    one = at("strict").enter(typed)
    expect(one.page.get_by_text("You have cast all the ballots")).to_be_visible()
    check_page(one.page)


def test_a_tested_ballot_is_opened_and_the_real_one_is_cast_after_it(at):
    one = to_review(at("choose-one"))
    tested = one.check_code
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    expect(one.page.get_by_text("This ballot was a test and will never be counted")).to_be_visible()
    one.has_banner("not-voted")
    one.page.locator("#again").click()
    assert one.page.get_by_label(ADA).is_checked()
    one.go_on()
    assert one.check_code != tested
    one.cast().has_voted()
    assert [b'"commitments"' in body for body in one.sent] == [False, True]


def test_a_double_click_casts_one_ballot(at):
    one = to_review(at("choose-one"))
    one.page.locator("#cast").dblclick()
    one.has_voted()
    assert len(one.sent) == 1


def test_of_two_devices_at_once_one_is_told_that_the_other_came_first(at):
    typed = fresh_code()
    first, second = (at("choose-one").enter(typed).choose(ADA).go_on() for _ in range(2))
    assert first.check_code != second.check_code
    first.cast().has_voted()
    second.cast()
    expect(second.page.get_by_text("Another ballot with your code came first")).to_be_visible()
    check_page(second.page)
    assert len(second.sent) == 1
    assert second.check_code == first.check_code
    second.page.locator("#again").click()
    second.has_banner("voted-before")
    expect(second.page.get_by_label(ADA)).to_be_checked()
    second.go_on().cast().has_voted()


def test_a_device_with_a_wrong_clock_can_vote(at):
    one = at("choose-one")
    one.page.clock.install(time="2001-01-01T00:00:00Z")
    to_review(one).cast().has_voted()


def test_the_blank_answer_stays_marked(at):
    one = at("harbour").enter(fresh_code()).choose("Leave this question blank").go_on()
    expect(one.page.get_by_text("Question 2 of 3")).to_be_visible()
    one.page.get_by_role("button", name="Back").click()
    expect(one.page.get_by_label("Leave this question blank")).to_be_checked()


def test_questions_speak_the_readers_language_and_say_which_it_is(at):
    one = at("market", extra_http_headers={"Accept-Language": "ar"})
    one.enter(fresh_code())
    label = one.page.locator("label[for=option-0] bdi")
    expect(label).to_have_attribute("lang", "ar")
    expect(label).to_have_text("نعم")


@pytest.mark.parametrize(
    ("slug", "heading"), [("later", "Voting is not open yet"), ("over", "Voting is over")]
)
def test_a_closed_polling_place_says_when(at, slug, heading):
    one = at(slug)
    one.page.goto(one.address)
    assert one.heading == heading
    assert one.page.locator("main time").count() == 1


def test_a_closed_polling_place_leaves_no_code_in_the_address(at):
    one = at("over")
    one.page.goto(f"{one.address}#{fresh_code()}")
    expect(one.page).to_have_url(one.address)
    assert one.heading == "Voting is over"


def test_a_ballot_of_the_real_size_gets_onto_the_board(at):
    one = at("large").enter(fresh_code()).choose("Candidate number 15", "Candidate number 20").go_on()
    shown = one.check_code
    one.cast().has_voted()
    assert one.check_code == shown
