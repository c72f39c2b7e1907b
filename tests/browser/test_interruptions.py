# SPDX-License-Identifier: AGPL-3.0-or-later
"""What interrupts a voter: reloads, lost connections, other tabs, a dead worker, the end of voting."""

import json

import pytest
from playwright.sync_api import expect

from tally.record.tracker import format_check_code
from tests.browser.polling_place import fresh_code, put_state
from tests.browser.voters import ADA, Voter, holding, to_review

pytestmark = pytest.mark.servers


def test_a_reload_in_the_middle_keeps_the_choices_but_not_the_code(at):
    typed = fresh_code()
    one = at("choose-one").enter(typed).choose(ADA).go_on()
    one.page.reload()
    expect(one.page.locator("#code")).to_have_value("")
    assert typed not in json.dumps(one.kept)
    one.enter(typed)
    assert one.page.get_by_label(ADA).is_checked()
    one.go_on().cast().has_voted()


def test_back_goes_one_step_back_until_the_ballot_is_cast(at):
    one = at("harbour").enter(fresh_code()).choose(ADA).go_on()
    expect(one.page.get_by_text("Question 2 of 3")).to_be_visible()
    one.page.go_back()
    expect(one.page.get_by_text("Question 1 of 3")).to_be_visible()
    assert one.page.get_by_label(ADA).is_checked()
    one.go_on().go_on().go_on().cast().has_voted()
    one.page.go_back()
    assert one.page.locator("[data-banner=not-voted]").count() == 0
    assert one.page.locator("#cast").count() == 0


def test_back_to_the_review_does_not_pass_a_question_that_lacks_an_answer(at):
    one = at("strict").enter(fresh_code()).choose("Ada Novak").go_on().choose("Dora Lang").go_on()
    expect(one.page.locator("#option-2")).to_be_visible()
    one.give(option_0=5, option_1=5).go_on()
    expect(one.page.locator("#cast")).to_be_visible()
    one.page.get_by_role("button", name="Change").nth(1).click()
    one.page.get_by_label("Dora Lang").uncheck()
    one.page.go_back()
    expect(one.page.get_by_role("alert")).to_contain_text("Choose at least")
    expect(one.page.get_by_text("Question 2 of 3")).to_be_visible()
    one.choose("Dora Lang").go_on().cast().has_voted()


def test_after_a_lost_connection_the_identical_ballot_is_confirmed(at):
    one = to_review(at("choose-one"))
    lost = []

    def lose(route) -> None:
        route.fetch()  # it arrives, and the answer is lost
        lost.append(route.request.post_data_buffer)
        route.abort()

    one.page.route("**/ballots", lose)
    one.cast()
    expect(one.page.locator("#retry")).to_be_visible()
    one.has_banner("not-confirmed")
    one.page.unroute("**/ballots")
    one.page.locator("#retry").click()
    one.has_voted()
    assert len(lost) > 1
    assert len(one.ballots) == 1


def test_a_reload_after_casting_confirms_the_identical_ballot(at):
    one = to_review(at("choose-one"))
    one.page.route("**/ballots", lambda route: route.abort())
    shown = one.check_code
    one.cast()
    expect(one.page.locator("#retry")).to_be_visible()
    one.page.unroute("**/ballots")
    one.page.reload()
    one.has_voted()
    assert one.check_code == shown
    assert len(one.ballots) == 1
    assert one.kept == {}


def test_who_leaves_the_page_and_comes_back_gives_the_code_again_and_finds_the_choices(at):
    typed = fresh_code()
    one = at("choose-one").enter(typed).choose(ADA)
    one.page.goto(f"{one.base}/how-it-works/")
    one.page.go_back()
    one.page.locator("#code").fill(typed)
    one.page.get_by_role("button", name="Continue").click()
    expect(one.page.get_by_label(ADA)).to_be_checked()
    one.go_on().cast().has_voted()


def test_without_a_connection_nothing_is_lost(at):
    one = to_review(at("choose-one"))
    shown = one.check_code
    one.context.set_offline(True)
    one.cast()
    expect(one.page.locator("#retry")).to_be_visible()
    one.context.set_offline(False)
    one.page.locator("#retry").click()
    one.has_voted()
    assert one.check_code == shown
    assert len(one.ballots) == 1


