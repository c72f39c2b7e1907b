# SPDX-License-Identifier: AGPL-3.0-or-later
"""Registering in a real browser: a code is made there, kept, shown to be kept, and confirmed."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.registering import LINK, begin, heading, keep_the_code, link_for, show_the_code
from tests.browser.registration_office import SLUG, running
from tests.browser.voters import WITHOUT_ED25519

pytestmark = pytest.mark.servers

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 768, 1280)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with running(tmp_path_factory.mktemp("registration")) as found:
        yield found


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 360, "height": 780}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def check_accessible(page: Page) -> None:
    """By axe, at three widths; and it never scrolls sideways."""
    page.eval_on_selector_all("details", "all => all.forEach(details => { details.open = true })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]}).response
        assert [rule["id"] for rule in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_voter_registers_by_e_mail(page, place):
    sent = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    begin(page, place)
    check_accessible(page)
    page.locator("#address").fill("ada@example.org")
    page.get_by_role("button", name="Make my code").click()
    heading(page, "Your code")
    check_accessible(page)
    code = keep_the_code(page)
    heading(page, "Show that you have it")
    check_accessible(page)
    show_the_code(page, code)
    expect(page.locator("h1")).not_to_have_text("Show that you have it")
    check_accessible(page)
    assert not [request for request in sent if code in request or code.replace("-", "") in request]
    page.goto(link_for(place, "ada@example.org"))
    assert "#" not in page.url
    check_accessible(page)
    page.get_by_role("button", name="Confirm my registration").click()
    expect(page.locator("h1")).to_have_text("Your registration is confirmed")
    check_accessible(page)


def test_a_message_that_a_stranger_asked_for_confirms_the_voters_own_registration(page, browser, place):
    numbers = []
    for voter in (page, browser.new_context().new_page()):
        begin(voter, place)
        voter.locator("#address").fill("eve@example.org")
        voter.get_by_role("button", name="Make my code").click()
        show_the_code(voter, keep_the_code(voter))
        numbers.append(voter.locator(".register-reference strong").inner_text())
    mine, of_the_stranger = numbers
    message = next(text for text in place.mails() if of_the_stranger in text)
    page.goto(LINK.search(message.replace("=\n", ""))[0])
    page.get_by_text("The message shows another number").click()
    check_accessible(page)
    page.get_by_role("button", name="Confirm the registration with this number").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("alert").get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "number"
    page.locator("#number").fill(mine.lower())
    page.get_by_role("button", name="Confirm the registration with this number").click()
    expect(page.locator("h1")).to_have_text("Your registration is confirmed")
    expect(page.get_by_text(mine)).to_be_visible()


def test_a_group_that_was_not_kept_registers_nobody(page, place):
    begin(page, place)
    page.locator("#address").fill("ben@example.org")
    page.get_by_role("button", name="Make my code").click()
    code = keep_the_code(page)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    show_the_code(page, "-".join("0000" for _ in code.split("-")))
    expect(page.get_by_role("alert")).to_contain_text("is another one")
    check_accessible(page)
    assert sent == []


def test_what_is_no_address_is_explained_beside_its_field(page, place):
    begin(page, place)
    page.locator("#address").fill("nobody")
    page.get_by_role("button", name="Make my code").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("alert").get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "address"


def test_a_voter_registers_by_the_organisations_sign_in(page, place):
    begin(page, place)
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=sub]").fill("cleo")
    page.locator("button[type=submit]").first.click()
    expect(page.get_by_text("You are signed in as:")).to_be_visible()
    page.get_by_role("button", name="Make my code").click()
    show_the_code(page, keep_the_code(page))
    expect(page.locator("h1")).not_to_have_text("Show that you have it")
    check_accessible(page)


def test_who_stays_away_until_the_sign_in_has_ended_can_sign_in_again(page, place):
    begin(page, place)
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=sub]").fill("dorothea")
    page.locator("button[type=submit]").first.click()
    page.get_by_role("button", name="Make my code").click()
    code = keep_the_code(page)
    for cookie in page.context.cookies(place.base):
        if cookie["name"] != "csrf":
            page.context.clear_cookies(name=cookie["name"])
    show_the_code(page, code)
    heading(page, "This did not work")
    expect(page.get_by_role("alert")).to_contain_text("Your sign-in has ended. Sign in again.")
    check_accessible(page)
    page.get_by_role("button", name="Start again").click()
    heading(page, "Register to vote")
    expect(page.get_by_text("You are signed in as:")).to_have_count(0)
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[name=sub]").fill("dorothea")
    page.locator("button[type=submit]").first.click()
    page.get_by_role("button", name="Make my code").click()
    show_the_code(page, keep_the_code(page))
    heading(page, "You are registered")


def test_the_code_is_not_kept_by_the_browser(page, place):
    begin(page, place)
    page.locator("#address").fill("dora@example.org")
    page.get_by_role("button", name="Make my code").click()
    code = keep_the_code(page)
    kept = page.evaluate(
        "() => JSON.stringify([{...sessionStorage}, {...localStorage}, location.href, history.state])"
    )
    assert code not in kept
    page.reload()
    heading_text = page.locator("h1").inner_text()
    assert heading_text == "Register to vote"


def test_without_javascript_there_is_a_clear_message(browser, place):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{place.base}/elections/{SLUG}/register/")
    assert "JavaScript" in page.inner_text("main")
    context.close()


def test_a_browser_without_ed25519_is_told_so_before_a_code_is_made(page, place):
    page.add_init_script(WITHOUT_ED25519)
    begin(page, place)
    heading(page, "This browser cannot be used here")
    assert page.locator("main input").count() == 0
    check_accessible(page)


def test_a_browser_that_fails_over_the_key_says_that_nothing_was_registered(page, place):
    begin(page, place)
    page.locator("#address").fill("fay@example.org")
    page.get_by_role("button", name="Make my code").click()
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.evaluate("() => { crypto.subtle.sign = () => Promise.reject(new DOMException('no')) }")
    show_the_code(page, keep_the_code(page))
    heading(page, "This browser cannot be used here")
    expect(page.locator("main")).to_contain_text("You are not registered yet.")
    assert sent == []


def test_an_address_is_corrected_after_a_failure(page, place):
    begin(page, place)
    page.locator("#address").fill("gina@exmaple.org")
    page.get_by_role("button", name="Make my code").click()
    page.route("**/register/by-email", lambda route: route.abort())
    show_the_code(page, keep_the_code(page))
    heading(page, "This did not work")
    check_accessible(page)
    page.get_by_role("button", name="Start again").click()
    heading(page, "Register to vote")
    assert page.get_by_text("You are signed in as:").count() == 0
    assert page.locator("#address").input_value() == "gina@exmaple.org"
    page.locator("#address").fill("gina@example.org")
    page.unroute("**/register/by-email")
    page.get_by_role("button", name="Make my code").click()
    show_the_code(page, keep_the_code(page))
    heading(page, "Look into your e-mail")
    expect(page.locator("main")).to_contain_text("gina@example.org")


PASSPHRASE = "correct horse battery"


def test_a_code_that_is_kept_as_a_file_registers(page, place, tmp_path):
    begin(page, place)
    page.locator("#address").fill("hal@example.org")
    page.get_by_role("button", name="Make my code").click()
    heading(page, "Your code")
    page.get_by_text("Keep it as a file as well").click()
    page.locator("#passphrase").fill("short")
    page.get_by_role("button", name="Save the backup file").click()
    expect(page.get_by_role("alert")).to_contain_text("too short")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("#passphrase-again").fill(PASSPHRASE.upper())
    page.get_by_role("button", name="Save the backup file").click()
    expect(page.get_by_role("alert")).to_contain_text("differ")
    page.locator("#passphrase-again").fill(PASSPHRASE)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the backup file").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    code = "-".join(page.locator(".check-code li").all_inner_texts())
    page.get_by_role("button", name="I have kept it").click()
    assert code not in file.read_text()
    assert PASSPHRASE not in file.read_text()
    page.get_by_text("I have a backup file").click()
    page.locator("#backup").set_input_files(file)
    page.locator("#backup-passphrase").fill("another passphrase")
    page.get_by_role("button", name="Open the file, and register").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not your backup file")
    check_accessible(page)
    page.locator("#backup-passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Open the file, and register").click()
    heading(page, "Look into your e-mail")


def test_registering_is_accessible_in_arabic(browser, place):
    context = browser.new_context(
        locale="ar", viewport={"width": 360, "height": 780}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{place.base}/elections/{SLUG}/register/")
    page.locator("#address").fill("nobody")
    page.locator("form.sheet button[type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_accessible(page)
    page.locator("#address").fill("ina@example.org")
    page.locator("form.sheet button[type=submit]").click()
    expect(page.locator(".check-code")).to_be_visible()
    check_accessible(page)
    assert page.evaluate("getComputedStyle(document.querySelector('.check-code')).direction") == "ltr"
    context.close()


def test_in_the_readers_own_colours_registering_stays_accessible(page, place):
    page.emulate_media(forced_colors="active")
    begin(page, place)
    heading(page, "Register to vote")
    options = {
        "runOnly": TAGS,
        "resultTypes": ["violations"],
        "rules": {"color-contrast": {"enabled": False}},
    }
    assert [rule["id"] for rule in Axe().run(page, options=options).response["violations"]] == []


def test_without_javascript_confirming_says_what_to_do(browser, place):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{place.base}/elections/{SLUG}/register/confirm/#{'A' * 22}")
    assert "JavaScript" in page.inner_text("main")
    context.close()
