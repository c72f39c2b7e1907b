# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public pages in a real browser: accessible, narrow, by keyboard alone, nothing from elsewhere."""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.pages_server import running

pytestmark = pytest.mark.servers

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FINAL = "/elections/little-harbour/"
PAGES = (
    "/",
    FINAL,
    "/elections/district-projects/",
    "/elections/hostile/",
    "/elections/rowing-club/",
    "/elections/parents/",
    "/elections/housing/",
    f"{FINAL}board/",
    f"{FINAL}board/0/",
    f"{FINAL}board/6/",
    f"{FINAL}heads/",
    "/api/",
    "/how-it-works/",
    "/how-to-verify/",
    "/licence/",
    "/nowhere/",
)
WIDTHS = (320, 768, 1280)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    with running(tmp_path_factory.mktemp("pages")) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    # Not for longer than this module: Django takes the thread for an asynchronous one meanwhile.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def visit(browser: Browser, address: str, *, width: int = 1280) -> Page:
    screen = {"width": width, "height": 900}
    # Without motion, so that no colour is caught half-way between light and dark.
    context = browser.new_context(viewport=screen, color_scheme="light", reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    return page


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_never_scrolls_sideways(browser, base, path):
    page = visit(browser, base + path)
    page.eval_on_selector_all("details", "all => all.forEach(details => { details.open = true })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.context.close()


def test_an_unaccessible_page_would_be_found(browser, base):
    page = visit(browser, base)
    page.evaluate("document.querySelector('h1').setAttribute('aria-labelledby', 'none')")
    page.evaluate("document.querySelector('.lead').setAttribute('class', 'unreadable')")
    page.evaluate("document.querySelector('.unreadable').style.color = '#e5e5e5'")
    assert any(line.startswith("color-contrast") for line in violations(page))
    page.context.close()


def test_pages_ask_nobody_else_and_break_no_policy(browser, base):
    context = browser.new_context()
    page = context.new_page()
    asked: set[str] = set()
    said: list[str] = []
    page.on("request", lambda request: asked.add(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in PAGES[:-1]:
        page.goto(base + path)
    assert [url for url in asked if not url.startswith((base + "/", "data:image/svg+xml"))] == []
    assert said == []
    context.close()


def test_hostile_names_run_nothing(browser, base):
    context = browser.new_context()
    page = context.new_page()
    opened: list[str] = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    for path in ("/", "/elections/hostile/", "/elections/hostile/board/0/"):
        page.goto(base + path)
    assert opened == []
    context.close()


OUTLINE = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    tag: element.tagName, text: element.innerText,
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
      && box.width > 0 && box.top >= 0,
  };
}"""


@pytest.mark.parametrize("path", ["/", FINAL, f"{FINAL}board/", f"{FINAL}board/6/"])
def test_the_keyboard_reaches_everything_and_the_focus_is_seen(browser, base, path):
    page = visit(browser, base + path)
    stops = page.locator("a[href], button, input:not([type=hidden]), summary, [tabindex='0']").count()
    hidden = page.locator("details:not([open]) :is(a, button, [tabindex='0'])").count()
    seen = []
    for _ in range(stops - hidden):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(OUTLINE))
    assert seen[0]["text"] == "Skip to the content"
    assert [stop for stop in seen if stop["tag"] == "BODY" or not stop["seen"]] == []
    page.context.close()


def test_a_ballot_is_found_without_a_mouse(browser, base):
    page = visit(browser, f"{base}{FINAL}board/6/", width=320)
    code = "-".join(page.locator(".check-code li").all_inner_texts())
    page.goto(f"{base}{FINAL}board/")
    page.get_by_label("Check code").press_sequentially(code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url("**/find/")
    assert "It is entry 6." in page.get_by_role("status").inner_text()
    assert code not in page.url
    assert violations(page) == []
    page.context.close()


def test_a_mistyped_code_is_explained_beside_the_field(browser, base):
    page = visit(browser, f"{base}{FINAL}board/", width=320)
    page.get_by_label("Check code").fill("0000-0000-0000-0000-0000-0000-1")
    page.get_by_role("button", name="Find").click()
    assert "changed places" in page.get_by_role("alert").inner_text()
    assert violations(page) == []
    page.get_by_role("alert").get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "code"
    page.context.close()


def test_a_copied_fingerprint_is_one_word(browser, base):
    page = visit(browser, base + FINAL)
    copied = page.evaluate(
        "() => { getSelection().selectAllChildren(document.querySelector('.fingerprint'));"
        " return getSelection().toString() }"
    )
    assert len(copied) == 64
    assert set(copied) <= set("0123456789abcdef")
    page.context.close()


def test_a_page_is_complete_without_javascript(browser, base):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + FINAL)
    assert "Rosa Delgado is chosen" in page.inner_text("main")
    context.close()