def twin_of(one: Voter) -> Voter:
    """The same tab a second time: it begins with a copy of what the tab has stored."""
    with one.page.expect_popup() as opened_tab:
        one.page.evaluate("void window.open(location.href)")
    return Voter(one.context, one.base, one.slug, page=opened_tab.value)


def give(one: Voter, typed: str) -> Voter:
    """Give the code on the page as it stands."""
    one.page.locator("#code").fill(typed)
    one.page.get_by_role("button", name="Continue").click()
    return one


def test_a_duplicated_tab_locks_a_ballot_of_its_own_and_cannot_cast_it_after_the_first(at):
    typed = fresh_code()
    one = at("choose-one").enter(typed).choose(ADA).go_on()
    shown = one.check_code
    twin = twin_of(one)
    expect(twin.page.locator("#code")).to_have_value("")  # the choices are copied, the key is not
    give(twin, typed)
    expect(twin.page.get_by_label(ADA)).to_be_checked()
    twin.go_on()
    assert twin.check_code != shown
    one.cast().has_voted()
    assert one.check_code == shown
    twin.cast()
    expect(twin.page.get_by_text("Another ballot with your code came first")).to_be_visible()
    assert twin.check_code == shown


def test_a_duplicated_tab_sends_the_identical_ballot(at):
    one = to_review(at("choose-one"))
    shown = one.check_code
    one.page.route("**/ballots", lambda route: route.abort())
    one.cast()
    expect(one.page.locator("#retry")).to_be_visible()
    twin = twin_of(one).has_voted()
    assert twin.check_code == shown
    one.page.unroute("**/ballots")
    one.page.locator("#retry").click()
    one.has_voted()
    assert one.check_code == shown


# Keeps the page's workers at hand, and counts what they are asked.
WATCHED = """
  const Plain = globalThis.Worker;
  globalThis.workers = [];
  globalThis.questions = [];
  globalThis.isStuck = false;
  globalThis.Worker = class extends Plain {
    constructor(...given) { super(...given); globalThis.workers.push(this); }
    postMessage(message) {
      globalThis.questions.push(message.method);
      if (!globalThis.isStuck) super.postMessage(message);
    }
  };"""
KILL = """() => {
  globalThis.isStuck = false;
  globalThis.workers.at(-1).terminate();
  globalThis.workers.at(-1).dispatchEvent(new ErrorEvent("error"));
}"""


def watched(one: Voter) -> Voter:
    one.page.add_init_script(WATCHED)
    return one


def seals(one: Voter) -> int:
    asked: list[str] = one.page.evaluate("globalThis.questions")
    return asked.count("seal")


def is_of(one: Voter, tracker: object) -> bool:
    return one.check_code == format_check_code(str(tracker))


HURRY = {
    "the button": """() => {
      const go = () => document.querySelector("main button[type=submit]").click();
      go();
      document.querySelector(".btn-change").click();
      go();
    }""",
    "the history": """() => {
      const go = () => document.querySelector("main button[type=submit]").click();
      addEventListener("popstate", go, { once: true });
      go();
      history.back();
    }""",
}


@pytest.mark.parametrize("way", HURRY)
def test_who_goes_back_while_the_ballot_is_locked_casts_the_ballot_that_is_shown(at, way):
    one = watched(at("choose-one")).enter(fresh_code()).choose(ADA)
    one.page.evaluate(HURRY[way])
    expect(one.page.locator("#cast")).to_be_visible()
    shown = one.check_code
    one.cast().has_voted()
    assert one.check_code == shown
    assert is_of(one, one.saved("Save the receipt")["tracker"])
    assert seals(one) == 1


def has_stopped(one: Voter) -> Voter:
    expect(one.page.get_by_text("This page was interrupted")).to_be_visible()
    assert one.sent == []
    return one


