# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which characters texts and names may hold (docs/spec/board.md, "Characters").

Pinned to one version of Unicode: what a record may hold must not depend on what it is read with. Normal form
C of the characters that are assigned there never changes.
"""

import re

from bulletin_board.codec.unicode14 import UNASSIGNED, UNPRINTED


def _class(ranges: str) -> str:
    """The inside of a character class of a regular expression."""
    return "".join(
        "-".join(f"\\U{int(end, 16):08x}" for end in part.split("-")) for part in ranges.split(" ")
    )


# Controls (C0, DEL, C1), bidirectional marks and overrides, line and paragraph separators, deprecated
# format characters, surrogates, and the byte order mark: invisible, or able to change how a name is read.
_UNFIT = "0-1f 7f-9f 61c 200e 200f 2028-202e 2066-206f d800-dfff feff"
# In any text.
FORBIDDEN = re.compile(f"[{_class(_UNFIT)}{_class(UNASSIGNED)}]")
# In the name of a key: as well, whatever is not seen, and the plus sign that ends the name.
FORBIDDEN_IN_NAMES = re.compile(f"[+{_class(UNPRINTED)}{_class(UNASSIGNED)}]")
