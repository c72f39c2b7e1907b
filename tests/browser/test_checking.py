# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checking a ballot, and opening a tested one, in a real browser; a server that lies is found out."""

import base64
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tally.record.tracker import format_check_code
from tests.browser.looks import check_page, violations
from tests.browser.polling_place import fresh_code
from tests.browser.voters import WITHOUT_ED25519, Voter, voter

pytestmark = pytest.mark.servers

ROSA, IMANI = "Rosa Delgado", "Imani Barasa"


@pytest.fixture
def at(browser, base):
    voters: list[Voter] = []

    def bring(slug: str = "choose-one") -> Voter:
        voters.append(voter(browser, base, slug))
        return voters[-1]

    yield bring
    for one in voters:
        assert not [line for line in one.said if "Failed to load resource" not in line]
        one.context.close()


def vote(one: Voter, typed: str, choice: str = ROSA) -> str:
    """Cast a ballot; return its check code."""
    one.enter(typed).choose(choice).go_on().cast().has_voted()
    return one.check_code


def check(one: Voter, code: str) -> Page:
    one.page.goto("about:blank")
    one.page.goto(f"{one.base}/elections/{one.slug}/check/#{code}")
    return one.page


def notice(page: Page) -> str:
    expect(page.locator(".notice-title").first).to_be_visible()
    return page.locator(".notice-title").first.inner_text()


def check_state(page: Page) -> None:
    """As every page has to look, with all that can be opened."""
    page.eval_on_selector_all("details", "all => all.forEach(details => { details.open = true })")
    check_page(page)


def test_a_ballot_is_checked_down_to_its_proof_in_three_steps(at):
    one = at()
    code = vote(one, fresh_code())
    page = check(one, code)
    assert notice(page) == "Your ballot is on the public board"
    assert page.locator(".checks li").count() == 6
    assert "#" not in page.url
    check_state(page)
    page.locator("#yes").click()
    expect(page.locator("#yes")).to_have_count(0)
    assert "It stands there unchanged" in page.locator(".notice").inner_text()
    assert "All is well" not in page.inner_text("main")  # what the ballot says, nobody can check here
    assert page.evaluate("document.activeElement.tagName") == "H1"
    check_state(page)


def test_a_code_is_typed_as_people_type(at):
    one = at()
    code = vote(one, fresh_code())
    page = check(one, "")
    check_state(page)
    page.get_by_label("Your check code").fill(code.lower().replace("-", " ").replace("0", "o"))
    page.keyboard.press("Enter")
    assert notice(page) == "Your ballot is on the public board"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "25 characters"),
        ("0000-0000-0000-0000-0000-0000-1", "changed places"),
        ("0000-0000-0000-0000-0000-0000-j", "Keep it secret"),
        ("!000-0000-0000-0000-0000-0000-0", "Character 1"),
        ("<script>alert(1)</script>", "Character 1"),
    ],
)
def test_a_mistyped_code_is_explained_beside_its_field(at, typed, words):
    page = check(at(), "")
    page.get_by_label("Your check code").fill(typed)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    check_state(page)
    page.get_by_role("alert").get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "code"


def test_a_code_that_could_not_be_looked_at_is_not_marked_as_wrong(at):
    one = at("choose-one")
    one.page.goto(one.address.replace("/vote/", "/check/"))
    one.page.locator("#code").fill("ABCD")
    one.page.get_by_role("button", name="Check", exact=True).click()
    expect(one.page.locator("#code")).to_have_attribute("aria-invalid", "true")
    one.page.route("**/ballots/find", lambda route: route.abort())
    one.page.locator("#code").fill(format_check_code("ab" * 32))
    one.page.get_by_role("button", name="Check", exact=True).click()
    expect(one.page.get_by_role("alert")).to_contain_text("could not be asked")
    assert one.page.locator("[aria-invalid]").count() == 0


def test_a_code_that_the_board_does_not_have_is_said_so(at):
    page = check(at(), "0000-0000-0000-0000-0000-0000-0")
    assert notice(page) == "No ballot with this check code is on the public board"
    check_state(page)


def test_a_replaced_ballot_names_the_one_that_counts(at):
    one, typed = at(), fresh_code()
    first = vote(one, typed)
    second = vote(one, typed, IMANI)
    page = check(one, first)
    assert notice(page) == "This ballot was replaced by a later one"
    shown = "-".join(page.locator(".notice .check-code li").all_inner_texts())
    assert shown == second
    assert notice(check(one, second)) == "Your ballot is on the public board"