@pytest.mark.parametrize("step", ["review", "locking", "cast", "test"])
def test_a_worker_that_dies_is_noticed_and_nothing_is_lost(at, step):
    typed = fresh_code()
    one = watched(at("choose-one")).enter(typed).choose(ADA)
    if step == "review":
        one.page.evaluate(KILL)
        one.go_on()
    elif step == "locking":
        one.page.evaluate("globalThis.isStuck = true")
        one.go_on()
        expect(one.page.get_by_text("Locking your ballot …")).to_be_visible()
        one.page.evaluate(KILL)
    else:
        one.go_on()
        expect(one.page.locator("#cast")).to_be_visible()
        if step == "test":
            one.page.locator("#test").click()
        one.page.evaluate(KILL)
        one.page.locator(f"#{step}").click()
    has_stopped(one)
    give(one, typed)
    expect(one.page.get_by_label(ADA)).to_be_checked()
    one.go_on().cast().has_voted()


def test_a_worker_that_cannot_be_loaded_accuses_nobody(at):
    one = at("choose-one")
    one.page.route("**/worker.js", lambda route: route.abort())
    one.page.goto(one.address)
    expect(one.page.get_by_text("A part of this page could not be loaded")).to_be_visible()
    expect(one.page.get_by_text("Tell the people")).to_have_count(0)


def test_who_votes_again_without_a_connection_can_go_on_when_it_is_back(at):
    typed = fresh_code()
    one = at("choose-one").enter(typed).choose(ADA).go_on().cast().has_voted()
    one.page.route("**/blob/*", lambda route: route.abort())
    one.page.locator("#again").click()
    give(one, typed)
    expect(one.page.get_by_role("alert")).to_contain_text("could not be asked")
    one.page.unroute("**/blob/*")
    give(one, typed).choose(ADA).go_on().cast().has_voted()


def test_with_storage_blocked_a_ballot_gets_onto_the_board(at):
    one = at("choose-one")
    one.page.add_init_script(
        "Object.defineProperty(globalThis, 'sessionStorage',"
        " { get() { throw new DOMException('denied', 'SecurityError'); } })"
    )
    to_review(one).cast().has_voted()


RESTORE = """() => {
  dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
}"""


@pytest.mark.parametrize("step", ["choose", "locking", "review"])
def test_a_page_that_is_brought_back_has_no_key_and_no_powers(at, step):
    typed = fresh_code()
    one = watched(at("choose-one")).enter(typed).choose(ADA)
    if step == "locking":
        one.page.evaluate("globalThis.isStuck = true")
    if step != "choose":
        one.go_on()
    if step == "review":
        expect(one.page.locator("#cast")).to_be_visible()
    one.page.evaluate("globalThis.isStuck = false")
    one.page.evaluate(RESTORE)
    expect(one.page.locator("#code")).to_have_value("")
    expect(one.page.get_by_text("This page was interrupted")).to_have_count(0)
    give(one, typed)
    expect(one.page.get_by_label(ADA)).to_be_checked()
    one.go_on().cast().has_voted()


def test_a_page_that_is_brought_back_while_it_sends_believes_an_honest_answer(at):
    one = to_review(at("choose-one"))
    held, hold = holding()
    one.page.route("**/ballots", hold)
    one.cast()
    expect(one.page.get_by_text("Your ballot is on its way")).to_be_visible()
    one.wait_until(lambda: held)
    one.page.evaluate(RESTORE)
    held[0].continue_()
    one.has_voted()


def test_a_test_whose_page_was_brought_back_accuses_nobody_and_leads_on(at):
    typed = fresh_code()
    one = at("choose-one").enter(typed).choose(ADA).go_on()
    held, hold = holding()
    one.page.route("**/challenges", hold)
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    one.wait_until(lambda: held)
    one.page.evaluate(RESTORE)
    held[0].continue_()
    expect(one.page.get_by_text("It cannot be opened any more")).to_be_visible()
    one.page.locator("#again").click()
    give(one, typed)
    expect(one.page.get_by_label(ADA)).to_be_checked()
    one.go_on().cast().has_voted()


def test_a_tested_ballot_whose_page_was_brought_back_asks_for_the_code(at):
    typed = fresh_code()
    one = at("choose-one").enter(typed).choose(ADA).go_on()
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    expect(one.page.locator("#again")).to_be_visible()
    one.page.evaluate(RESTORE)
    one.page.locator("#again").click()
    give(one, typed)
    expect(one.page.get_by_label(ADA)).to_be_checked()
    one.go_on().cast().has_voted()


