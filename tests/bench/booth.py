# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a voter waits for, in a real browser against the real server on SQLite: 3072 bits, choose one of 20.

Times are the page's own: from the click until the frame after what was waited for is there; medians.
"""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.browser.polling_place import code, opened
from tests.browser.voters import Voter, chromium, voter

MODULUS_BITS = 3072
VOTERS = 5
SLUG = "large"
THOUGHT = 5_000  # ms

# Presses `button` (a selector) and waits for `sign`; milliseconds until it is painted.
PRESS = """([button, sign]) => new Promise((resolve) => {
  const begin = performance.now();
  const look = () => {
    if (!document.querySelector(sign)) return requestAnimationFrame(look);
    return requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
  };
  document.querySelector(button).click();
  look();
})"""
# The fastest voter there can be: answers in the very frame in which the question appears.
RUSH = """() => new Promise((resolve) => {
  const look = () => {
    const option = document.querySelector("#option-0");
    if (!option) return requestAnimationFrame(look);
    option.click();
    return resolve();
  };
  document.querySelector("button.btn-primary[type=submit]").click();
  look();
})"""
REVIEW = ("button.btn-primary[type=submit]", ".seal .check-code")
CAST = ("#cast", "[data-banner=on-board]")

Row = dict[str, str | int | float]


def rows() -> Iterator[Row]:
    """The three figures; raises what the browser says if it cannot vote."""
    waited: dict[str, list[float]] = {"review-to-check-code": [], "review-to-check-code/no-wait": []}
    cast: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder), large=True) as base,
        chromium() as browser,
    ):
        for number in range(2 * VOTERS):
            name = list(waited)[number % 2]
            one = voter(browser, base, SLUG)
            review, sent = _vote(one, code(number), rushes=name.endswith("no-wait"))
            waited[name].append(review)
            cast.append(sent)
            one.context.close()
    for name, times in (waited | {"cast-to-receipt": cast}).items():
        milliseconds = round(statistics.median(times), 1)
        yield {"name": f"booth/{name}", "modulus_bits": MODULUS_BITS, "milliseconds": milliseconds}


def _vote(one: Voter, typed: str, *, rushes: bool) -> tuple[float, float]:
    """Milliseconds from Review to the check code, and from Cast to the verified receipt."""
    one.page.goto(f"{one.address}#{typed}")
    one.page.locator("#code").wait_for()
    if rushes:
        one.page.evaluate(RUSH)
    else:
        one.page.locator("button.btn-primary[type=submit]").click()
        one.page.locator("#option-0").check()
        one.page.wait_for_timeout(THOUGHT)
    review: float = one.page.evaluate(PRESS, list(REVIEW))
    sent: float = one.page.evaluate(PRESS, list(CAST))
    return review, sent
