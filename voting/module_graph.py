# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which modules a page of the booth will load: its browser can then be told of all of them at once.

Found in the modules' text. A module that is missed here is only loaded later.
"""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

_IMPORT = re.compile(r'^(?:import|export) (?:[^";]*\bfrom )?"(\.[^"]+\.js)";', re.MULTILINE)
_WORKER = re.compile(r'\bnew URL\("(\.[^"]+\.js)", import\.meta\.url\)')


@cache
def module_graph(folder: Path, entry: str) -> tuple[str, ...]:
    """Return the paths of a module and of those that it imports, then of the workers that these start."""
    order = [entry]
    _follow(folder, order)
    started = [name for importer in order for name in _named(folder, importer, _WORKER)]
    order += [name for name in dict.fromkeys(started) if name not in order]
    _follow(folder, order)
    return tuple(order)


def _follow(folder: Path, order: list[str]) -> None:
    """Append to `order` whatever the modules in it import, the nearest first."""
    for importer in order:  # grows meanwhile
        order += [name for name in _named(folder, importer, _IMPORT) if name not in order]


def _named(folder: Path, importer: str, pattern: re.Pattern[str]) -> list[str]:
    path = folder / importer
    text = path.read_text("utf-8") if path.is_file() else ""
    return [normpath(join(dirname(importer), found)) for found in dict.fromkeys(pattern.findall(text))]
