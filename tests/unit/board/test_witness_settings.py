# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from bulletin_board.errors import MalformedPolicy, NotFlat, RefusedAddress
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.witness_settings import read_witnesses

A, B = (Cosigner(f"{name}.example", name.encode() * 32).verifier_key.to_text() for name in "ab")


@pytest.fixture
def read(tmp_path):
    def write_and_read(*lines):
        file = tmp_path / "witnesses.policy"
        file.write_text("".join(f"{line}\n" for line in lines))
        return read_witnesses(file)

    return write_and_read


def test_witnesses_with_addresses_and_a_number_are_read(read):
    found = read(
        f"witness a {A} https://a.example/w", f"witness b {B} http://[::1]:8077", "group g 1 a b", "quorum g"
    )
    assert [witness.url for witness in found.witnesses] == ["https://a.example/w", "http://[::1]:8077"]
    assert found.least() == 1


def test_a_file_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(OSError, match="witnesses"):
        read_witnesses(tmp_path / "witnesses.policy")


def test_a_witness_without_an_address_is_refused(read):
    with pytest.raises(MalformedPolicy):
        read(f"witness a {A}", "quorum a")


ADDRESSES = [
    "ftp://a.example",
    "a.example",
    "https://",
    "https://u@a.example",
    "https://a.example/?x",
    "https://a:x/",
]


@pytest.mark.parametrize("address", [*ADDRESSES, "https://a.example/#x", "https://ä.example"])
def test_an_address_that_is_none_is_refused(read, address):
    with pytest.raises(RefusedAddress):
        read(f"witness a {A} {address}", "quorum a")


def test_what_no_manifest_can_say_is_refused(read):
    with pytest.raises(NotFlat):
        read(f"witness a {A} https://a", f"witness b {B} https://b", "quorum a")


def test_a_policy_that_goes_on_and_on_is_refused(tmp_path):
    file = tmp_path / "witnesses.policy"
    file.write_bytes(b"#" * 70_000 + b"\nquorum none\n")
    with pytest.raises(MalformedPolicy):
        read_witnesses(file)
