# SPDX-License-Identifier: AGPL-3.0-or-later
from tally.crypto.crockford import ALPHABET, CHECK_ALPHABET
from tally.registrar.codes import format_voting_code, new_code, parse_voting_code


def test_a_code_takes_all_of_its_120_bits_from_the_entropy_source():
    asked = []

    def entropy(count):
        asked.append(count)
        return b"\xa4" * count

    assert new_code(entropy=entropy) == b"\xa4" * 15
    assert asked == [15]


def test_a_code_with_an_awkward_check_character_is_drawn_again():
    awkward = [value.to_bytes(15, "big") for value in range(14, 19)]
    assert {format_voting_code(value)[-1] for value in awkward} == set("*~$=U")
    draws = iter([*awkward, bytes(15), b""])
    assert new_code(entropy=lambda _: next(draws)) == bytes(15)
    assert next(draws) == b""


def test_fresh_codes_differ_and_show_only_the_alphabet():
    codes = [format_voting_code(new_code()) for _ in range(200)]
    assert len(set(codes)) == 200
    assert set("".join(codes)) <= set(ALPHABET) | {"-"}


def test_a_code_with_an_awkward_check_character_is_still_read():
    for value in range(37):
        assert parse_voting_code(format_voting_code(value.to_bytes(15, "big"))) == value.to_bytes(15, "big")
    assert len(CHECK_ALPHABET) == 37
