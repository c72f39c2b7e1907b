# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.errors import BadSignature, BoardError, MalformedCheckpoint, NotSigned, WrongOrigin
from bulletin_board.log.checkpoint import Checkpoint, open_checkpoint
from bulletin_board.log.merkle import EMPTY_ROOT
from bulletin_board.log.note import Signer, sign_note

SIGNER = Signer("log.example/board", b"\1" * 32)
ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
GOOD = f"log.example/board\n0\n{ROOT}\n"


def test_the_empty_log_has_the_known_checkpoint():
    assert Checkpoint(origin="log.example/board", size=0, root=EMPTY_ROOT).to_text() == GOOD


def test_a_signed_checkpoint_opens():
    found = open_checkpoint(sign_note(GOOD, SIGNER), SIGNER.verifier_key)
    assert found == Checkpoint(origin="log.example/board", size=0, root=EMPTY_ROOT)


@given(st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32))
def test_every_checkpoint_survives_the_round_trip(size, root):
    checkpoint = Checkpoint(origin="a", size=size, root=root)
    assert Checkpoint.from_text(checkpoint.to_text()) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        GOOD[:-1],
        GOOD + "\n",
        GOOD + "extension\n",
        f"\n0\n{ROOT}\n",
        f"a b\n0\n{ROOT}\n",
        f"a+b\n0\n{ROOT}\n",
        f"a\n\n{ROOT}\n",
        f"a\n00\n{ROOT}\n",
        f"a\n01\n{ROOT}\n",
        f"a\n-1\n{ROOT}\n",
        f"a\n+1\n{ROOT}\n",
        f"a\n1_0\n{ROOT}\n",
        f"a\n 1\n{ROOT}\n",
        f"a\n\u0661\n{ROOT}\n",
        f"a\n0x1\n{ROOT}\n",
        f"a\n9007199254740992\n{ROOT}\n",
        f"a\n{'9' * 5000}\n{ROOT}\n",
        "a\n0\n\n",
        "a\n0\nAAAA\n",
        f"a\n0\n{ROOT[:-1]}\n",
        f"a\n0\n{ROOT[:-2]}V=\n",
        f"a\n0\n{ROOT} \n",
    ],
    ids=range(24),
)
def test_a_text_that_is_no_checkpoint_is_refused(text):
    with pytest.raises(MalformedCheckpoint):
        Checkpoint.from_text(text)


@pytest.mark.parametrize("origin", ["go.sum database tree", "a+b", "a" * 300, "\u200b"])
@pytest.mark.parametrize("extension", ["", "one\n", "one\ntwo words\n"])
def test_checkpoints_of_other_logs_may_have_any_origin_and_extension_lines(origin, extension):
    found = Checkpoint.from_any_log(f"{origin}\n7\n{ROOT}\n{extension}")
    assert (found.origin, found.size, found.root) == (origin, 7, EMPTY_ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"a\n0\n{ROOT}",
        f"\n0\n{ROOT}\n",
        f"a\n0\n{ROOT}\n\n",
        f"a\n0\n{ROOT}\n\nextension\n",
        f"a\n0\n{ROOT}\nextension",
        f"a\n01\n{ROOT}\n",
        "a\n0\nAAAA\n",
    ],
    ids=range(9),
)
def test_what_is_no_checkpoint_of_any_log_is_refused(text):
    with pytest.raises(MalformedCheckpoint):
        Checkpoint.from_any_log(text)


def test_a_checkpoint_signed_by_nobody_known_is_refused():
    stranger = Signer("log.example/board", b"\2" * 32)
    with pytest.raises(NotSigned):
        open_checkpoint(sign_note(GOOD, stranger), SIGNER.verifier_key)


def test_a_checkpoint_of_another_log_under_the_same_key_is_refused():
    with pytest.raises(WrongOrigin):
        open_checkpoint(sign_note(GOOD.replace("board", "other"), SIGNER), SIGNER.verifier_key)


def test_a_changed_size_is_refused():
    data = sign_note(GOOD, SIGNER).replace(b"\n0\n", b"\n1\n")
    with pytest.raises(BadSignature):
        open_checkpoint(data, SIGNER.verifier_key)


def test_a_signed_text_that_is_no_checkpoint_is_refused():
    with pytest.raises(MalformedCheckpoint):
        open_checkpoint(sign_note("hello\n", SIGNER), SIGNER.verifier_key)


@given(st.text(max_size=60))
def test_no_text_makes_the_parser_raise_anything_but_a_named_error(text):
    with pytest.raises(BoardError):
        Checkpoint.from_text(text)
