# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board import errors
from bulletin_board.codec import base64std
from bulletin_board.errors import (
    BadSignature,
    BoardError,
    LogError,
    MalformedNote,
    MalformedProof,
    NotSigned,
    OutsideTree,
    RootMismatch,
    WrongProofLength,
)
from bulletin_board.log import merkle
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import Signer, sign_note
from bulletin_board.log.proof import InclusionProof, check_proof
from tests.unit.board.board_vectors import load

VECTORS = load("transparency_log.json")
KNOWN = VECTORS["proof"]
LOG = VerifierKey.from_text(KNOWN["log_vkey"])
TEXT = KNOWN["proof"]
GOOD = TEXT.encode()
ENTRY = KNOWN["entry"].encode()
HASH = "nk9gCR+floFqznAPtqjjcnnV64dge2jQB95D5t164Hg=\n"


def test_the_known_proof_holds():
    proof = InclusionProof.from_bytes(GOOD)
    assert proof.to_bytes() == GOOD
    assert check_proof(proof, ENTRY, LOG).size == 15


def test_the_only_entry_needs_no_hashes():
    signer = Signer("log.example", b"\1" * 32)
    head = Checkpoint(origin="log.example", size=1, root=merkle.leaf_hash(b"entry"))
    data = InclusionProof(index=0, hashes=(), checkpoint=sign_note(head.to_text(), signer)).to_bytes()
    assert data.startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example\n1\n")
    assert check_proof(InclusionProof.from_bytes(data), b"entry", signer.verifier_key) == head


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("tlog-proof@v1", "tlog-proof@v2", MalformedProof),
        ("index 4\n", "", MalformedProof),
        ("index 4", "index 04", MalformedProof),
        ("index 4", "index -4", MalformedProof),
        ("index 4", "index  4", MalformedProof),
        ("index 4", "index \u0664", MalformedProof),
        ("index 4", "index 4_0", MalformedProof),
        ("index 4", "index 9007199254740992", MalformedProof),
        ("index 4", "index " + "9" * 5000, MalformedProof),
        (HASH, HASH.replace("=", ""), MalformedProof),
        (HASH, HASH.replace("Hg=", "Hh="), MalformedProof),
        (HASH, "AAAA\n", MalformedProof),
        (HASH, HASH.replace("\n", "\r\n"), MalformedProof),
        (HASH, " " + HASH, MalformedProof),
        (HASH, HASH * 64, MalformedProof),
        ("\n\nexample", "\nexample", MalformedNote),
        ("\n\nexample", "\n\n\nexample", BadSignature),
        ("15\n", "16\n", BadSignature),
    ],
)
def test_a_changed_proof_is_refused(old, new, expected):
    assert old in TEXT
    with pytest.raises(expected):
        check_proof(InclusionProof.from_bytes(TEXT.replace(old, new, 1).encode()), ENTRY, LOG)


@pytest.mark.parametrize("case", VECTORS["proofs_with_extra"], ids=lambda case: case["name"])
def test_what_somebody_added_is_read_and_proves_nothing(case):
    proof = InclusionProof.from_bytes(case["proof"].encode())
    assert proof.extra == base64std.decode(case["extra"])
    assert proof.to_bytes() == case["proof"].encode()
    assert check_proof(proof, ENTRY, LOG).size == 15


@pytest.mark.parametrize("case", VECTORS["proofs_refused"], ids=lambda case: case["name"])
def test_other_proofs_are_refused_by_name(case):
    with pytest.raises(getattr(errors, case["error"])):
        InclusionProof.from_bytes(case["proof"].encode())


@pytest.mark.parametrize("data", [b"", b"\n\n", b"c2sp.org/tlog-proof@v1\n\n", b"c2sp.org/tlog-proof@v1"])
def test_a_header_alone_is_no_proof(data):
    with pytest.raises(MalformedProof):
        InclusionProof.from_bytes(data)


def test_a_proof_without_a_checkpoint_is_refused():
    with pytest.raises(MalformedNote):
        InclusionProof.from_bytes(b"c2sp.org/tlog-proof@v1\nindex 0\n\n")


def test_a_proof_too_long_is_refused_before_it_is_parsed():
    with pytest.raises(MalformedProof, match="too long"):
        InclusionProof.from_bytes(b"\xff" * 200_000)


def test_a_proof_of_another_entry_is_refused():
    with pytest.raises(RootMismatch):
        check_proof(InclusionProof.from_bytes(GOOD), b"four", LOG)


def test_a_proof_under_another_log_is_refused():
    with pytest.raises(NotSigned):
        check_proof(InclusionProof.from_bytes(GOOD), ENTRY, Signer("a", b"\1" * 32).verifier_key)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda text: text.replace(HASH, ""), WrongProofLength),
        (lambda text: text.replace(HASH, HASH * 2), WrongProofLength),
        (lambda text: text.replace("index 4", "index 15"), OutsideTree),
        (lambda text: text.replace("index 4", "index 5"), RootMismatch),
    ],
)
def test_a_well_formed_proof_that_proves_nothing_is_refused(change, expected):
    proof = InclusionProof.from_bytes(change(TEXT).encode())
    with pytest.raises(expected):
        check_proof(proof, ENTRY, LOG)


@given(st.integers(0, TEXT.index("\n\n") * 8 - 1))
def test_any_bit_flip_before_the_checkpoint_is_refused(position):
    flipped = bytearray(GOOD)
    flipped[position // 8] ^= 1 << position % 8
    with pytest.raises(LogError):
        check_proof(InclusionProof.from_bytes(bytes(flipped)), ENTRY, LOG)


@given(st.lists(st.sampled_from([*TEXT.split("\n"), "", "—", "index 0", "\x00"]), max_size=12))
def test_whatever_parses_has_one_spelling(lines):
    data = "\n".join(lines).encode()
    try:
        proof = InclusionProof.from_bytes(data)
    except BoardError:
        return
    assert proof.to_bytes() == data