def test_somebody_who_says_no_gets_evidence_and_a_way_on(at):
    one = at()
    code = vote(one, fresh_code())
    page = check(one, code)
    page.locator("#no").click()
    check_state(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    found = json.loads(download.value.path().read_text())
    assert (found["checkCode"], found["why"]) == (code, "voter-says-no")
    assert ROSA not in json.dumps(found)


def lie(one: Voter, change) -> None:
    """Let the server's answers about ballots be changed on their way."""

    def answer(route):
        response = route.fetch()
        value = response.json()
        for ballot in value["ballots"]:
            change(ballot)
        route.fulfill(response=response, json=value)

    one.context.route("**/elections/*/ballots/find", answer)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(receipt=value["receipt"].replace("index ", "index 1")),
        lambda value: value.update(entry=value["entry"].replace('"ballot"', '"challenged"')),
        lambda value: value.update(type="challenged"),
        lambda value: value.update(receipt=value["receipt"][:-20] + "A" * 16 + "==\n"),
    ],
)
def test_a_server_that_lies_about_a_ballot_is_found_out(at, change):
    one = at()
    code = vote(one, fresh_code())
    lie(one, change)
    page = check(one, code)
    assert notice(page) == "The server's answer does not hold"
    check_state(page)


def test_another_voters_ballot_does_not_pass_for_ones_own(at):
    one = at()
    mine, others = vote(one, fresh_code()), vote(one, fresh_code())
    truth = one.page.request.get(f"{one.base}/elections/{one.slug}/ballots/{tracker_of(one, others)}").json()
    lie(one, lambda value: value.update(truth | {"tracker": value["tracker"]}))
    assert notice(check(one, mine)) == "The server's answer does not hold"
    lie(one, lambda value: value.update(truth))
    assert notice(check(one, mine)) == "No ballot with this check code is on the public board"


def tracker_of(one: Voter, code: str) -> str:
    module = "/credentials/codes.js"
    address = one.page.evaluate(
        "document.querySelector('script[type=module]').src.replace(/\\/[a-z]+\\.js$/, '')"
    )
    script = "([address, code]) => import(address).then((codes) => codes.parseCheckCode(code))"
    digits: str = one.page.evaluate(script, [address + module, code])
    return digits


def opening_link(one: Voter) -> str:
    """What the picture on the page says to another device's camera."""
    with one.page.expect_download() as download:
        one.page.get_by_role("button", name="Save the file").click()
    opening = Path(download.value.path()).read_text().strip()
    return f"{one.base}/elections/{one.slug}/tested/#{opening}"


def test_a_tested_ballot_is_opened_on_another_device(at):
    one = at().enter(fresh_code()).choose(ROSA).go_on()
    code = one.check_code
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    link = opening_link(one)
    other = at()
    other.page.goto(link)
    expect(other.page.locator("h1")).to_have_text("This test ballot says")
    assert ROSA in other.page.inner_text(".answers")
    assert other.check_code == code
    assert "#" not in other.page.url
    check_state(other.page)
    assert notice(check(other, code)) == "This ballot was a test"


def test_what_the_server_sends_of_a_test_is_not_laid_to_the_voters_device(at):
    one = at().enter(fresh_code()).choose(ROSA).go_on()
    expect(one.page.locator("#test")).to_be_visible()
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    link = opening_link(one)
    other = at()
    lie(other, lambda value: value.update(receipt=value["receipt"].replace("index ", "index 1")))
    other.page.goto(link)
    assert notice(other.page) == "The server's answer does not hold"
    expect(other.page.get_by_text("Do not vote on it")).to_have_count(0)
    check_state(other.page)


def test_an_opening_that_was_changed_is_found_out(at):
    one = at().enter(fresh_code()).choose(ROSA).go_on()
    expect(one.page.locator("#test")).to_be_visible()
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    link = opening_link(one)
    for changed in (link[:-4] + "AEAA", link[:-2]):
        other = at()
        other.page.goto("about:blank")
        other.page.goto(changed)
        expect(other.page.locator(".notice-bad, .error-summary")).to_be_visible()
        assert ROSA not in other.page.inner_text("main")


