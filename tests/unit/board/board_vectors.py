# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shared vectors, and the error classes they name."""

import json
from pathlib import Path
from typing import Any

from bulletin_board import errors

_FOLDER = Path(__file__).parents[2] / "vectors"


def load(name: str) -> Any:
    """Return the vectors in the file `name`."""
    return json.loads((_FOLDER / name).read_text("utf-8"))


def error(name: str) -> type[errors.BoardError]:
    """Return the error class of that name."""
    found: type[errors.BoardError] = getattr(errors, name)
    return found
