# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts and names are judged by one version of Unicode, in every program by the same table."""

import re
import sys
import unicodedata

import pytest

from bulletin_board.codec import unicode14
from bulletin_board.codec.characters import FORBIDDEN, FORBIDDEN_IN_NAMES
from scripts import unicode_table

EVERY = [chr(code) for code in range(sys.maxunicode + 1)]
of_that_version = pytest.mark.skipif(
    unicodedata.unidata_version != unicode_table.VERSION, reason="only its own Python has the whole of it"
)


def in_browser(path):
    """The tables in a module for browsers."""
    text = path.read_text("utf-8")
    parts = re.findall(r"export const (\w+) =\n([^;]*);", text)
    return {name: "".join(re.findall(r'"([^"]*)"', rows)) for name, rows in parts}


@pytest.mark.parametrize("path", unicode_table.BROWSERS, ids=lambda path: path.parts[-3])
def test_booth_and_verifier_have_the_table_of_python(path):
    assert in_browser(path) == {"UNASSIGNED": unicode14.UNASSIGNED, "UNPRINTED": unicode14.UNPRINTED}


@of_that_version
def test_the_tables_are_those_of_unicode():
    for path, text in unicode_table.texts().items():
        assert path.read_text("utf-8") == text, path


def test_another_python_does_not_write_them(monkeypatch):
    monkeypatch.setattr(unicode_table.unicodedata, "unidata_version", "15.0.0")
    with pytest.raises(RuntimeError, match=r"15\.0\.0"):
        unicode_table.tables()


def test_whatever_a_record_may_hold_is_assigned_in_every_later_version():
    allowed = (character for character in EVERY if not FORBIDDEN.match(character))
    assert "Cn" not in {unicodedata.category(character) for character in allowed}


@of_that_version
def test_names_hold_what_is_printed():
    """In that version this is what `isprintable` says."""
    for character in EVERY:
        fit = character.isprintable() and character not in " +"
        assert (FORBIDDEN_IN_NAMES.match(character) is None) is fit, hex(ord(character))
