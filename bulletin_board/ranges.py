# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a request asks for of a long resource: RFC 9110, section 14, one range of bytes.

More ranges at once, other units and whatever cannot be read are ignored, as the RFC allows: then the whole
is sent.
"""

import re

from bulletin_board.errors import RangeNotSatisfiable

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*([0-9]{0,15})-([0-9]{0,15})[ \t]*")


def requested(header: str, length: int) -> tuple[int, int] | None:
    """Return (start, stop) within a resource of `length` bytes, or None: all of it.

    Raises RangeNotSatisfiable for a range that begins behind the end, or is empty.
    """
    matched = _RANGE.fullmatch(header)
    if matched is None or matched.groups() == ("", ""):
        return None
    first, last = matched.groups()
    if not first:  # the last so many bytes
        start, stop = max(length - int(last), 0), length
    elif last and int(last) < int(first):
        return None
    else:
        start, stop = int(first), min(int(last) + 1, length) if last else length
    if start >= stop:
        raise RangeNotSatisfiable("nothing there", expected=length, computed=start)
    return start, stop
