# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write tests/vectors/records and the examples of docs/spec/record.md.

Run: `python -m tests.vectors.make_records`.
"""

import re
from pathlib import Path

from tests.vectors.record_election import election, payloads

FOLDER = Path(__file__).parent / "records"
SPECIFICATION = Path(__file__).parents[2] / "docs" / "spec" / "record.md"

_EXAMPLE = re.compile(r"(<!-- example: ([a-z0-9-]+) -->\n```\n)(|[^\n]+\n)(```\n)")


def examples(text: str) -> dict[str, bytes]:
    """Name -> bytes of each example in the specification."""
    return {found[2]: found[3].removesuffix("\n").encode() for found in _EXAMPLE.finditer(text)}


def with_examples(text: str) -> str:
    """The specification with its examples written anew."""
    made = payloads()
    return _EXAMPLE.sub(lambda found: found[1] + made[found[2]].decode() + "\n" + found[4], text)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, payload in payloads().items():
        (FOLDER / f"{name}.json").write_bytes(payload)
    (FOLDER / "commitments-1").write_bytes(election().commitments)
    SPECIFICATION.write_text(with_examples(SPECIFICATION.read_text()))


if __name__ == "__main__":
    main()
