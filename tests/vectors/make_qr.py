# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write tests/vectors/qr.json, QR codes as another library draws them: `python -m tests.vectors.make_qr`."""

import hashlib
import json
from pathlib import Path

import qrcode
from qrcode.util import MODE_8BIT_BYTE, QRData

FILE = Path(__file__).with_name("qr.json")
MASKS = range(8)
ADDRESS = "https://vote.example.org/elections/harbour/check/#04HM-ASW9-NF6Y-ZZPW-QAC7-CN1J-2"
# The last two fill versions 9 and 40 to the last octet; between 9 and 10 the length takes more bits.
TEXTS = ("a", ADDRESS, "é" * 40, "n" * 180, "n" * 181, "q" * 500, "q" * 1000, "q" * 2331)


def rows_of(text: str, mask: int) -> list[str]:
    """Return the modules, level M, without the quiet zone."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, mask_pattern=mask, border=0, box_size=1
    )
    code.add_data(QRData(text.encode(), mode=MODE_8BIT_BYTE))
    code.make(fit=True)
    return ["".join("1" if dark else "0" for dark in row) for row in code.get_matrix()]


def cases() -> list[dict[str, object]]:
    """Return every text under every mask: size, and SHA-256 of the rows joined by line breaks."""
    found = []
    for text in TEXTS:
        for mask in MASKS:
            rows = rows_of(text, mask)
            digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
            found.append({"text": text, "mask": mask, "size": len(rows), "rows_sha256": digest})
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps({"example": rows_of("a", 0), "cases": cases()}, indent=1) + "\n")