def test_a_link_is_pasted_in_the_place_of_the_check_code(at):
    one = at()
    code = vote(one, fresh_code())
    pin = fingerprint_of(one, one.slug)[:12]
    for link in (f"{one.base}/elections/{one.slug}/check/#{code}", f"https://x.example/#{code}.{pin}"):
        page = check(one, "")
        page.get_by_label("Your check code").fill(link)
        page.get_by_role("button", name="Check", exact=True).click()
        assert notice(page) == "Your ballot is on the public board"
    page = check(one, "")
    page.get_by_label("Your check code").fill(f"https://x.example/#{code}.{'0' * 12}")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("h1")).to_have_text("This is another election")


def test_the_link_for_voting_is_no_check_code_and_does_not_stay(at):
    one, typed = at(), fresh_code()
    page = check(one, "")
    page.get_by_label("Your check code").fill(f"{one.address}#{typed}")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("the code that you vote with")
    assert page.get_by_label("Your check code").input_value() == ""


TOLD = """new MutationObserver(() => {
  const bar = document.querySelector("main progress");
  if (bar && !bar.hidden) globalThis.told = bar.value / bar.max;
}).observe(document, { subtree: true, childList: true, attributes: true });"""


def held(one: Voter) -> list:
    """What the server is asked about ballots, and answers when the test lets it."""
    routes: list = []

    def hold(route):
        routes.append(route)

    one.page.route("**/ballots/find", hold)
    return routes


def test_a_page_that_checks_says_so_and_how_far_it_is(at):
    one = at()
    code = vote(one, fresh_code())
    one.page.add_init_script(TOLD)
    routes = held(one)
    page = check(one, code)
    status = page.locator("main [role=status]")
    expect(status).to_have_text("One moment: this ballot is being looked for and checked …")
    assert page.locator("main progress").is_hidden()
    one.wait_until(lambda: routes)
    check_state(page)
    routes[0].continue_()
    assert notice(page) == "Your ballot is on the public board"
    assert page.evaluate("told") == 1
    one.follow(code)  # from the last step, too
    expect(status).to_have_text("One moment: this ballot is being looked for and checked …")
    one.wait_until(lambda: len(routes) > 1)
    routes[1].fulfill(status=503, json={})
    expect(page.get_by_role("alert")).to_contain_text("The server could not be asked")
    expect(status).to_have_text("")


def test_a_page_that_opens_a_test_says_so(at):
    one = at().enter(fresh_code()).choose(ROSA).go_on()
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    link = opening_link(one)
    routes = held(one)
    one.page.goto("about:blank")
    one.page.goto(link)
    expect(one.page.locator("main [role=status]")).to_have_text(
        "One moment: the tested ballot is being opened …"
    )
    one.wait_until(lambda: routes)
    check_state(one.page)
    routes[0].continue_()
    expect(one.page.locator("h1")).to_have_text("This test ballot says")
    assert one.page.get_by_text("The link that you opened stays in this browser's history").count() == 1


SAVES = """globalThis.revoked = [];
const revoke = URL.revokeObjectURL;
URL.revokeObjectURL = (address) => { globalThis.revoked.push(address); revoke(address); };"""


def test_a_file_that_is_saved_stays_for_a_minute(at):
    one = at()
    one.page.clock.install(time="2026-11-22T12:00:00Z")
    one.page.add_init_script(SAVES)
    page = check(one, "0000-0000-0000-0000-0000-0000-0")
    save = page.get_by_role("button", name="Save the file")
    expect(save).to_be_visible()
    page.clock.pause_at("2027-01-01T12:00:00Z")
    with page.expect_download():
        save.click()
    assert page.evaluate("revoked") == []
    page.clock.fast_forward(59_000)
    assert page.evaluate("revoked") == []
    page.clock.fast_forward(2_000)
    assert len(page.evaluate("revoked")) == 1


def test_a_ballot_that_was_cast_is_no_test(at):
    one = at()
    code = vote(one, fresh_code())
    digits = one.page.request.get(f"{one.base}/elections/{one.slug}/ballots/{tracker_of(one, code)}").json()
    owner = bytes.fromhex(digits["credential"])
    raw = bytes([2]) + bytes(32) + bytes.fromhex(digits["tracker"]) + owner + bytes(32) + bytes(4)
    text = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    one.page.goto(f"{one.base}/elections/{one.slug}/tested/#{text}")
    assert notice(one.page) == "The board does not have this ballot as a test"
    check_state(one.page)


