# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report on a terminal: everything is said, and nothing that a stranger wrote is obeyed."""

import io

import pytest
from rich.console import Console

from tally.verifier.checks import CHECKS
from tally.verifier.plain import evidence, message, plain
from tally.verifier.report import Ledger
from tally.verifier.terminal import show
from tally.verifier.verify import Options, verify
from tests.simulator import open_world, text


def shown(report, width=80):
    file = io.StringIO()
    show(report, Console(file=file, width=width, force_terminal=True, color_system="standard"))
    return file.getvalue()


def empty(facts=(), **failures):
    ledger = Ledger(ids=tuple(CHECKS))
    for id_, errors in failures.items():
        for error in errors:
            ledger.fail(id_.replace("_", "."), error, "entry 3 (ballot)")
    return ledger.report(tuple(facts))


def test_every_check_stands_on_the_page():
    page = shown(empty())
    assert [id_ for id_ in CHECKS if id_ not in page] == []


@pytest.mark.parametrize("width", [80, 40])
def test_a_fingerprint_is_never_cut_off(width):
    digest = "0123456789abcdef" * 4
    page = shown(empty([("fingerprint", digest)]), width)
    assert digest in "".join(character for character in page if character.isalnum())


def test_a_fingerprint_stands_on_one_line_of_a_usual_terminal():
    digest = "0123456789abcdef" * 4
    assert digest in shown(empty([("fingerprint", digest), ("counted", "4")]))


def test_markup_in_a_title_is_text():
    world = open_world(title=text("[/bold][link=https://evil.example]A town[/link]"))
    options = Options(fingerprint=world.fingerprint, allow_test_modulus=True)
    page = shown(verify(world.board(), options).report, 200)
    assert "[/bold][link=https://evil.example]A town[/link]" in page
    assert "\x1b]8" not in page


def test_what_could_steer_a_terminal_is_escaped():
    page = shown(empty([("election", "A\x1b[2Jtown\u202e")], F_1=[ValueError("\x1b]0;x\x07[bold]")]))
    assert "A\\u001b[2Jtown\\u202e" in page
    assert "\\u001b]0;x\\u0007[bold]" in page


def test_only_the_first_failures_are_spelt_out_and_all_are_counted():
    page = shown(empty(F_1=[ValueError(f"number {index}") for index in range(23)]))
    assert "number 19" in page
    assert "number 20" not in page
    assert "and 3 more" in page


def test_evidence_is_bounded():
    assert evidence("x" * 1_000) == "x" * 200 + "…"
    assert evidence(None) == ""


def test_what_an_error_says_is_bounded():
    assert len(message(ValueError("record." + "k" * 1_000_000 + ": unknown field"))) == 401
    assert message(ValueError("short")) == "short"


def test_numbers_of_thousands_of_digits_are_no_fault():
    assert evidence(1 << 20_000) == "1" + "0" * 199 + "…"
    assert evidence((1 << 20_000, 1)).startswith("1000")


def test_characters_that_no_record_may_hold_are_escaped_beyond_the_first_plane_too():
    assert plain("\U000105d2\u0307 \u0378") == "\\u{105d2}\u0307 \\u0378"


def test_lone_surrogates_are_escaped_and_accents_composed():
    assert plain("\udcff e\u0301") == "\\udcff é"
