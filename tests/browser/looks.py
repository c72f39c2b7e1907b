# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a page looks to all its readers: contrast, sizes, widths."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.voters import Voter

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (320, 768, 1280)


SMALL = """() => [...document.querySelectorAll('main :is(button, input, summary, a.btn, label.choice)')]
  .filter((part) => part.checkVisibility() && !part.closest('label.choice > *'))
  .filter((part) => part.getBoundingClientRect().height < 47.5)
  .map((part) => part.outerHTML)"""
CUT_OFF = """() => [...document.querySelectorAll("button, a.btn, .pill, h1, h2, label, summary, legend")]
  .filter((each) => each.offsetParent && !each.closest(".visually-hidden, .bars"))
  .filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline")
  .map((each) => each.outerHTML)"""
COVERED = """() => {
  const focused = document.activeElement;
  const { left, top, width, height } = focused.getBoundingClientRect();
  return ![0.1, 0.5, 0.9].every((part) => {
    const seen = document.elementFromPoint(left + width / 2, top + part * height);
    return seen && (focused.contains(seen) || seen.closest("label")?.control === focused);
  });
}"""


def focus_is_covered(page: Page) -> bool:
    """Whether something stands over a part of what has the focus, or the edge of the screen cuts it."""
    found: bool = page.evaluate(COVERED)
    return found


def violations(page: Page, *, without: tuple[str, ...] = ()) -> list[str]:
    rules = {name: {"enabled": False} for name in without}
    options = {"runOnly": TAGS, "resultTypes": ["violations"], "rules": rules}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def check_width(page: Page, width: int) -> None:
    """Nothing to scroll sideways, and no word cut off."""
    page.set_viewport_size({"width": width, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_OFF) == []


def check_page(page: Page, widths: tuple[int, ...] = WIDTHS) -> None:
    """Accessible at every width, with large targets, and as wide as the screen."""
    for width in widths:
        check_width(page, width)
        assert page.evaluate(SMALL) == []
        assert violations(page) == []


def check_looks(one: Voter) -> None:
    """As `check_page`, and in every light, and with text of twice the size."""
    page = one.page
    check_page(page)
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.emulate_media(color_scheme="light", forced_colors="active")
    assert violations(page, without=("color-contrast",)) == []  # the colours are the reader's own
    page.emulate_media(forced_colors="none")
    page.set_viewport_size({"width": 640, "height": 780})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.evaluate("document.documentElement.style.fontSize = ''")
