# SPDX-License-Identifier: AGPL-3.0-or-later
"""The examples of docs/spec/board.md are what this code writes."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bulletin_board.codec import canonical
from bulletin_board.codec.fields import hex_integer_text, number_text
from bulletin_board.log import merkle, tiles
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.envelope import NO_PREVIOUS, Envelope
from bulletin_board.log.note import Signer, sign_note
from bulletin_board.log.policy import Group, Party, Policy
from bulletin_board.log.proof import InclusionProof, check_proof
from bulletin_board.log.submission import Submission

PAGE = (Path(__file__).parents[3] / "docs" / "spec" / "board.md").read_text("utf-8")
SIGNER = Signer("vote.example.org/board/spring", b"\1" * 32)
WITNESS = Cosigner("witness.example", b"\2" * 32)


def entries():
    previous = NO_PREVIOUS
    for seq, (kind, payload) in enumerate([("manifest", b"{}"), ("roll", b"[]"), ("key", b'""')]):
        envelope = Envelope(
            type=kind,
            seq=seq,
            prev=previous,
            time=datetime(2026, 11, 22, 21, 45, tzinfo=UTC),
            payload_sha256=hashlib.sha256(payload).hexdigest(),
            payload_len=len(payload),
        )
        previous = envelope.chain_hash()
        yield envelope.to_bytes()


ENTRIES = tuple(entries())
LEAVES = tuple(map(merkle.leaf_hash, ENTRIES))
ROOT = merkle.node_hash(merkle.node_hash(LEAVES[0], LEAVES[1]), LEAVES[2])
HEAD = Checkpoint(origin=SIGNER.name, size=3, root=ROOT)
NOTE = sign_note(HEAD.to_text(), SIGNER)
RECEIPT = InclusionProof(index=1, hashes=(LEAVES[0], LEAVES[2]), checkpoint=NOTE)
POLICY = Policy(
    logs=(Party(key=SIGNER.verifier_key),),
    witnesses=(Party(key=WITNESS.verifier_key, name="press", url="https://witness.example"),),
    groups=(Group(name="enough", threshold=1, members=("press",)),),
    quorum="enough",
)
SUBMISSION = Submission(old=1, proof=(LEAVES[1], LEAVES[2]), checkpoint=NOTE)

EXAMPLES = {
    "canonical bytes": canonical.encode({"b": [True, -1], "a": 'é"\\'}).hex(),
    "canonical text": canonical.encode({"b": [True, -1], "a": 'é"\\'}).decode(),
    "a number": number_text(258, 4),
    "a constant": hex_integer_text(-258),
    "entry 0": ENTRIES[0].decode(),
    "entry 1": ENTRIES[1].decode(),
    "leaf 0": LEAVES[0].hex(),
    "leaf 1": LEAVES[1].hex(),
    "leaf 2": LEAVES[2].hex(),
    "the root": ROOT.hex(),
    "the key": SIGNER.verifier_key.to_text(),
    "the checkpoint": f"```\n{NOTE.decode()}```\n",
    "the witness": WITNESS.verifier_key.to_text(),
    "the cosignature": WITNESS.cosign(HEAD, time=1_795_384_000).to_text(),
    "the receipt": f"```\n{RECEIPT.to_bytes().decode()}```\n",
    "a submission": f"```\n{SUBMISSION.to_bytes().decode()}```\n",
    "the policy": POLICY.to_bytes().decode(),
    "a path": "x001/x234/067",
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_page_shows_what_the_code_writes(example):
    assert EXAMPLES[example] in PAGE


def test_the_receipt_on_the_page_proves_what_it_says():
    assert check_proof(RECEIPT, ENTRIES[1], SIGNER.verifier_key) == HEAD


def test_the_bundle_on_the_page():
    assert "`0002` `6162` `0000`" in PAGE
    assert tiles.format_bundle([b"ab", b""]).hex() == "000261620000"
