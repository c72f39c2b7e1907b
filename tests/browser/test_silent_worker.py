# SPDX-License-Identifier: AGPL-3.0-or-later
"""A worker that the system has killed without a word, at every step; the page's own clock is put forward."""

import pytest
from playwright.sync_api import expect

from tests.browser.polling_place import fresh_code
from tests.browser.voters import ADA, Voter, holding, to_review

pytestmark = pytest.mark.servers

# Keeps the page's workers at hand, and what they are asked.
WATCHED = """
  const Plain = globalThis.Worker;
  globalThis.workers = [];
  globalThis.asked = [];
  globalThis.Worker = class extends Plain {
    isMute = false;
    constructor(...given) { super(...given); globalThis.workers.push(this); }
    postMessage(message) {
      globalThis.asked.push(message.method);
      if (!this.isMute) super.postMessage(message);
    }
  };"""
KILL = "globalThis.workers.at(-1).terminate()"  # no error event comes of it
MUTE = "globalThis.workers.at(-1).isMute = true"  # it lives, and hears nothing
PATIENCE = 35_000  # ms
LOADING = 185_000  # ms


def at_leisure(one: Voter) -> Voter:
    """A voter whose page's clock a test can put forward."""
    one.page.add_init_script(WATCHED)
    one.page.clock.install()
    return one


def waits_in_vain(one: Voter, method: str, patience: int = PATIENCE) -> None:
    """Let the page wait for an answer of its worker."""
    one.wait_until(lambda: one.page.evaluate("globalThis.asked").count(method))
    one.page.clock.run_for(patience)


def give(one: Voter, typed: str) -> Voter:
    one.page.locator("#code").fill(typed)
    one.page.get_by_role("button", name="Continue").click()
    return one


def votes_after_all(one: Voter, typed: str) -> None:
    """With another worker, and with choices that are still there."""
    expect(one.page.get_by_text("This page was interrupted")).to_be_visible()
    assert one.sent == []
    give(one, typed)
    expect(one.page.get_by_label(ADA)).to_be_checked()
    one.go_on().cast().has_voted()
    assert one.page.evaluate("globalThis.workers.length") == 2


@pytest.mark.parametrize("end", [KILL, MUTE])
def test_at_the_review_it_is_noticed_and_nothing_is_lost(at, end):
    typed = fresh_code()
    one = at_leisure(at("choose-one")).enter(typed).choose(ADA)
    one.page.evaluate(end)
    one.go_on()
    expect(one.page.get_by_text("Locking your ballot …")).to_be_visible()
    waits_in_vain(one, "seal")
    votes_after_all(one, typed)


def test_at_casting_it_is_noticed_and_nothing_was_sent(at):
    typed = fresh_code()
    one = at_leisure(at("choose-one")).enter(typed).choose(ADA).go_on()
    shown = one.check_code
    one.page.evaluate(KILL)
    one.cast()
    expect(one.page.get_by_text("Your ballot is on its way")).to_be_visible()
    waits_in_vain(one, "cast")
    votes_after_all(one, typed)
    assert one.check_code != shown  # with powers of its own


def test_while_the_receipt_is_checked_it_is_noticed_and_another_one_checks_it(at):
    one = to_review(at_leisure(at("choose-one")))
    shown = one.check_code
    held, hold = holding()
    one.page.route("**/ballots", hold)
    one.cast()
    one.wait_until(lambda: held)
    one.page.evaluate(KILL)
    held[0].continue_()
    one.page.unroute("**/ballots")
    waits_in_vain(one, "confirm")
    expect(one.page.get_by_text("this device could not check it")).to_be_visible()
    one.has_banner("not-confirmed")
    one.page.locator("#retry").click()
    one.has_voted()
    assert one.check_code == shown
    assert len(set(one.ballots)) == 1


def test_when_a_code_is_given_it_is_noticed_and_the_code_can_be_given_again(at):
    typed = fresh_code()
    one = at_leisure(at("choose-one"))
    one.page.goto(one.address)
    expect(one.page.locator("#code")).to_be_visible()
    one.page.evaluate(KILL)
    give(one, typed)
    expect(one.page.get_by_text("your code is being looked at")).to_be_visible()
    waits_in_vain(one, "identify")
    expect(one.page.get_by_role("alert")).to_contain_text("it was stopped")
    assert one.page.locator("[aria-invalid]").count() == 0
    give(one, typed).choose(ADA).go_on().cast().has_voted()


def test_one_that_never_comes_to_life_is_noticed_and_accuses_nobody(at):
    one = at_leisure(at("choose-one"))
    one.page.route(
        "**/worker.js", lambda route: route.fulfill(body="", content_type="text/javascript", status=200)
    )
    one.page.goto(one.address)
    waits_in_vain(one, "open", LOADING)
    expect(one.page.get_by_text("it was stopped")).to_be_visible()
    expect(one.page.get_by_text("Tell the people")).to_have_count(0)
    one.page.unroute("**/worker.js")
    one.page.get_by_role("button", name="Try again").click()
    expect(one.page.locator("#code")).to_be_visible()


def test_an_honest_worker_is_left_alone_however_long_the_voter_takes(at):
    one = at_leisure(at("choose-one")).enter(fresh_code()).choose(ADA)
    one.page.clock.run_for(3_600_000)
    one.go_on()
    expect(one.page.locator("#cast")).to_be_visible()
    one.page.clock.run_for(3_600_000)
    one.cast().has_voted()
    assert one.page.evaluate("globalThis.workers.length") == 1


def test_at_the_page_for_checking_it_is_noticed_and_the_code_can_be_checked_again(at):
    one = to_review(at("choose-one")).cast().has_voted()
    shown = one.check_code
    one = at_leisure(at("choose-one"))
    one.page.goto(one.address.replace("/vote/", "/check/"))
    one.page.locator("#code").fill(shown)
    one.page.evaluate(KILL)
    one.page.get_by_role("button", name="Check", exact=True).click()
    waits_in_vain(one, "checkEntry")
    expect(one.page.get_by_role("alert")).to_contain_text("it was stopped")
    assert one.page.locator("[aria-invalid]").count() == 0
    one.page.get_by_role("button", name="Check", exact=True).click()
    expect(one.page.get_by_text("It counts unless you vote again")).to_be_visible()
