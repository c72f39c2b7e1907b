# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every check and every named error has a sentence for people who never heard of a Merkle tree."""

import json
import re
import subprocess
from pathlib import Path

import pytest

import bulletin_board.errors
import tally.contests.errors
import tally.crypto.errors
import tally.errors
import tally.record.errors
import tally.verifier.errors
from tally.verifier.checks import CHECKS
from tally.verifier.meanings import MEANINGS
from tally.verifier.reasons import REASONS, reason

ROOT = Path(__file__).resolve().parents[3]
SPEC = ROOT / "docs/spec/verification.md"
BROWSER = ROOT / "voting/static/voting/verifier/page"
NAMED = sorted(set(re.findall(r"`([A-Z][a-z][A-Za-z0-9]+)`", SPEC.read_text())))
PACKAGES = (
    bulletin_board.errors,
    tally.contests.errors,
    tally.crypto.errors,
    tally.errors,
    tally.record.errors,
    tally.verifier.errors,
)
JARGON = re.compile(
    r"[Cc]iphertext|Merkle|modul|SHA|tracker|envelope|[Pp]ayload|checkpoint|aggregate|quorum|[_^=]"
)


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_says_what_its_failure_means(check):
    assert MEANINGS[check]


def test_no_check_that_is_not_made_is_explained():
    assert set(MEANINGS) == set(CHECKS)


@pytest.mark.parametrize("name", NAMED)
def test_every_error_that_the_specification_names_has_a_sentence(name):
    assert reason(name)


def test_every_error_with_a_sentence_exists():
    assert [name for name in REASONS if not any(hasattr(package, name) for package in PACKAGES)] == []


def test_an_error_without_a_sentence_of_its_own_has_none():
    assert reason("KeyError") == ""


def test_the_browser_says_the_same_sentences():
    script = (
        'const { MEANINGS } = await import("./meanings.js");'
        'const { REASONS } = await import("./reasons.js");'
        "console.log(JSON.stringify([[...MEANINGS], [...REASONS]]));"
    )
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", script],
        cwd=BROWSER,
        capture_output=True,
        text=True,
        check=True,
    )
    meanings, reasons = map(dict, json.loads(done.stdout))
    assert (meanings, reasons) == (MEANINGS, REASONS)


@pytest.mark.parametrize("sentence", sorted({*MEANINGS.values(), *REASONS.values()}))
def test_a_sentence_is_one_sentence_in_plain_words(sentence):
    assert re.fullmatch(r"[A-Z][^.]*\.", sentence)
    assert not JARGON.search(sentence)
