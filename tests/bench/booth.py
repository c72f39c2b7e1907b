# SPDX-License-Identifier: AGPL-3.0-or-later
"""What voters wait for, in a real browser against the real server on SQLite, by kind: 3072 bits, 20 options.

Times are the page's own: from the click until the frame after what was waited for is there; medians.
"""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.polling_place import code, opened
from tests.browser.voters import Voter, chromium, voter

MODULUS_BITS = 3072
VOTERS = 5
VOTERS_OF_KIND = 3
SLUG = "large"  # choose one
KINDS = ("approval", "score", "score-10", "cumulative", "knapsack")
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
    if (option.type !== "text") option.click();
    else {
      option.value = "1";
      option.dispatchEvent(new Event("change"));
    }
    return resolve();
  };
  document.querySelector("button.btn-primary[type=submit]").click();
  look();
})"""
REVIEW = ("button.btn-primary[type=submit]", ".seal .check-code")
CAST = ("#cast", "[data-banner=on-board]")

Row = dict[str, str | int | float]


def rows() -> Iterator[Row]:
    """Three figures of choose-one, and of each other kind; raises what the browser says if it cannot vote."""
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder), large=True) as base,
        chromium() as browser,
    ):
        yield from _figures(browser, base, SLUG, VOTERS)
        for kind in KINDS:
            yield from _figures(browser, base, f"{SLUG}-{kind}", VOTERS_OF_KIND, f"/{kind}")


def _figures(browser: Browser, base: str, slug: str, voters: int, ending: str = "") -> Iterator[Row]:
    """Half of the voters take their time, and half take none."""
    waited: dict[str, list[float]] = {
        "review-to-check-code": [],
        "review-to-check-code/no-wait": [],
        "cast-to-receipt": [],
    }
    thoughtful, hasty, cast = waited.values()
    for number in range(2 * voters):
        rushes = number % 2 == 1
        one = voter(browser, base, slug)
        review, sent = _vote(one, code(number), rushes=rushes)
        (hasty if rushes else thoughtful).append(review)
        cast.append(sent)
        one.context.close()
    for name, times in waited.items():
        milliseconds = round(statistics.median(times), 1)
        yield {"name": f"booth/{name}{ending}", "modulus_bits": MODULUS_BITS, "milliseconds": milliseconds}


def _vote(one: Voter, typed: str, *, rushes: bool) -> tuple[float, float]:
    """Milliseconds from Review to the check code, and from Cast to the verified receipt."""
    one.page.goto(f"{one.address}#{typed}")
    one.page.locator("#code").wait_for()
    one.page.evaluate(RUSH)
    if not rushes:
        one.page.wait_for_timeout(THOUGHT)
    review: float = one.page.evaluate(PRESS, list(REVIEW))
    sent: float = one.page.evaluate(PRESS, list(CAST))
    return review, sent
