# SPDX-License-Identifier: AGPL-3.0-or-later
from dataclasses import replace

import pytest

from bulletin_board.errors import BadSignature, MalformedKey, NotSigned, TooFewCosignatures
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner, open_cosigned
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import Signer, sign_note
from bulletin_board.log.proof import InclusionProof
from tests.unit.board.board_vectors import load

KNOWN = load("transparency_log.json")["proof"]
LOG = VerifierKey.from_text(KNOWN["log_vkey"])
WITNESS = VerifierKey.from_text(KNOWN["witness_vkey"])
GOOD = InclusionProof.from_bytes(KNOWN["proof"].encode()).checkpoint

SIGNER = Signer("log.example", b"\1" * 32)
ANNE, BERT = Cosigner("anne.example", b"\2" * 32), Cosigner("bert.example", b"\3" * 32)
HEAD = Checkpoint(origin="log.example", size=7, root=b"\7" * 32)


def cosigned(*lines):
    return sign_note(HEAD.to_text(), SIGNER) + b"".join(line.to_text().encode() for line in lines)


def opened(data, *witnesses, quorum=0):
    return open_cosigned(data, SIGNER.verifier_key, [key.verifier_key for key in witnesses], quorum=quorum)


def test_the_known_cosignature_verifies_and_tells_its_time():
    found = open_cosigned(GOOD, LOG, [WITNESS], quorum=1)
    assert [(word.witness, word.time) for word in found.cosignatures] == [(WITNESS, KNOWN["witness_time"])]


def test_our_own_cosignatures_verify():
    found = opened(cosigned(ANNE.cosign(HEAD, time=5), BERT.cosign(HEAD, time=6)), ANNE, BERT, quorum=2)
    assert found.checkpoint == HEAD
    assert [word.time for word in found.cosignatures] == [5, 6]


def test_too_few_witnesses_are_refused():
    with pytest.raises(TooFewCosignatures) as caught:
        opened(cosigned(ANNE.cosign(HEAD, time=5)), ANNE, BERT, quorum=2)
    assert caught.value.computed == 1


def test_one_witness_that_signs_twice_counts_once_and_its_latest_word_stands():
    data = cosigned(ANNE.cosign(HEAD, time=9), ANNE.cosign(HEAD, time=5))
    assert [word.time for word in opened(data, ANNE, quorum=1).cosignatures] == [9]
    with pytest.raises(TooFewCosignatures):
        opened(data, ANNE, quorum=2)


def test_a_stranger_does_not_count_as_a_witness():
    with pytest.raises(TooFewCosignatures):
        opened(cosigned(BERT.cosign(HEAD, time=5)), ANNE, quorum=1)


def test_a_plain_signature_of_a_known_key_is_no_cosignature():
    plain = Signer("anne.example", b"\2" * 32)
    data = cosigned(plain.sign(HEAD.to_text()))
    with pytest.raises(TooFewCosignatures):
        open_cosigned(data, SIGNER.verifier_key, [plain.verifier_key], quorum=1)


def test_a_cosignature_with_another_time_is_refused():
    line = ANNE.cosign(HEAD, time=5)
    assert line.signature[:8] == (5).to_bytes(8, "big")
    later = replace(line, signature=(6).to_bytes(8, "big") + line.signature[8:])
    with pytest.raises(BadSignature):
        opened(cosigned(later), ANNE)


def test_a_cosignature_of_another_checkpoint_is_refused():
    other = Checkpoint(origin="log.example", size=8, root=b"\7" * 32)
    with pytest.raises(BadSignature):
        opened(cosigned(ANNE.cosign(other, time=5)), ANNE)


@pytest.mark.parametrize("length", [1, 8, 71, 73])
def test_a_cosignature_of_another_length_is_refused(length):
    line = ANNE.cosign(HEAD, time=5)
    cut = replace(line, signature=(line.signature + b"\0")[:length])
    with pytest.raises(BadSignature):
        opened(cosigned(cut), ANNE)


def test_witnesses_cannot_stand_in_for_the_log():
    text = HEAD.to_text()
    data = (text + "\n" + ANNE.cosign(HEAD, time=5).to_text()).encode()
    with pytest.raises(NotSigned):
        opened(data, ANNE, quorum=1)


@pytest.mark.parametrize(("name", "seed"), [("a b", b"\1" * 32), ("", b"\1" * 32), ("anne", b"\1" * 31)])
def test_a_cosigner_with_an_unfit_name_or_seed_is_refused(name, seed):
    with pytest.raises(MalformedKey):
        Cosigner(name, seed)


def test_a_cosigner_does_not_show_its_seed():
    assert "seed-that-must" not in repr(Cosigner("anne", b"seed-that-must-not-be-shown-0000"))
