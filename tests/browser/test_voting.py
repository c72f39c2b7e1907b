# SPDX-License-Identifier: AGPL-3.0-or-later
"""Voting in a real browser: every kind of question, from the code to the board, and all that can go wrong."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tally.crypto.crockford import parse_code
from tally.registrar.derivation import derive_credential
from tests.browser.polling_place import REVOKED, code, fresh_code, opened
from tests.browser.voters import Voter, chromium, voter
from tests.simulator import ELECTION_ID

pytestmark = pytest.mark.servers

ADA = "Rosa Delgado"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("polling"), large=True) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def at(browser, base):
    """A function that brings a voter to an election; their browsers close at the end."""
    voters: list[Voter] = []

    def bring(slug: str, **options: object) -> Voter:
        voters.append(voter(browser, base, slug, **options))
        return voters[-1]

    yield bring
    for one in voters:
        one.context.close()


def to_review(one: Voter) -> Voter:
    return one.enter(fresh_code()).choose(ADA).go_on()


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
    expect(one.page.get_by_text("You gave 7 of 10 points.")).to_be_visible()


def test_an_answer_that_must_be_given_is_asked_for_with_a_link_to_it(at):
    one = at("strict").enter(fresh_code())
    expect(one.page.get_by_text("Question 1 of 3")).to_be_visible()
    one.go_on()
    summary = one.page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(one.page.locator("#option-0")).to_be_focused()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "A code has 25 characters."),
        ("ABCD", "This has 4."),
        ("U232-SZ9G-86R0-M5VS-BWB1-HE8X-0", "Character 1 "),
        ("X232-SZ9G-86R0-M5VS-BWB1-HE8X-1", "wrong or have changed places"),
        ("0000-0000-0000-0000-0000-0000-0", "not on the list of voters"),
    ],
)
def test_a_wrong_code_is_explained(at, typed, said):
    one = at("choose-one").enter(typed)
    expect(one.page.get_by_role("alert")).to_contain_text(said)
    assert one.page.locator("#code").input_value() == typed


def test_a_revoked_code_is_explained_with_the_registrars_reason(at):
    one = at("changed").enter(code(REVOKED))
    expect(one.page.get_by_role("alert")).to_contain_text("The registrar has revoked this code")
    expect(one.page.get_by_role("alert")).to_contain_text("“A letter was lost in the post.”")
    assert one.said == []


def test_a_server_cannot_pretend_that_the_registrar_revoked_a_code(at):
    one, typed = at("changed"), code(REVOKED + 1)

    def pretend(route):
        standing = route.fetch().json()
        revoked = one.page.request.get(f"{one.base}/elections/changed/credentials/{revoked_key()}").json()
        route.fulfill(json=standing | {"on_roll": False, "revoked": revoked["revoked"]})

    one.page.route("**/elections/changed/credentials/*", pretend)
    one.enter(typed)
    expect(one.page.get_by_role("alert")).to_contain_text("The server could not be asked")
    expect(one.page.get_by_text("has revoked this code")).to_have_count(0)


def revoked_key() -> str:
    return derive_credential(parse_code(code(REVOKED)), ELECTION_ID).key.hex()


def test_a_link_fills_in_the_code_and_leaves_the_address(at):
    one, typed = at("choose-one"), fresh_code()
    one.page.goto(f"{one.address}#{typed}")
    expect(one.page.locator("#code")).to_have_value(typed)
    assert one.page.url == one.address
    assert typed not in json.dumps(one.kept)


def test_the_last_ballot_replaces_the_first(at):
    typed = fresh_code()
    first = at("choose-one").enter(typed).choose(ADA).go_on().cast().has_voted()
    again = at("choose-one").enter(typed).has_banner("voted-before").choose("Ewan MacLeod").go_on().cast()
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
    check_looks(one)


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


def test_a_double_click_casts_one_ballot(at):
    one = to_review(at("choose-one"))
    one.page.locator("#cast").dblclick()
    one.has_voted()
    assert len(one.sent) == 1


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
    assert len(set(one.sent)) == 1


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
    assert len(set(one.sent)) == 1
    assert one.kept == {}


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
    assert len(set(one.sent)) == 1


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


def test_of_two_devices_at_once_one_is_told_that_the_other_came_first(at):
    typed = fresh_code()
    first, second = (at("choose-one").enter(typed).choose(ADA).go_on() for _ in range(2))
    assert first.check_code != second.check_code
    first.cast().has_voted()
    second.cast()
    expect(second.page.get_by_text("Another ballot with your code came first")).to_be_visible()
    check_looks(second)
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


@pytest.mark.parametrize(
    ("slug", "heading"), [("later", "Voting is not open yet"), ("over", "Voting is over")]
)
def test_a_closed_polling_place_says_when(at, slug, heading):
    one = at(slug)
    one.page.goto(one.address)
    assert one.heading == heading
    assert one.page.locator("main time").count() == 1


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SMALL = """() => [...document.querySelectorAll('#booth :is(button, input, summary, a.btn, label.choice)')]
  .filter((part) => part.checkVisibility() && !part.closest('label.choice > *'))
  .filter((part) => part.getBoundingClientRect().height < 47.5)
  .map((part) => part.outerHTML)"""


def violations(one: Voter, *, without: tuple[str, ...] = ()) -> list[str]:
    rules = {name: {"enabled": False} for name in without}
    options = {"runOnly": TAGS, "resultTypes": ["violations"], "rules": rules}
    found = Axe().run(one.page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def check_looks(one: Voter) -> None:
    """Accessible in every light and width, with large targets and nothing to scroll sideways."""
    for width in (320, 768, 1280):
        one.page.set_viewport_size({"width": width, "height": 780})
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
        assert one.page.evaluate(SMALL) == []
    assert violations(one) == []
    one.page.emulate_media(color_scheme="dark")
    assert violations(one) == []
    one.page.emulate_media(color_scheme="light", forced_colors="active")
    assert violations(one, without=("color-contrast",)) == []  # the colours are the reader's own
    one.page.emulate_media(forced_colors="none")
    one.page.set_viewport_size({"width": 640, "height": 780})
    one.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 640
    one.page.evaluate("document.documentElement.style.fontSize = ''")


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


SEAL = """async ([module, digits, passphrase, election]) => {
  const { sealBackup } = await import(module);
  const { fromHex } = await import(module.replace('credentials/backup.js', 'octets.js'));
  return [...await sealBackup(fromHex(digits), passphrase, election)];
}"""
PASSPHRASE = "a long walk by the sea"


def backup_of(one: Voter, typed: str) -> dict[str, object]:
    """A backup file as the page for making codes writes it."""
    one.page.goto(one.address)
    module = (
        one.page.locator("script[type=module]")
        .get_attribute("src")
        .replace("vote.js", "credentials/backup.js")
    )
    arguments = [module, parse_code(typed).hex(), PASSPHRASE, ELECTION_ID]
    content = bytes(one.page.evaluate(SEAL, arguments))
    return {"name": "backup.json", "mimeType": "application/json", "buffer": content}


def test_a_backup_file_and_its_passphrase_are_as_good_as_the_code(at):
    one = at("choose-one")
    file = backup_of(one, fresh_code())
    one.page.get_by_text("I have a backup file instead").click()
    one.page.get_by_label("Backup file").set_input_files([file])
    one.page.get_by_label("Passphrase").fill("another one altogether")
    one.page.get_by_role("button", name="Open the backup").click()
    expect(one.page.get_by_role("alert")).to_contain_text("The passphrase is another one")
    one.page.get_by_label("Passphrase").fill(PASSPHRASE)
    one.page.get_by_role("button", name="Open the backup").click()
    one.choose(ADA).go_on().cast().has_voted()


def test_what_is_no_backup_file_is_said_to_be_none(at):
    one = at("choose-one")
    one.page.goto(one.address)
    one.page.get_by_text("I have a backup file instead").click()
    one.page.get_by_role("button", name="Open the backup").click()
    expect(one.page.get_by_role("alert")).to_contain_text("Choose the backup file")
    one.page.get_by_role("alert").get_by_role("link").click()
    expect(one.page.locator("#backup")).to_be_focused()


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
    assert len(set(one.sent)) == 1


def test_a_duplicated_tab_cannot_cast_a_second_first_ballot(at):
    one = to_review(at("choose-one"))
    shown = one.check_code
    with one.page.expect_popup() as opened_tab:
        one.page.evaluate("void window.open(location.href)")
    twin = opened_tab.value
    expect(twin.locator("#code")).to_have_value("")  # the choices are copied, the key is not
    one.cast().has_voted()
    assert one.check_code == shown


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


def test_a_ballot_of_the_real_size_gets_onto_the_board(at):
    one = at("large").enter(fresh_code()).choose("Candidate number 15", "Candidate number 20").go_on()
    shown = one.check_code
    one.cast().has_voted()
    assert one.check_code == shown
