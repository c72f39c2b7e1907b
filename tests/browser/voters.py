# SPDX-License-Identifier: AGPL-3.0-or-later
"""A voter in a real browser at the polling place: one step of the voting page after the other."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.browser.polling_place import fresh_code

ADA = "Rosa Delgado"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 30_000  # ms

WITHOUT_ED25519 = (
    "const make = crypto.subtle.generateKey.bind(crypto.subtle);"
    "crypto.subtle.generateKey = (name, ...rest) => name === 'Ed25519'"
    " ? Promise.reject(new DOMException('no', 'NotSupportedError')) : make(name, ...rest);"
)

expect.set_options(timeout=PATIENCE)


def chromium_program() -> str:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))


@contextmanager
def chromium(*, keeps_pages: bool = False) -> Iterator[Browser]:
    """A browser; `keeps_pages`: with the back-forward cache, as people's browsers have it."""
    # Not for longer than a module: Django takes the thread for an asynchronous one meanwhile.
    with sync_playwright() as playwright:
        left_out = ["--disable-back-forward-cache"] if keeps_pages else []
        browser = playwright.chromium.launch(
            executable_path=chromium_program(), args=FLAGS, ignore_default_args=left_out
        )
        yield browser
        browser.close()


class Voter:
    """One tab, and all that it asked and said."""

    def __init__(self, context: BrowserContext, base: str, slug: str, *, page: Page | None = None) -> None:
        self.context, self.base, self.slug = context, base, slug
        self.page: Page = page or context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.asked: list[str] = []
        self.sent: list[bytes] = []
        self.said: list[str] = []
        self.page.on("request", self._note)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _note(self, request) -> None:
        self.asked.append(request.url)
        if request.url.endswith(("/ballots", "/challenges")):
            self.sent.append(request.post_data_buffer or b"")

    @property
    def address(self) -> str:
        return f"{self.base}/elections/{self.slug}/vote/"

    def enter(self, typed: str, *, through: str = "") -> "Voter":
        self.page.goto(self.address + through)
        self.page.locator("#code").fill(typed)
        self.page.locator("main form button[type=submit]").first.click()
        return self

    def choose(self, *labels: str) -> "Voter":
        for label in labels:
            self.page.get_by_label(label).check()
        return self

    def give(self, **points: int) -> "Voter":
        for place, amount in points.items():
            self.page.locator(f"#{place.replace('_', '-')}").fill(str(amount))
            self.page.locator(f"#{place.replace('_', '-')}").blur()
        return self

    def go_on(self) -> "Voter":
        self.page.locator("main button[type=submit]").click()
        return self

    def cast(self) -> "Voter":
        self.page.locator("#cast").click()
        return self

    def has_banner(self, name: str) -> "Voter":
        expect(self.page.locator(f"[data-banner={name}]")).to_be_visible()
        return self

    def has_voted(self) -> "Voter":
        return self.has_banner("on-board")

    @property
    def ballots(self) -> set[bytes]:
        """The exact octets of the ballots that were sent, with commitments or without."""
        return {body.removeprefix(b'{"ballot":').partition(b',"commitments":')[0] for body in self.sent}

    @property
    def check_code(self) -> str:
        groups = self.page.locator(".check-code").first
        expect(groups).to_be_visible()
        return "-".join(groups.locator("li").all_inner_texts())

    def saved(self, button: str) -> dict[str, object]:
        """The JSON file that a button of the page gives."""
        with self.page.expect_download() as waited:
            self.page.get_by_role("button", name=button).click()
        found: dict[str, object] = json.loads(waited.value.path().read_text())
        return found

    def wait_until(self, found: Callable[[], object]) -> "Voter":
        """Let the browser go on until something has come; it tells so only while it is asked."""
        for _ in range(PATIENCE // 50):
            if found():
                return self
            self.page.wait_for_timeout(50)
        raise AssertionError("nothing came")

    def follow(self, code: str) -> "Voter":
        """Follow a link with a code in this very tab."""
        self.page.evaluate("code => { location.hash = code }", code)
        return self

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def kept(self) -> dict[str, str]:
        """The tab's session storage."""
        found: dict[str, str] = self.page.evaluate("() => ({...sessionStorage})")
        return found


def voter(browser: Browser, base: str, slug: str, *, width: int = 360, **options: object) -> Voter:
    """A voter with a browser of their own."""
    settings = {
        "viewport": {"width": width, "height": 780},
        "reduced_motion": "reduce",
        "color_scheme": "light",
    }
    return Voter(browser.new_context(**(settings | options)), base, slug)


def to_review(one: Voter) -> Voter:
    """A voter who has chosen, and whose ballot is being locked."""
    return one.enter(fresh_code()).choose(ADA).go_on()


def holding() -> tuple[list[Route], Callable[[Route], None]]:
    """Requests that are held, and the handler that holds them."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    return held, hold
