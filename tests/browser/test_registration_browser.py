# SPDX-License-Identifier: AGPL-3.0-or-later
"""Registering in a real browser: a code is made there, kept, shown to be kept, and confirmed."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.registration_office import SLUG, running
from tests.browser.voters import chromium

pytestmark = pytest.mark.servers

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 768, 1280)
LINK = re.compile(r"https?://\S+/confirm/#\S+")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with running(tmp_path_factory.mktemp("registration")) as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
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


def begin(page: Page, place) -> None:
    page.goto(f"{place.base}/elections/{SLUG}/register/")


def heading(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_have_text(text)
    assert page.evaluate("document.activeElement.tagName") == "H1"


def keep_the_code(page: Page) -> str:
    heading(page, "Your code")
    code = "-".join(page.locator(".check-code li").all_inner_texts())
    page.get_by_role("button", name="I have kept it").click()
    return code


def show_the_code(page: Page, code: str) -> None:
    heading(page, "Show that you have it")
    for field in page.locator("input[id^=group-]").all():
        group = int(field.get_attribute("id").removeprefix("group-"))
        field.fill(code.split("-")[group].lower())
    page.get_by_role("button", name="Register", exact=True).click()


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
    link = LINK.search(place.mails()[-1].replace("=\n", ""))
    assert link is not None
    page.goto(link[0])
    assert "#" not in page.url
    check_accessible(page)
    page.get_by_role("button", name="Confirm my registration").click()
    expect(page.locator("h1")).to_have_text("Your registration is confirmed")
    check_accessible(page)


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