def test_a_test_that_gets_no_answer_does_not_keep_anybody_from_voting(at):
    one = to_review(at("choose-one"))
    tested = one.check_code
    one.page.route("**/challenges", lambda route: route.fulfill(status=500, body="x"))
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    expect(one.page.locator("#retry")).to_be_visible()
    one.page.locator("#again").click()
    expect(one.page.get_by_label(ADA)).to_be_checked()
    one.go_on()
    assert one.check_code != tested
    one.cast().has_voted()


def test_forward_to_the_question_about_a_test_stays_with_the_ballot(at):
    one = to_review(at("choose-one"))
    shown = one.check_code
    one.page.locator("#test").click()
    expect(one.page.get_by_role("button", name="Back")).to_be_visible()
    one.page.go_back()
    expect(one.page.locator("#cast")).to_be_visible()
    one.page.go_forward()
    expect(one.page.get_by_text("Test this ballot?")).to_be_visible()
    assert one.check_code == shown


def test_back_past_a_test_keeps_the_voter_in(at):
    one = to_review(at("choose-one"))
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    one.page.locator("#again").click()
    expect(one.page.get_by_label(ADA)).to_be_checked()
    for _ in range(3):  # the test, its sending, the question about it
        one.page.go_back()
        expect(one.page.get_by_label(ADA)).to_be_checked()
    one.go_on().cast().has_voted()


def test_the_order_of_the_options_stays_over_a_reload_before_the_first_choice(at):
    typed = fresh_code()
    one = at("choose-one").enter(typed)

    def order() -> list[str]:
        expect(one.page.locator("#option-0")).to_be_visible()
        return one.page.locator(".choice-rows label").all_inner_texts()

    seen = order()
    for _ in range(3):  # one in 24 orders would stay by chance
        one.page.reload()
        give(one, typed)
        assert order() == seen


LEFT = """async () => ({
  session: Object.keys(sessionStorage), local: Object.keys(localStorage), cookies: document.cookie,
  databases: (await indexedDB.databases()).map(({ name }) => name),
  workers: (await navigator.serviceWorker?.getRegistrations() ?? []).length,
  name: window.name, history: Object.keys(history.state ?? {}).sort(),
})"""


def test_nothing_is_left_in_any_storage_of_the_browser(at):
    one = to_review(at("choose-one")).cast().has_voted()
    found = one.page.evaluate(LEFT)
    assert found.pop("history") == ["index", "step"]
    assert not any(found.values()), found
    assert {cookie["name"] for cookie in one.context.cookies()} <= {"csrf"}  # of the form for the language


def test_voting_ends_while_people_vote(at, polls):
    slug = "harbour"

    def ready() -> Voter:
        one = at(slug).enter(fresh_code()).choose(ADA).go_on().go_on().go_on()
        expect(one.page.locator("#cast")).to_be_visible()
        return one

    late, arrived, lost = ready(), ready(), ready()
    for one, way in (
        (arrived, lambda route: (route.fetch(), route.abort())),
        (lost, lambda route: route.abort()),
    ):
        one.page.route("**/ballots", way)
        one.cast()
        expect(one.page.locator("#retry")).to_be_visible()
        one.page.unroute("**/ballots")
    put_state(polls, slug, "closed")
    late.cast()
    expect(late.page.get_by_text("Voting is not open any more.")).to_be_visible()
    expect(late.page.locator("#again")).to_have_count(0)
    answer = late.saved("Save the signed refusal")["answer"]
    assert answer["code"] == "not-open"
    shown = arrived.check_code
    arrived.page.reload()
    arrived.has_voted()
    assert (arrived.check_code, arrived.kept) == (shown, {})
    kept = lost.kept
    lost.page.reload()
    expect(lost.page.get_by_text("does not take your ballot")).to_be_visible()
    expect(lost.page.get_by_text("Voting is not open any more.")).to_be_visible()
    expect(lost.page.locator("#again")).to_have_count(0)
    lost.has_banner("not-confirmed")
    assert lost.kept == kept
    answer = lost.saved("Save what was sent and answered")["answer"]
    assert answer["code"] == "not-open"
    late.page.reload()
    expect(late.page.locator("h1")).to_have_text("Voting is over")
