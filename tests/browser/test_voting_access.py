# SPDX-License-Identifier: AGPL-3.0-or-later
"""The voting page for every reader and every browser, on a small phone and on paper."""

import pytest
from playwright.sync_api import Route, expect

from tests.browser.looks import check_looks, check_page, check_width
from tests.browser.polling_place import fresh_code
from tests.browser.voters import ADA, Voter, to_review

pytestmark = pytest.mark.servers


PHONE = {"width": 360, "height": 640}


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
    held: list[Route] = []
    one.page.route("**/ballots", lambda route: held.append(route))  # noqa: PLW0108  # a method cannot be marked
    one.cast().wait_until(lambda: held)
    check_page(one.page)  # while it is sent
    one.page.route("**/ballots", lambda route: route.fulfill(status=200, body="{}"))
    held[0].fulfill(status=200, body="{}")
    expect(one.page.locator("#retry")).to_be_visible()
    check_looks(one)
    one.page.unroute("**/ballots")
    one.page.locator("#retry").click()
    one.has_voted()
    expect(one.page.locator("h1")).to_be_focused()
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


# The heading and the first two options: whether each is wholly on the screen, with nothing over it.
IN_SIGHT = """() => {
  const options = [...document.querySelectorAll(".choice")].slice(0, 2);
  return [document.querySelector("h1"), ...options].map((part) => {
    const { left, right, top, bottom } = part.getBoundingClientRect();
    const [across, down] = [(left + right) / 2, (top + bottom) / 2];
    return [[left + 9, down], [right - 9, down], [across, top + 9], [across, bottom - 9]].every(([x, y]) => {
      const seen = document.elementFromPoint(x, y);
      return top >= 0 && bottom <= innerHeight && (part.contains(seen) || seen?.contains(part));
    });
  });
}"""
ANSWERS = {
    "choose-one": (lambda one: one.choose(ADA), []),
    "approval": (lambda one: one.choose("Priya Raman", "Jonas Weber"), ["2 of 3 chosen"]),
    "score": (lambda one: one.give(option_0=5, option_2=1), ["2 of 3 options have points"]),
    "cumulative": (lambda one: one.give(option_0=6, option_1=1), ["7 of 10 points given"]),
    "knapsack": (
        lambda one: one.choose("Shade trees", "Public drinking fountains"),
        ["2 of 4 chosen", "52,500 left"],
    ),
}


def standing(one: Voter) -> dict[str, float]:
    """The place of the line that says how far the answer has come."""
    found: dict[str, float] = one.page.locator(".standing-box").evaluate(
        "box => box.getBoundingClientRect().toJSON()"
    )
    return found


@pytest.mark.parametrize("slug", ANSWERS)
def test_a_question_and_its_first_options_are_seen_at_once(at, slug):
    answer, counts = ANSWERS[slug]
    one = at(slug, viewport=PHONE).enter(fresh_code())
    expect(one.page.locator("#option-0")).to_be_visible()
    assert one.page.evaluate(IN_SIGHT) == [True, True, True]
    assert standing(one)["height"] == 0
    assert one.page.title() == f"{one.heading} – {one.page.locator('.booth-title').inner_text()} – Veritally"
    answer(one)
    one.page.evaluate("scrollTo(0, 0)")
    assert one.page.evaluate(IN_SIGHT) == [True, True, True]
    assert one.page.locator(".standing span").all_inner_texts() == counts
    assert standing(one)["height"] < 48  # one line
    assert standing(one)["bottom"] <= PHONE["height"]


def test_the_last_option_comes_out_from_behind_the_line_that_counts(at):
    one = at("knapsack", viewport=PHONE).enter(fresh_code()).choose("Shade trees")
    one.page.evaluate("scrollTo(0, 0)")
    assert standing(one)["bottom"] == PHONE["height"]
    one.page.get_by_label("New roof").click()
    expect(one.page.get_by_text("1 of 4 chosen")).to_have_count(0)
    one.page.get_by_label("A second crossing").click()
    expect(one.page.locator(".standing-warning")).to_contain_text("This costs 42,500")
    assert standing(one)["bottom"] <= PHONE["height"]
    one.page.mouse.wheel(0, 5000)
    one.wait_until(lambda: standing(one)["bottom"] < PHONE["height"])
    last = one.page.locator(".choice").last.bounding_box()
    assert last["y"] + last["height"] <= standing(one)["y"]


def test_words_that_are_longer_than_a_line_are_broken(at):
    one = at("wordy").enter(fresh_code())
    for number in range(1, 6):
        expect(one.page.get_by_text(f"Question {number} of 5")).to_be_visible()
        if one.page.locator(".amount").count():
            one.give(option_0=3, option_1=4)
        else:
            one.page.locator("#option-0").check()
            one.page.locator("#option-1").check()
        check_width(one.page, 320)
        one.go_on()
    expect(one.page.locator("#cast")).to_be_visible()
    check_width(one.page, 320)
    assert is_round(one)
    one.cast().has_voted()
    check_width(one.page, 320)
    for path in ("", "check/"):
        one.page.goto(f"{one.base}/elections/wordy/{path}")
        check_width(one.page, 320)


def is_round(one: Voter) -> bool:
    """Whether the mark of what can be opened is a circle, beside a label of two lines."""
    found: bool = one.page.locator("#booth summary").evaluate(
        """summary => {
          const { width, height } = getComputedStyle(summary, "::before");
          return summary.getBoundingClientRect().height > 50 && width === height;
        }"""
    )
    return found


GROUPS = """() => {
  const code = document.querySelector(".check-code");
  const { left } = code.getBoundingClientRect();
  return [...code.children].map((group) => {
    const place = group.getBoundingClientRect();
    return { left: place.left - left, right: place.right - left, top: place.top };
  });
}"""


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_check_code_reads_from_its_own_left_in_three_and_three_groups(at, language):
    one = to_review(at("choose-one", locale=language))
    expect(one.page.locator(".check-code")).to_be_visible()
    for width in (320, 360, 1280):
        one.page.set_viewport_size({"width": width, "height": 780})
        groups = one.page.evaluate(GROUPS)
        first, second = groups[:3], groups[3:]
        assert len({group["top"] for group in first}) == len({group["top"] for group in second}) == 1
        assert first[0]["top"] < second[0]["top"]
        assert [group["left"] for group in first] == [group["left"] for group in second[:3]]
        assert first[0]["left"] == 0
        assert first[0]["right"] < first[1]["left"] < first[1]["right"] < first[2]["left"]
        assert (
            abs(second[3]["left"] - second[2]["right"]) < 1
        )  # the check character stands at the sixth group


def test_the_printed_receipt_says_where_and_when_and_has_nothing_to_press(at):
    one = to_review(at("choose-one")).cast().has_voted()
    one.page.emulate_media(media="print")
    one.has_voted()
    expect(one.page.locator("#booth button:visible, #booth a.btn:visible")).to_have_count(0)
    expect(one.page.locator(".site-footer")).to_be_hidden()
    expect(one.page.get_by_text("If you change your mind")).to_be_hidden()
    paper = one.page.locator("#booth").inner_text()
    assert f"Check it at: {one.base}/elections/choose-one/check/" in paper
    assert "It came onto the board at" in paper
    expect(one.page.locator(".check-code")).to_be_visible()
    expect(one.page.locator("figure.qr")).to_be_visible()
    one.page.emulate_media(media="screen")
    expect(one.page.get_by_text("Check it at:")).to_be_hidden()