def receipt_of(one: Voter, typed: str) -> bytes:
    """Cast a ballot; return the file that the page saves."""
    vote(one, typed)
    with one.page.expect_download() as download:
        one.page.get_by_role("button", name="Save the receipt").click()
    assert download.value.suggested_filename == "veritally-receipt.json"
    return Path(download.value.path()).read_bytes()


def check_receipt(one: Voter, data: bytes) -> Page:
    page = check(one, "")
    file = {"name": "veritally-receipt.json", "mimeType": "application/json", "buffer": data}
    page.get_by_label("Or the receipt that you saved").set_input_files(file)
    page.get_by_role("button", name="Check").click()
    return page


def test_a_saved_receipt_is_checked_without_typing(at):
    one = at()
    data = receipt_of(one, fresh_code())
    assert ROSA.encode() not in data
    assert notice(check_receipt(one, data)) == "Your ballot is on the public board"


def test_a_board_that_hides_what_it_has_signed_is_found_out(at):
    one = at()
    data = receipt_of(one, fresh_code())
    one.page.route("**/ballots/find", lambda route: route.fulfill(json={"ballots": [], "waiting": []}))
    page = check_receipt(one, data)
    assert notice(page) == "The board has broken its word"
    check_state(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the proof").click()
    evidence = json.loads(Path(download.value.path()).read_bytes())
    assert evidence["why"] == "receipt-not-kept"
    assert json.loads(evidence["sent"])["tracker"] == json.loads(data)["tracker"]


CHANGED = {
    "tracker": lambda text: text[::-1],
    "entry": lambda text: text.replace('"seq":', '"seq":1'),
    "receipt": lambda text: text.replace("index ", "index 1"),
    "ballot": lambda text: text.replace('"challenge":"', '"challenge":"A'),
}


def test_a_receipt_that_was_changed_proves_nothing(at):
    one = at()
    kept = json.loads(receipt_of(one, fresh_code()))
    for part, change in CHANGED.items():
        page = check_receipt(one, json.dumps(kept | {part: change(kept[part])}).encode())
        expect(page.get_by_role("alert")).to_contain_text("This file is not the receipt of a ballot.")
    check_state(page)


def test_a_receipt_of_another_election_is_refused(at):
    one = at()
    kept = json.loads(receipt_of(one, fresh_code()))
    page = check_receipt(one, json.dumps(kept | {"election": "0" * 64}).encode())
    expect(page.get_by_role("alert")).to_contain_text("This is a receipt of another election.")


def test_a_voting_code_is_not_told_to_the_server_and_does_not_stay(at):
    one, typed = at(), fresh_code()
    for page in (check(one, typed), check(one, "")):
        if not page.get_by_role("alert").is_visible():
            page.get_by_label("Your check code").fill(typed.lower())
            page.get_by_role("button", name="Check", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("the code that you vote with")
        assert page.get_by_label("Your check code").input_value() == ""
    assert not [address for address in one.asked if "/ballots" in address]
    assert one.sent == []


def test_the_server_learns_40_bits_of_what_is_typed_and_no_address_holds_a_code(at):
    one = at()
    code = vote(one, fresh_code())
    digits = tracker_of(one, code)
    sent = []
    one.page.on(
        "request", lambda request: sent.append(request.post_data_buffer) if request.method == "POST" else None
    )
    assert notice(check(one, code)) == "Your ballot is on the public board"
    assert list(filter(None, sent)) == [json.dumps({"prefix": digits[:10]}, separators=(",", ":")).encode()]
    asked = [address.partition("#")[0] for address in one.asked]
    assert not [address for address in asked if digits[:10] in address or code[:9] in address]


def anothers(one: Voter, slug: str) -> None:
    """Let the server put another election into this one's page."""
    parts = re.compile(r'data-(?:manifest|key|opening)="[0-9a-f]{64}"')
    others = iter(parts.findall(one.page.request.get(f"{one.base}/elections/{slug}/vote/").text()) * 9)

    def answer(route):
        response = route.fetch()
        route.fulfill(response=response, body=parts.sub(lambda _: next(others), response.text()))

    def blob(route):
        route.continue_(url=route.request.url.replace(f"/{one.slug}/", f"/{slug}/"))

    one.context.route(re.compile(f"/elections/{one.slug}/(vote|check|tested)/"), answer)
    one.context.route(f"**/board/{one.slug}/blob/*", blob)


def fingerprint_of(one: Voter, slug: str) -> str:
    found: str = one.page.request.get(f"{one.base}/api/elections/{slug}").json()["fingerprint"]
    return found


@pytest.mark.parametrize("part", ["vote", "check", "tested"])
def test_the_fingerprint_is_that_of_the_election_that_the_page_works_with(at, part):
    one = at()
    for slug in ("choose-one", "approval"):
        if slug != one.slug:
            anothers(one, slug)
        one.page.goto("about:blank")
        one.page.goto(f"{one.base}/elections/{one.slug}/{part}/")
        expect(one.page.locator("#fingerprint")).to_be_visible()
        shown = one.page.locator("#fingerprint span").all_inner_texts()
        assert "".join(shown) == fingerprint_of(one, slug)[:16]
        title = {"choose-one": "Mayor of Little Harbour", "approval": "School board"}[slug]
        assert title in one.page.locator(".booth-election").inner_text()


@pytest.mark.parametrize("part", ["vote", "check", "tested"])
@pytest.mark.parametrize("digits", [12, 64])
def test_a_link_that_names_the_election_opens_that_one_alone(at, part, digits):
    one = at()
    pin = fingerprint_of(one, one.slug)[:digits]
    address = f"{one.base}/elections/{one.slug}/{part}/#.{pin.upper()}"
    one.page.goto(address)
    expect(one.page.locator("#fingerprint")).to_be_visible()
    anothers(one, "approval")
    one.page.reload()
    expect(one.page.locator("h1")).to_have_text("This is another election")
    assert one.page.locator("main input").count() == 0
    check_state(one.page)
    with one.page.expect_download() as download:
        one.page.get_by_role("button", name="Save the file").click()
    evidence = json.loads(Path(download.value.path()).read_bytes())
    assert (evidence["why"], evidence["fingerprint"]) == ("another-election", fingerprint_of(one, "approval"))
    assert evidence["answer"]["expected"] == pin


@pytest.mark.parametrize("pin", ["c9b6", "0" * 12, "0" * 65, "not-hexadecimal", "."])
def test_a_link_whose_fingerprint_is_cut_short_or_another_is_refused_and_its_code_removed(at, pin):
    one, typed = at(), fresh_code()
    one.page.goto(f"{one.address}#{typed}.{pin}")
    expect(one.page.locator("h1")).to_have_text("This is another election")
    assert typed not in one.page.url
    assert typed not in one.page.content()
    assert one.sent == []


def test_a_link_to_another_election_in_the_same_tab_is_refused(at):
    one = at()
    page = check(one, "")
    expect(page.locator("#fingerprint")).to_be_visible()
    page.evaluate("location.hash = '#0000-0000-0000-0000-0000-0000-0.' + '0'.repeat(12)")
    expect(page.locator("h1")).to_have_text("This is another election")


def test_a_link_carries_code_and_fingerprint_together(at):
    one = at()
    code = vote(one, fresh_code())
    pin = fingerprint_of(one, one.slug)[:12]
    page = check(one, f"{code}.{pin}")
    assert notice(page) == "Your ballot is on the public board"
    assert page.url.endswith(f"/check/#.{pin}")


def test_keys_for_tests_are_refused_anywhere_but_on_this_machine(at):
    one = at()
    page = one.page

    def elsewhere(route):
        answer = route.fetch(url=route.request.url.replace("https://vote.example.org", one.base))
        host = one.base.removeprefix("http://")  # the page's policy names it
        policy = answer.headers.get("content-security-policy", "").replace(host, "vote.example.org")
        route.fulfill(response=answer, headers=answer.headers | {"content-security-policy": policy})

    page.route("https://vote.example.org/**", elsewhere)
    page.goto(f"https://vote.example.org/elections/{one.slug}/check/")
    expect(page.locator("h1")).to_have_text("The election could not be opened")
    assert "ForbiddenModulusSize" in page.inner_text("main")


@pytest.mark.parametrize("part", ["check", "tested"])
def test_skipping_to_the_content_is_no_code(at, part):
    one = at()
    one.page.goto(f"{one.base}/elections/{one.slug}/{part}/")
    expect(one.page.locator("#fingerprint")).to_be_visible()
    before = one.heading
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Enter")
    expect(one.page).to_have_url(re.compile("#content$"))
    assert one.heading == before
    assert one.page.get_by_role("alert").count() == 0


@pytest.mark.parametrize("part", ["vote", "check", "tested"])
def test_skipping_to_the_content_leaves_the_link_to_this_election_in_the_address(at, part):
    one = at()
    pin = fingerprint_of(one, one.slug)[:12]
    one.page.goto(f"{one.base}/elections/{one.slug}/{part}/#.{pin}")
    expect(one.page.locator("#fingerprint")).to_be_visible()
    before = one.page.evaluate("history.length")
    one.page.locator("a.skip").focus()
    one.page.keyboard.press("Enter")
    one.wait_until(lambda: one.page.evaluate("history.length") > before)
    expect(one.page).to_have_url(re.compile(rf"#\.{pin}$"))
    anothers(one, "approval")
    one.page.reload()
    expect(one.page.locator("h1")).to_have_text("This is another election")


FATES = {
    "ended, without a closing entry": (
        lambda value: value.update(state="final"),
        "Your ballot is on the public board",
        "Your ballot is on the public board",
    ),
    "refused": (
        lambda value: value.update(counts=False),
        "This ballot does not hold",
        "Your ballot is on the public board, but it does not count",
    ),
    "replaced": (
        lambda value: value.update(counts=False, later=[{"tracker": "0" * 64, "seq": 99}]),
        "This ballot was replaced by a later one",
        "Your ballot is on the public board, but a later one counts in its place",
    ),
}


@pytest.mark.parametrize("fate", FATES)
def test_yes_is_answered_by_what_becomes_of_the_ballot(at, fate):
    one = at()
    change, found, verdict = FATES[fate]
    code = vote(one, fresh_code())
    lie(one, change)
    page = check(one, code)
    assert notice(page) == found
    check_state(page)
    page.locator("#yes").click()
    expect(page.locator("#yes")).to_have_count(0)
    assert notice(page) == verdict
    check_state(page)


def test_a_revocation_that_the_registrar_has_not_signed_is_not_believed(at):
    one = at()
    code = vote(one, fresh_code())
    lie(one, lambda value: value.update(revoked=value["payload_sha256"], counts=False))
    assert notice(check(one, code)) == "The server's answer does not hold"


@pytest.mark.parametrize("status", [404, 503])
def test_a_roll_change_that_cannot_be_had_at_the_moment_accuses_nobody(at, status):
    one = at()
    code = vote(one, fresh_code())
    absent = "ab" * 32
    lie(one, lambda value: value.update(revoked=absent, counts=False))
    one.context.route(f"**/blob/{absent}", lambda route: route.fulfill(status=status, body="busy"))
    page = check(one, code)
    expect(page.locator(".error-summary")).to_contain_text("The server could not be asked")
    expect(page.locator(".notice-bad")).to_have_count(0)


HELD = """
const [read, post] = [File.prototype.text, Worker.prototype.postMessage];
const held = new Promise((resolve) => { globalThis.letRead = resolve; });
globalThis.answered = 0;
File.prototype.text = async function () { await held; return read.call(this); };
Worker.prototype.postMessage = function (message) {
  const hear = ({ data: { id } }) => { if (id === message.id) { globalThis.answered += 1; } };
  this.addEventListener("message", hear);
  post.call(this, message);
};
"""


def test_a_receipt_that_is_read_late_does_not_overwrite_a_newer_question(at):
    first, one = at(), at()
    data, code = receipt_of(first, fresh_code()), vote(one, fresh_code())
    one.page.add_init_script(HELD)
    page = check_receipt(one, data)
    one.follow(code)
    assert notice(page) == "Your ballot is on the public board"
    answered, asked = page.evaluate("answered"), len(one.asked)
    page.evaluate("letRead()")
    one.wait_until(lambda: page.evaluate("answered") > answered)  # the receipt has been looked at
    page.evaluate("new Promise((resolve) => setTimeout(resolve))")
    assert len(one.asked) == asked
    assert one.check_code == code


def test_a_late_answer_does_not_overwrite_a_newer_one(at):
    one = at()
    code = vote(one, fresh_code())
    held = []

    def hold_the_first(route):
        if held:
            route.continue_()
        held.append(route)

    one.context.route("**/ballots/find", hold_the_first)
    page = check(one, "0000-0000-0000-0000-0000-0000-0")
    while not held:
        page.wait_for_timeout(50)
    page.evaluate("code => { location.hash = code }", code)
    assert notice(page) == "Your ballot is on the public board"
    with page.expect_response("**/ballots/find"):
        held[0].continue_()
    page.get_by_text("Check it on another device").click()  # the page has had its turn
    assert notice(page) == "Your ballot is on the public board"


def test_a_receipt_is_evidence_when_the_board_answers_with_a_broken_proof(at):
    one = at()
    data = receipt_of(one, fresh_code())
    lie(one, lambda value: value.update(receipt=value["receipt"].replace("index ", "index 1")))
    page = check_receipt(one, data)
    assert notice(page) == "The server's answer does not hold"
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    evidence = json.loads(Path(download.value.path()).read_bytes())
    assert json.loads(evidence["sent"])["entry"] == json.loads(data)["entry"]


def test_a_tested_ballot_is_opened_from_its_file(at):
    one = at().enter(fresh_code()).choose(ROSA).go_on()
    code = one.check_code
    one.page.locator("#test").click()
    one.page.locator("#test").click()
    with one.page.expect_download() as download:
        one.page.get_by_role("button", name="Save the file").click()
    other = at()
    other.page.goto(f"{other.base}/elections/{other.slug}/tested/")
    other.page.locator("#opening").set_input_files(download.value.path())
    other.page.get_by_role("button", name="Open").click()
    expect(other.page.locator("h1")).to_have_text("This test ballot says")
    assert ROSA in other.page.inner_text(".answers")
    assert other.check_code == code
    junk = {"name": "veritally-test.txt", "mimeType": "text/plain", "buffer": b"not an opening"}
    other.page.goto(f"{other.base}/elections/{other.slug}/tested/")
    other.page.locator("#opening").set_input_files(junk)
    other.page.get_by_role("button", name="Open").click()
    expect(other.page.get_by_role("alert")).to_contain_text("This is not the file or the link")


@pytest.mark.parametrize("part", ["vote", "check", "tested"])
def test_a_rehearsal_is_marked_on_every_page(at, part):
    for slug, number in (("practice", 1), ("choose-one", 0)):
        one = at(slug)
        one.page.goto(f"{one.base}/elections/{slug}/{part}/")
        expect(one.page.locator("#fingerprint")).to_be_visible()
        assert one.page.get_by_text("This is a rehearsal: it does not count.").count() == number


@pytest.mark.parametrize("part", ["check", "tested"])
def test_a_browser_without_ed25519_is_told_so_before_anything_is_asked(at, part):
    one = at()
    one.page.add_init_script(WITHOUT_ED25519)
    one.page.goto(f"{one.base}/elections/{one.slug}/{part}/")
    expect(one.page.locator("h1")).to_have_text("This browser cannot be used here")
    check_state(one.page)


def test_a_browser_that_cannot_vote_leaves_no_code_in_the_address(at):
    one, typed = at(), fresh_code()
    one.page.add_init_script(WITHOUT_ED25519)
    one.page.goto(f"{one.address}#{typed}")
    expect(one.page.locator("h1")).to_have_text("This browser cannot be used here")
    assert typed not in one.page.url


@pytest.mark.parametrize("part", ["check", "tested"])
def test_without_javascript_the_page_says_what_to_do(browser, base, part):
    one = voter(browser, base, "choose-one", java_script_enabled=False)
    one.page.goto(f"{base}/elections/choose-one/{part}/")
    assert "This page needs JavaScript" in one.page.content()
    one.context.close()


@pytest.mark.parametrize("part", ["check", "tested"])
def test_in_the_readers_own_colours_the_page_stays_accessible(at, part):
    one = at()
    one.page.emulate_media(forced_colors="active")
    one.page.goto(f"{one.base}/elections/{one.slug}/{part}/")
    expect(one.page.locator("#fingerprint")).to_be_visible()
    assert violations(one.page, without=("color-contrast",)) == []  # the colours are the reader's own


def test_what_goes_wrong_is_accessible_in_arabic(browser, base):
    one = voter(browser, base, "market", locale="ar")
    page = check(one, "0000-0000-0000-0000-0000-0000-0")
    expect(page.locator(".notice-bad")).to_be_visible()
    check_state(page)
    for part in ("check", "tested"):
        page.goto("about:blank")
        page.goto(f"{base}/elections/market/{part}/#.{'0' * 12}")
        expect(page.locator(".notice-bad")).to_be_visible()
        check_state(page)
    one.context.close()
