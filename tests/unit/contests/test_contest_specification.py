# SPDX-License-Identifier: AGPL-3.0-or-later
"""The examples of docs/spec/contests.md are exact."""

import re
from pathlib import Path

import pytest

from bulletin_board.codec import canonical
from tally.contests.counters import pack
from tally.contests.registry import KINDS, contest_from_value

PAGE = Path(__file__).resolve().parents[3] / "docs" / "spec" / "contests.md"

EXAMPLE = re.compile(
    r"```json contest\n(?P<contest>.*)\n```\n\n"
    r"```json program counter_bits=(?P<bits>\d+) modulus_bits=(?P<modulus>\d+)\n(?P<program>.*)\n```\n\n"
    r"```json aggregates\n(?P<aggregates>.*)\n```\n\n"
    r"```json answers\n(?P<answers>(?:.*\n)+?)```\n\n"
    r"```json result\n(?P<result>.*)\n```\n"
)

EXAMPLES = [match.groupdict() for match in EXAMPLE.finditer(PAGE.read_text("utf-8"))]


def parse(text):
    return canonical.parse(text.encode(), limit=10_000)


def sizes(example):
    return {"counter_bits": int(example["bits"]), "modulus_bits": int(example["modulus"])}


def test_every_kind_has_an_example():
    assert {parse(example["contest"])["kind"] for example in EXAMPLES} == set(KINDS)
    assert PAGE.read_text("utf-8").count("```json contest\n") == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_contest_compiles_to_the_program_and_aggregates_of_the_page(example):
    contest = contest_from_value(parse(example["contest"]))
    program = contest.compile(**sizes(example))
    assert canonical.encode(contest.to_value()).decode() == example["contest"]
    assert canonical.encode(program.to_value()).decode() == example["program"]
    aggregates = [[list(term) for term in aggregate] for aggregate in pack(program, **sizes(example))]
    assert canonical.encode(aggregates).decode() == example["aggregates"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_answers_encode_to_the_values_of_the_page(example):
    contest = contest_from_value(parse(example["contest"]))
    for line in example["answers"].splitlines():
        answer = parse(line)
        values = contest.encode(dict(map(tuple, answer["selection"])), **sizes(example))
        assert [f"{value:x}" for value in values] == answer["values"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_counters_amount_to_the_result_of_the_page(example):
    contest = contest_from_value(parse(example["contest"]))
    given = parse(example["result"])
    result = contest.result(tuple(map(tuple, given["counters"])), given["weight"])
    assert result.to_value() == given["result"]
