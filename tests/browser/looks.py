# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a page looks to all its readers: contrast, sizes, widths."""

from axe_playwright_python.sync_playwright import Axe

from tests.browser.voters import Voter

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
