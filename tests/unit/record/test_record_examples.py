# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the specification shows is what the programme writes and reads."""

import pytest
from record_readers import NAMES, read

from tests.vectors.make_records import FOLDER, SPECIFICATION, examples, with_examples
from tests.vectors.record_election import election, payloads

SHOWN = examples(SPECIFICATION.read_text())


@pytest.mark.parametrize("name", SHOWN)
def test_every_example_in_the_specification_is_read_and_written_back(name):
    assert read(name, SHOWN[name]).to_bytes() == SHOWN[name] == payloads()[name]


def test_the_specification_shows_every_kind_of_record_but_the_long_key():
    assert {name.partition("-")[0] for name in SHOWN} == {name.partition("-")[0] for name in NAMES} - {"key"}


def test_the_specification_need_not_be_written_anew():
    text = SPECIFICATION.read_text()
    assert with_examples(text) == text


def test_the_specification_states_the_length_of_the_key():
    assert f"{len(payloads()['key']):,} octets" in SPECIFICATION.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_vectors_are_what_the_programme_writes(name):
    assert (FOLDER / f"{name}.json").read_bytes() == payloads()[name]


def test_there_are_no_other_vectors():
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.json" for name in NAMES} | {"commitments-1"}
    assert (FOLDER / "commitments-1").read_bytes() == election().commitments
