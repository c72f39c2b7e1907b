# SPDX-License-Identifier: AGPL-3.0-or-later
"""What we sign, and the values that everybody knows, read by the Go module database's libraries."""

import pytest

from bulletin_board.errors import BoardError
from bulletin_board.log import merkle
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import Signer, open_note, sign_note
from bulletin_board.log.proof import InclusionProof
from tests.interop.go_reader import Refused
from tests.unit.board.board_vectors import load

VECTORS = load("transparency_log.json")
KNOWN = VECTORS["proof"]
SIGNER = Signer("log.example/board", b"\1" * 32)
ANNE, BERT = Cosigner("anne.example", b"\2" * 32), Cosigner("bert.example", b"\3" * 32)
HEAD = Checkpoint(origin=SIGNER.name, size=1, root=merkle.leaf_hash(b"entry"))
SIGNED = sign_note(HEAD.to_text(), SIGNER)
COSIGNED = SIGNED + b"".join(
    line.to_text().encode() for line in (ANNE.cosign(HEAD, time=1_700_000_000), BERT.cosign(HEAD, time=2**40))
)


def keys(*parties):
    return [party.verifier_key.to_text() for party in parties]


def key_of(case):
    """The key that a case is judged by: the one of the known good note, unless it has its own."""
    return case.get("vkey", VECTORS["note"]["vkey"])


def test_the_known_good_note_verifies(go):
    note = VECTORS["note"]
    assert go("note", note["vkey"], stdin=note["note"].encode()) == ["example.com/foo"]


@pytest.mark.parametrize("case", VECTORS["notes_accepted"], ids=lambda case: case["name"])
def test_a_note_that_we_accept_is_accepted(go, case):
    vkey, data = key_of(case), case["note"].encode()
    assert open_note(data, [VerifierKey.from_text(vkey)]).verified
    assert set(go("note", vkey, stdin=data)) == {vkey.partition("+")[0]}


# The library looks only at a key's first signature, and knows no times; we refuse the note for any failure.
STRICTER = {"a good and a bad signature of one key", "a time that no cosignature may state"}
FALSE = [
    case
    for case in VECTORS["notes_refused"]
    if case["error"] == "BadSignature" and case["name"] not in STRICTER
]


@pytest.mark.parametrize("case", FALSE, ids=lambda case: case["name"])
def test_a_note_with_a_false_signature_is_refused(go, case):
    vkey, data = key_of(case), case["note"].encode()
    with pytest.raises(BoardError):
        open_note(data, [VerifierKey.from_text(vkey)])
    with pytest.raises(Refused):
        go("note", vkey, stdin=data)


def test_a_note_of_ours_with_two_witnesses_verifies(go):
    names = go("note", *keys(SIGNER, ANNE, BERT), stdin=COSIGNED)
    assert names == [SIGNER.name, ANNE.name, BERT.name]


@pytest.mark.parametrize("old", [b"\n1\n", b"log.example/board\n1"])
def test_a_note_of_ours_is_refused_once_its_text_has_changed(go, old):
    assert old in COSIGNED
    with pytest.raises(Refused):
        go("note", *keys(SIGNER, ANNE, BERT), stdin=COSIGNED.replace(old, old.replace(b"1", b"2"), 1))


def test_a_cosignature_for_another_checkpoint_is_refused(go):
    other = Checkpoint(origin=HEAD.origin, size=2, root=HEAD.root)
    moved = SIGNED + ANNE.cosign(other, time=1_700_000_000).to_text().encode()
    with pytest.raises(Refused, match=ANNE.name):
        go("note", *keys(SIGNER, ANNE), stdin=moved)


def test_the_known_good_proof_verifies(go, tmp_path):
    (tmp_path / "entry").write_bytes(KNOWN["entry"].encode())
    arguments = ("proof", tmp_path / "entry", KNOWN["log_vkey"], KNOWN["witness_vkey"])
    assert go(*arguments, stdin=KNOWN["proof"].encode()) == ["4"]


@pytest.mark.parametrize(("old", "new"), [("index 4", "index 5"), ("yiM+", "yiN+"), ("\n15\n", "\n16\n")])
def test_a_changed_proof_is_refused(go, tmp_path, old, new):
    (tmp_path / "entry").write_bytes(KNOWN["entry"].encode())
    assert old in KNOWN["proof"]
    with pytest.raises(Refused):
        go(
            "proof",
            tmp_path / "entry",
            KNOWN["log_vkey"],
            KNOWN["witness_vkey"],
            stdin=KNOWN["proof"].replace(old, new).encode(),
        )


def test_our_receipt_for_the_only_entry_verifies(go, tmp_path):
    (tmp_path / "entry").write_bytes(b"entry")
    proof = InclusionProof(index=0, hashes=(), checkpoint=COSIGNED).to_bytes()
    assert go("proof", tmp_path / "entry", *keys(SIGNER, ANNE, BERT), stdin=proof) == ["0"]


def test_our_receipt_fits_no_other_entry(go, tmp_path):
    (tmp_path / "entry").write_bytes(b"other")
    proof = InclusionProof(index=0, hashes=(), checkpoint=COSIGNED).to_bytes()
    with pytest.raises(Refused):
        go("proof", tmp_path / "entry", *keys(SIGNER), stdin=proof)
