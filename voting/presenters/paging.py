# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of a board that grows: page p always holds the entries from 50·(p − 1) on, so that links stay good.

The newest page stands first and may be short.
"""

from dataclasses import dataclass

PAGE = 50  # entries
_DIGITS = 12  # 2^53 entries are more than anyone will page through


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Entries `first` to `last` on page `number` of `pages`."""

    number: int
    pages: int
    first: int
    last: int

    @property
    def newer(self) -> int | None:
        """The page with newer entries."""
        return self.number + 1 if self.number < self.pages else None

    @property
    def older(self) -> int | None:
        """The page with older entries."""
        return self.number - 1 if self.number > 1 else None


def window(size: int, asked: str) -> Window | None:
    """Return the page that was `asked` for ("" is the newest) of `size` entries; None if there is none."""
    pages = -(-size // PAGE)
    if not asked:
        number = pages
    elif asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS and not asked.startswith("0"):
        number = int(asked)
    else:
        return None
    if not 1 <= number <= pages:
        return None
    first = (number - 1) * PAGE
    return Window(number=number, pages=pages, first=first, last=min(first + PAGE, size) - 1)
