# SPDX-License-Identifier: AGPL-3.0-or-later
"""The QR vectors that node reads are what the other library draws today."""

import json

from tests.vectors.make_qr import FILE, cases, rows_of


def test_the_vectors_are_the_other_librarys():
    vectors = json.loads(FILE.read_text())
    assert vectors["example"] == rows_of("a", 0)
    assert vectors["cases"] == cases()
