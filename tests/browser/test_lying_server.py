# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that lies to a voter: it is not believed, and what it signed can be saved."""

import hashlib
import json

import pytest
from playwright.sync_api import expect

from tally.registrar.codes import format_voting_code
from tests.browser.looks import check_page
from tests.browser.polling_place import fresh_code, put_state
from tests.browser.voters import ADA, Voter, to_review

pytestmark = pytest.mark.servers


LIES = {
    "wrong receipt": {
        "status": 201,
        "json": {"tracker": "0" * 64, "seq": 4, "entry": "{}", "receipt": "none\n"},
    },
    "unsigned refusal": {"status": 409, "json": {"code": "not-open", "message": "", "refusal": "forged\n"}},
    "html": {"status": 200, "body": "<h1>It worked!</h1>", "content_type": "text/html"},
    "redirect": {"status": 302, "headers": {"Location": "/"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that_lies_is_not_believed(at, lie):
    one = to_review(at("choose-one"))
    one.page.route("**/ballots", lambda route: route.fulfill(**LIES[lie]))
    one.cast()
    expect(one.page.locator("#retry")).to_be_visible(timeout=60_000)
    one.has_banner("not-confirmed")
    one.page.unroute("**/ballots")
    one.page.locator("#retry").click()
    one.has_voted()
    assert len(one.ballots) == 1


def test_another_voters_receipt_is_not_believed(at):
    answers = []

    def overheard(route):
        answer = route.fetch()
        answers.append(answer.json())
        route.fulfill(response=answer)

    other = to_review(at("choose-one"))
    other.page.route("**/ballots", overheard)
    other.cast().has_voted()
    [stolen] = answers
    one = to_review(at("choose-one"))
    one.page.route("**/ballots", lambda route: route.fulfill(status=201, json=stolen))
    one.cast()
    expect(one.page.locator("#retry")).to_be_visible()
    one.has_banner("not-confirmed")


STANDING = "**/elections/*/credentials/**"


def says(one: Voter, change: dict[str, object]) -> Voter:
    """A server that answers every question about a code with a change."""
    one.page.route(STANDING, lambda route: route.fulfill(json=route.fetch().json() | change))
    return one


@pytest.mark.parametrize("limit", [0, 1])
def test_how_often_a_code_can_vote_the_manifest_says_and_not_the_server(at, limit):
    one = says(at("choose-one"), {"limit": limit})
    to_review(one).cast().has_voted()
    expect(one.page.get_by_text("Until voting ends you can vote 2 more times.")).to_be_visible()


NOBODYS = [{"tracker": "ab" * 32, "seq": 7}]
TURNED_AWAY = {
    "not on the roll": ({"on_roll": False}, "not on the list of voters"),
    "closed": ({"state": "closed"}, "Voting is not open any more."),
    "a ballot that is not there": ({"ballots": NOBODYS}, "does not hold"),
    "as many ballots as are allowed": (
        {"ballots": [{"tracker": digit * 64, "seq": 7} for digit in "abc"]},
        "does not hold",
    ),
    "one ballot three times": ({"ballots": 3 * NOBODYS}, "does not hold"),
}


@pytest.mark.parametrize("name", TURNED_AWAY)
def test_a_voter_whom_a_server_turns_away_without_proof_votes_all_the_same(at, name):
    change, said = TURNED_AWAY[name]
    one = says(at("choose-one"), change).enter(fresh_code())
    expect(one.page.get_by_role("alert")).to_contain_text(said)
    one.page.locator("#ongoing").click()
    one.has_banner("not-voted").choose(ADA).go_on().cast().has_voted()


def test_another_voters_ballot_is_not_taken_for_ones_own(at):
    other = to_review(at("choose-one")).cast().has_voted()
    theirs = other.saved("Save the receipt")["tracker"]
    one = says(at("choose-one"), {"ballots": [{"tracker": theirs, "seq": 7}]}).enter(fresh_code())
    expect(one.page.get_by_role("alert")).to_contain_text("does not hold")
    expect(one.page.locator(".check-code")).to_have_count(0)


def test_who_is_turned_away_with_good_reason_gets_that_signed(at):
    stranger = format_voting_code(hashlib.sha256(b"nobody").digest()[:15])
    one = at("choose-one").enter(stranger)
    one.page.locator("#ongoing").click()
    one.choose(ADA).go_on().cast()
    expect(one.page.get_by_text("Your code is not on the list of voters")).to_be_visible()
    assert one.heading == "Not counted"
    check_page(one.page)
    assert one.saved("Save the signed refusal")["answer"]["code"] == "not-on-roll"


def overtaken(at) -> tuple[Voter, Voter]:
    """Two devices with one code, both ready to cast; the first one has."""
    typed = fresh_code()
    first, second = (at("choose-one").enter(typed).choose(ADA).go_on() for _ in range(2))
    expect(second.page.locator("#cast")).to_be_visible()
    return first.cast().has_voted(), second


def test_a_refusal_that_was_overtaken_can_be_saved(at):
    first, second = overtaken(at)
    second.cast()
    expect(second.page.get_by_text("The ballot that came first has this check code")).to_be_visible()
    assert second.check_code == first.check_code
    file = second.saved("Save the signed refusal")
    assert file["answer"]["code"] == "stale-supersedes"
    assert json.loads(file["sent"])["supersedes"] == ""


def test_a_rival_that_is_another_voters_ballot_is_not_shown(at):
    theirs = to_review(at("choose-one")).cast().has_voted().saved("Save the receipt")["tracker"]
    _, second = overtaken(at)
    says(second, {"ballots": [{"tracker": theirs, "seq": 7}]}).cast()
    expect(second.page.get_by_text("The server does not prove that ballot")).to_be_visible()
    expect(second.page.locator(".check-code")).to_have_count(0)


@pytest.mark.parametrize("way", ["reloaded", "sent again"])
def test_an_old_ballot_that_is_sent_again_is_said_to_be_replaced(at, way):
    typed = fresh_code()
    one = at("choose-one").enter(typed).choose(ADA).go_on()
    expect(one.page.locator("#cast")).to_be_visible()
    one.page.route("**/ballots", lambda route: (route.fetch(), route.abort()))
    one.cast()
    expect(one.page.locator("#retry")).to_be_visible()
    later = at("choose-one").enter(typed).choose("Imani Barasa").go_on().cast().has_voted()
    one.page.unroute("**/ballots")
    if way == "reloaded":
        one.page.reload()
    else:
        one.page.locator("#retry").click()
    one.has_voted()
    expect(one.page.get_by_text("A later ballot with your code replaced this one")).to_be_visible()
    assert one.check_code == later.check_code


def lost(at, typed: str) -> Voter:
    """Somebody whose ballot was sent, and never came to the server."""
    one = at("choose-one").enter(typed).choose(ADA).go_on()
    expect(one.page.locator("#cast")).to_be_visible()
    one.page.route("**/ballots", lambda route: route.abort())
    one.cast()
    expect(one.page.locator("#retry")).to_be_visible(timeout=60_000)
    one.page.unroute("**/ballots")
    return one


def test_who_voted_on_another_device_and_reloads_the_first_finds_that_ballot_and_no_accusation(at):
    typed = fresh_code()
    one = lost(at, typed)
    later = at("choose-one").enter(typed).choose("Imani Barasa").go_on().cast().has_voted()
    one.page.reload()
    expect(one.page.get_by_text("The ballot that came first has this check code")).to_be_visible()
    assert one.check_code == later.check_code


def denied(at, polls) -> Voter:
    """Somebody whose ballot the server took without an answer, and whom it then shows a signed refusal."""
    slug, refusals = "choose-one", []
    one = to_review(at(slug))

    def deny(route):
        if refusals:
            return route.fulfill(status=409, json=refusals[0])
        put_state(polls, slug, "closed")
        refusals.append(route.fetch().json())
        put_state(polls, slug, "open")
        route.fetch()
        return route.abort()

    one.page.route("**/ballots", deny)
    return one


def test_a_ballot_that_was_taken_is_found_though_the_server_then_signs_that_it_refuses_it(at, polls):
    one = denied(at, polls)
    shown = one.check_code
    one.cast().has_voted()
    assert (one.check_code, one.kept) == (shown, {})


def test_a_ballot_that_was_taken_and_then_hidden_may_still_be_counted_and_is_found_later(at, polls):
    one = denied(at, polls)
    one.page.route("**/ballots/find", lambda route: route.fulfill(json={"ballots": [], "waiting": []}))
    one.cast()
    expect(one.page.get_by_text("does not take your ballot")).to_be_visible()
    one.has_banner("not-confirmed")
    assert one.saved("Save what was sent and answered")["answer"]["code"] == "not-open"
    assert one.kept
    one.page.unroute("**/ballots/find")
    one.page.locator("#retry").click()
    one.has_voted()
    assert one.kept == {}


def test_ballots_that_a_server_only_claims_do_not_hide_how_to_vote_again(at):
    typed = fresh_code()
    first = at("choose-one").enter(typed).choose(ADA).go_on().cast().has_voted()
    real = {"tracker": first.saved("Save the receipt")["tracker"], "seq": 7}
    one = says(at("choose-one"), {"ballots": [*NOBODYS, real]}).enter(typed)
    expect(one.page.get_by_role("alert")).to_contain_text("does not hold")
    one.page.locator("#ongoing").click()
    one.choose(ADA).go_on().cast().has_voted()
    expect(one.page.get_by_text("Until voting ends you can vote once more.")).to_be_visible()
    assert json.loads(one.saved("Save the receipt")["ballot"])["supersedes"] == real["tracker"]


BUSY = {"status": 503, "json": {"code": "too-busy", "message": ""}, "headers": {"Retry-After": "1"}}


def test_a_server_that_has_no_answer_at_the_moment_is_not_accused_and_its_ballot_is_replaced(at):
    typed = fresh_code()
    first = at("choose-one").enter(typed).choose(ADA).go_on().cast().has_voted()
    tracker = first.saved("Save the receipt")["tracker"]
    one = at("choose-one")
    one.page.route("**/ballots/find", lambda route: route.fulfill(**BUSY))
    one.enter(typed)
    expect(one.page.get_by_role("alert")).to_contain_text("it cannot show at the moment")
    one.page.locator("#ongoing").click()
    one.choose("Imani Barasa").go_on().cast().has_voted()
    assert json.loads(one.saved("Save the receipt")["ballot"])["supersedes"] == tracker


def test_a_rival_that_the_server_cannot_show_now_is_asked_for_again_and_nobody_is_accused(at):
    first, second = overtaken(at)
    second.page.route("**/ballots/find", lambda route: route.fulfill(**BUSY))
    second.cast()
    expect(second.page.get_by_text("The server cannot show that ballot at the moment")).to_be_visible()
    expect(second.page.get_by_text("does not prove")).to_have_count(0)
    second.page.unroute("**/ballots/find")
    second.page.locator("#look").click()
    expect(second.page.get_by_text("The ballot that came first has this check code")).to_be_visible()
    assert second.check_code == first.check_code


def parts(one: Voter, slug: str) -> dict[str, str]:
    """Where a voting page says that manifest, key and opening are."""
    one.page.goto(f"{one.base}/elections/{slug}/vote/")
    found: dict[str, str] = one.page.evaluate("() => ({...document.querySelector('#booth').dataset})")
    return found


def blob(one: Voter, slug: str, sha256: str) -> bytes:
    found: bytes = one.page.request.get(f"{one.base}/board/{slug}/blob/{sha256}").body()
    return found


def swap(one: Voter, sha256: str, body: bytes) -> None:
    one.page.route(f"**/blob/{sha256}", lambda route: route.fulfill(body=body))


@pytest.mark.parametrize("part", ["manifest", "key", "opening"])
def test_a_part_that_is_not_this_elections_is_noticed_before_anything_is_asked(at, part):
    one = at("choose-one")
    theirs, ours = parts(one, "approval")[part], parts(one, "choose-one")[part]
    other = blob(one, "approval", theirs)
    fresh = at("choose-one")
    swap(fresh, ours, other if theirs != ours else other.replace(b"1", b"2"))  # they share the key
    fresh.page.goto(fresh.address)
    expect(fresh.page.get_by_text("What the server sent is not this election")).to_be_visible()
    expect(fresh.page.locator("#code")).to_have_count(0)


def test_another_election_in_place_of_this_one_is_noticed_when_somebody_votes_again(at):
    one = at("choose-one")
    theirs, ours = parts(one, "approval"), parts(one, "choose-one")
    one.enter(fresh_code()).choose(ADA).go_on().cast().has_voted()
    for part in ("manifest", "key", "opening"):
        swap(one, ours[part], blob(one, "approval", theirs[part]))
    one.page.locator("#again").click()
    one.page.locator("#code").fill(fresh_code())
    one.page.get_by_role("button", name="Continue").click()
    expect(one.page.get_by_text("What the server sent is not this election")).to_be_visible()
