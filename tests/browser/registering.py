# SPDX-License-Identifier: AGPL-3.0-or-later
"""Registering in a browser, one step of the page after the other."""

import re
from email import message_from_string, policy

from playwright.sync_api import Page, expect

from tests.browser.registration_office import SLUG, Place

LINK = re.compile(r"https?://\S+/confirm/#\S+")


def begin(page: Page, place: Place) -> None:
    page.goto(f"{place.base}/elections/{SLUG}/register/")


def heading(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_have_text(text)
    assert page.evaluate("document.activeElement.tagName") == "H1"


def make_a_code(page: Page, place: Place, address: str) -> str:
    """Say who one is; return the code that the browser made."""
    begin(page, place)
    page.locator("#address").fill(address)
    page.get_by_role("button", name="Make my code").click()
    heading(page, "Your code")
    return "-".join(page.locator(".check-code li").all_inner_texts())


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


def save_a_backup(page: Page, passphrase: str) -> bytes:
    """The file that the page with the code gives."""
    page.get_by_text("Keep it as a file as well").click()
    page.locator("#passphrase").fill(passphrase)
    page.locator("#passphrase-again").fill(passphrase)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the backup file").click()
    return download.value.path().read_bytes()


def link_for(place: Place, address: str) -> str:
    """The link in the newest message to an address."""
    mails = [message_from_string(text, policy=policy.default) for text in place.mails()]
    *_, newest = [mail for mail in mails if mail["To"] == address]
    return LINK.search(newest.get_content())[0]


def confirm(page: Page, place: Place, address: str) -> None:
    page.goto(link_for(place, address))
    page.get_by_role("button", name="Confirm my registration").click()
    expect(page.locator("h1")).to_have_text("Your registration is confirmed")
