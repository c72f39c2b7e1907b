# SPDX-License-Identifier: AGPL-3.0-or-later
"""The HTML report: complete, self-contained, and no text in it is ever markup."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from typer.testing import CliRunner

from tally.contests.texts import Texts
from tally.errors import NotOnRoll
from tally.verifier import cli, versions
from tally.verifier.checks import CHECKS
from tally.verifier.markup import document, element
from tally.verifier.meanings import MEANINGS
from tally.verifier.page import Run, page
from tally.verifier.report import Ledger
from tally.verifier.verify import Options, verify
from tests.simulator import board_of

RUN = Run(
    record="board.zip", started=datetime(2026, 3, 1, tzinfo=UTC), seconds=1.25, versions=versions.versions()
)
HOSTILE = "</style></code><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x1b&amp;\"'"
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Outline(HTMLParser):
    """Elements, attributes and text, and whether every element is closed in its turn."""

    def __init__(self, text) -> None:
        super().__init__()
        self.open, self.tags, self.attributes, self.said = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.said.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.said).split())


def outline(text):
    found = Outline(text)
    assert found.open == []
    return found


def shown(world, board, **changes):
    found = verify(board, replace(Options(fingerprint=world.fingerprint, allow_test_modulus=True), **changes))
    return outline(page(found.report, RUN, manifest=found.manifest, result=found.result))


def test_a_good_record_is_told_in_full(world):
    found = shown(world, world.board())
    assert "Verified Every check passed." in found.text
    assert "Who shall be mayor?" in found.text
    assert "Every number follows from the ballots on the board." in found.text
    assert world.fingerprint in found.text
    assert all(f"{id_} " in found.text for id_ in CHECKS if id_[0] in "ACDEFGH")
    assert "Time taken 1.2 s" in found.text
    assert "gmpy2" in found.text


def test_a_report_loads_runs_and_links_nothing(world):
    found = shown(world, world.board())
    assert not {"script", "link", "img", "a", "iframe", "form", "base"} & set(found.tags)
    assert not [
        name for _, name, _ in found.attributes if name in {"src", "href", "style"} or name[:2] == "on"
    ]
    policies = [value for _, _, value in found.attributes if "default-src 'none'" in value]
    assert len(policies) == 1
    assert ("html", "lang", "en") in found.attributes


def test_headings_go_down_one_step_at_a_time(world):
    levels = [int(tag[1]) for tag in shown(world, world.board()).tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_refuted_record_says_why_in_plain_words_and_shows_the_evidence(world):
    found = shown(world, board_of([*world.entries[:4], *world.entries[5:]], world.commitments))
    assert "Refuted At least one check failed." in found.text
    assert "The closing entry does not count the ballots that are on the board." in found.text
    assert "ClosingMismatch" in found.text
    assert "They are not verified." in found.text
    assert "Every number follows" not in found.text


def test_what_failed_stands_before_all_else_and_in_plain_words_first(world):
    found = shown(world, board_of([*world.entries[:4], *world.entries[5:]], world.commitments))
    assert found.text.index("What failed") < found.text.index("What was verified")
    assert f"G.1: {MEANINGS['G.1']}" in found.text
    evidence = "Expected 4 ballots, 1 tested Found 5 ballots, 1 tested In technical terms ClosingMismatch"
    assert evidence in found.text


def test_a_record_without_its_manifest_has_no_result(world):
    found = shown(world, board_of(world.entries[1:], world.commitments))
    assert "Refuted" in found.text
    assert "Who shall be mayor?" not in found.text


def test_an_open_election_has_no_result_yet(world):
    found = shown(world, board_of(world.entries[:9], world.commitments))
    assert "Not verified Some checks could not be made." in found.text
    assert "These numbers" not in found.text


def test_more_failures_than_are_spelt_out_are_counted():
    ledger = Ledger(ids=("F.2",))
    for _ in range(23):
        ledger.fail("F.2", NotOnRoll("x", expected=1))
    found = outline(page(ledger.report(()), RUN, manifest=None, result=None))
    assert "… and 3 more" in found.text


def test_hostile_text_stays_text(world):
    ledger = Ledger(ids=("A.1", "A.2", "F.2"))
    ledger.mark("A.1")
    ledger.note("A.1", HOSTILE)
    ledger.note("A.2", HOSTILE)
    ledger.fail("F.2", NotOnRoll(HOSTILE, expected=HOSTILE, computed=HOSTILE), HOSTILE)
    facts = (("election", HOSTILE), (HOSTILE, HOSTILE))
    report = replace(ledger.report(facts), exhibits=((HOSTILE, f"{HOSTILE}\n{HOSTILE}"),))
    found = verify(world.board(), Options(fingerprint=world.fingerprint, allow_test_modulus=True))
    contests = tuple(
        replace(contest, question=Texts.of({"en": HOSTILE})) for contest in found.manifest.contests
    )
    manifest = replace(found.manifest, contests=contests)
    text = page(report, replace(RUN, record=HOSTILE), manifest=manifest, result=found.result)
    read = outline(text)
    assert not {"script", "img"} & set(read.tags)
    assert not [name for _, name, _ in read.attributes if name.startswith("on")]
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert text.count("alert(1)") > 10


def test_ties_and_winners_are_named(world):
    found = verify(world.board(), Options(fingerprint=world.fingerprint, allow_test_modulus=True))
    first = found.result.contests[0]
    tied = replace(
        first, result=replace(first.result, tied=("ada",), winners=("ben",), extras=(("blank", 3),))
    )
    result = replace(found.result, contests=(tied, *found.result.contests[1:]))
    text = outline(page(found.report, RUN, manifest=found.manifest, result=result)).text
    assert "tied" in text
    assert "chosen" in text
    assert "blank 3" in text


def test_a_program_that_is_not_installed_says_so():
    assert versions.version_of("no-such-package-of-ours") == "not installed"


def test_the_command_writes_it(world, folder_of, tmp_path):
    file = tmp_path / "report.html"
    arguments = [str(folder_of(world.board())), "--fingerprint", world.fingerprint, "--html", str(file)]
    assert CliRunner().invoke(cli.app, arguments).exit_code == 0
    assert "Every check passed." in outline(file.read_text(encoding="utf-8")).text


def test_a_page_that_cannot_be_written_is_no_verdict(world, folder_of, tmp_path):
    arguments = [str(folder_of(world.board())), "--fingerprint", world.fingerprint]
    result = CliRunner().invoke(cli.app, [*arguments, "--html", str(tmp_path / "no" / "report.html")])
    assert result.exit_code == 2
    assert "could not be written" in result.output


@pytest.mark.parametrize("place", ["record", "note"])
def test_white_space_does_not_break_the_page(place):
    ledger = Ledger(ids=("A.1",))
    ledger.note("A.1", "a\tb\nc")
    outline(page(ledger.report(()), replace(RUN, record="a\nb"), manifest=None, result=None))


def test_text_may_follow_an_element():
    assert outline(document(element("p", element("b", "<x>"), "y", None, "z"))).text == "<x> yz"
