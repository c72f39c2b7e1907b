# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.errors import BadSignature, LogError, MalformedKey, MalformedNote
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import LIMIT, Note, Signature, Signer, open_note, sign_note
from tests.unit.board.board_vectors import error, load

LOG = load("transparency_log.json")
KNOWN = VerifierKey.from_text(LOG["note"]["vkey"])
GOOD = LOG["note"]["note"].encode()
ALICE, BOB = Signer("alice.example", b"\1" * 32), Signer("bob.example", b"\2" * 32)


def named(case):
    return case["name"]


def test_the_known_note_opens():
    opened = open_note(GOOD, [KNOWN])
    assert opened.text == LOG["note"]["text"]
    assert opened.is_signed_by(KNOWN)


@pytest.mark.parametrize("case", LOG["notes_accepted"], ids=named)
def test_other_signatures_do_no_harm(case):
    data = case["note"].encode()
    key = VerifierKey.from_text(case["vkey"]) if "vkey" in case else KNOWN
    assert open_note(data, [key]).is_signed_by(key)
    assert Note.from_bytes(data).to_bytes() == data


@pytest.mark.parametrize("case", LOG["notes_refused"], ids=named)
def test_other_notes_are_refused_by_name(case):
    key = VerifierKey.from_text(case["vkey"]) if "vkey" in case else KNOWN
    with pytest.raises(error(case["error"])) as caught:
        open_note(case["note"].encode(), [key])
    assert type(caught.value) is error(case["error"])


def test_bytes_that_are_not_utf_8_are_refused():
    with pytest.raises(MalformedNote):
        Note.from_bytes(GOOD.replace(b"example message", b"example \xff"))


def test_a_note_too_long_is_refused_before_it_is_parsed():
    with pytest.raises(MalformedNote, match="too long"):
        Note.from_bytes(b"\xff" * (LIMIT + 1))


def test_a_note_by_strangers_opens_with_nothing_verified():
    assert open_note(GOOD, [ALICE.verifier_key]).verified == ()


def test_a_known_name_with_another_key_is_a_stranger():
    impostor = Signer(KNOWN.name, b"\3" * 32).verifier_key
    assert open_note(GOOD, [impostor]).verified == ()


def test_a_bad_signature_by_one_known_key_spoils_a_good_one_by_another():
    line = Signature(name=BOB.name, key_id=BOB.verifier_key.key_id, signature=ALICE.sign("text\n").signature)
    data = sign_note("text\n", ALICE) + line.to_text().encode()
    assert open_note(data, [ALICE.verifier_key]).is_signed_by(ALICE.verifier_key)
    with pytest.raises(BadSignature):
        open_note(data, [ALICE.verifier_key, BOB.verifier_key])


def test_the_text_ends_at_the_last_empty_line():
    text = "first\n\nsecond\n\n— alice.example AAAAAAAA\n"
    opened = open_note(sign_note(text, ALICE), [ALICE.verifier_key])
    assert opened.text == text


def test_the_signature_covers_the_last_newline():
    line = ALICE.sign("text\n")
    with pytest.raises(BadSignature):
        ALICE.verifier_key.verify("text", line.signature)


@pytest.mark.parametrize("text", ["", "text", "a\tb\n", "a\0\n", "a\r\n", "a\x1f\n"], ids=ascii)
def test_an_unfit_text_is_not_signed(text):
    with pytest.raises(MalformedNote):
        sign_note(text, ALICE)


def test_a_name_that_would_break_the_format_cannot_sign():
    with pytest.raises(MalformedKey):
        Signer("alice bob", b"\1" * 32)


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8), max_size=4))
def test_every_text_survives_the_round_trip(lines):
    text = "".join(f"{line}\n" for line in lines) or "\n"
    opened = open_note(sign_note(text, ALICE, BOB), [ALICE.verifier_key, BOB.verifier_key])
    assert opened.text == text
    assert len(opened.verified) == 2


@given(st.data())
def test_any_bit_flip_is_refused_or_loses_the_signature(data):
    position = data.draw(st.integers(0, len(GOOD) * 8 - 1))
    flipped = bytearray(GOOD)
    flipped[position // 8] ^= 1 << position % 8
    try:
        opened = open_note(bytes(flipped), [KNOWN])
    except LogError:
        return
    assert not opened.is_signed_by(KNOWN)


@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda text: f"a\n\n— {text}\n".encode()))
def test_whatever_parses_has_one_spelling(data):
    try:
        note = Note.from_bytes(data)
    except LogError:
        return
    assert note.to_bytes() == data
