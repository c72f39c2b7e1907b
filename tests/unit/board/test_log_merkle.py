# SPDX-License-Identifier: AGPL-3.0-or-later
import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletin_board.errors import LogError, OutsideTree, RootMismatch, WrongProofLength
from bulletin_board.log import merkle
from bulletin_board.log.merkle import Frontier, leaf_hash, node_hash
from tests.unit.board.board_vectors import error, load

KNOWN = load("transparency_log.json")["tree"]
CONSISTENCY = load("transparency_log.json")["consistency"]
MOST = 70  # leaves; every pair of sizes up to here is tried


class Memory:
    """The hashes of complete subtrees in a dictionary."""

    def __init__(self, leaves) -> None:
        self.hashes, self.reads, tree = {}, 0, Frontier(0, ())
        for leaf in leaves:
            for node in tree.add(leaf):
                self.hashes[node.level, node.index] = node.hash

    def read_hashes(self, coordinates):
        self.reads += len(coordinates)
        return [self.hashes[coordinate] for coordinate in coordinates]


LEAVES = [leaf_hash(str(index).encode()) for index in range(MOST)]
TREE = Memory(LEAVES)


def definition(leaves):
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(definition(leaves[:half]), definition(leaves[half:]))


ROOTS = [definition(LEAVES[:size]) for size in range(MOST + 1)]


def test_the_known_leaf_hash_and_roots():
    leaves = [leaf_hash(word.encode()) for word in KNOWN["leaves"]]
    assert leaves[0].hex() == KNOWN["leaf_hash_of_one"]
    reader = Memory(leaves)
    for size, expected in KNOWN["roots"].items():
        assert merkle.root(int(size), reader) == base64.b64decode(expected)


def test_leaves_and_nodes_are_hashed_apart():
    pair = LEAVES[0] + LEAVES[1]
    assert leaf_hash(pair) != node_hash(LEAVES[0], LEAVES[1])


def test_the_root_is_that_of_the_definition_for_every_size():
    tree = Frontier(0, ())
    for size in range(MOST):
        assert tree.root() == merkle.root(size, TREE) == ROOTS[size]
        tree.add(LEAVES[size])
    assert tree.size == MOST


def test_a_tree_goes_on_from_its_stored_subtrees():
    for size in range(MOST):
        tree = Frontier(size, TREE.read_hashes(merkle.frontier(size)))
        tree.add(LEAVES[size])
        assert tree.root() == ROOTS[size + 1]


@pytest.mark.parametrize("count", [0, 1, 3, 4])
def test_a_tree_does_not_begin_with_too_few_or_too_many_subtrees(count):
    with pytest.raises(WrongProofLength):
        Frontier(6, [LEAVES[0]] * count)


def test_every_leaf_of_every_tree_is_proved():
    for size in range(1, MOST + 1):
        for index in range(size):
            proof = merkle.prove_inclusion(index, size, TREE)
            merkle.check_inclusion(index, size, LEAVES[index], proof, ROOTS[size])


def test_many_proofs_together_are_those_of_each_alone():
    for size in range(1, MOST + 1):
        together = merkle.prove_inclusions(range(size), size, TREE)
        assert together == {index: merkle.prove_inclusion(index, size, TREE) for index in range(size)}


def test_no_proofs_read_nothing():
    reader = Memory(LEAVES)
    assert merkle.prove_inclusions([], MOST, reader) == {}
    assert reader.reads == 0


def test_one_leaf_outside_the_tree_refuses_all():
    with pytest.raises(OutsideTree):
        merkle.prove_inclusions([0, 1, MOST], MOST, TREE)


def test_every_tree_is_proved_a_prefix_of_every_later_one():
    for new in range(MOST + 1):
        for old in range(new + 1):
            proof = merkle.prove_consistency(old, new, TREE)
            merkle.check_consistency(old, new, ROOTS[old], ROOTS[new], proof)


def consistency(case):
    roots = (bytes.fromhex(case[name]) for name in ("old_root", "root"))
    return case["old"], case["size"], *roots, [bytes.fromhex(one) for one in case["proof"]]


@pytest.mark.parametrize("case", CONSISTENCY["proofs"], ids=lambda case: f"{case['old']} to {case['size']}")
def test_a_known_proof_of_consistency_holds_and_is_made_again(case):
    reader = Memory([leaf_hash(bytes.fromhex(leaf)) for leaf in CONSISTENCY["leaves"]])
    old, size, _, _, proof = consistency(case)
    merkle.check_consistency(*consistency(case))
    assert list(merkle.prove_consistency(old, size, reader)) == proof


@pytest.mark.parametrize("case", CONSISTENCY["refused"], ids=lambda case: case["name"])
def test_what_is_no_proof_of_consistency_is_refused(case):
    with pytest.raises(error(case["error"])):
        merkle.check_consistency(*consistency(case))


def test_a_proof_reads_few_hashes():
    reader = Memory(LEAVES)
    merkle.prove_inclusion(3, MOST, reader)
    assert reader.reads <= 2 * MOST.bit_length()


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (6, 5), (0, 0)])
def test_a_leaf_outside_the_tree_is_refused(index, size):
    with pytest.raises(OutsideTree):
        merkle.prove_inclusion(index, size, TREE)
    with pytest.raises(OutsideTree):
        merkle.check_inclusion(index, size, LEAVES[0], (), ROOTS[0])


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5), (0, -1)])
def test_a_later_tree_is_no_prefix_of_an_earlier_one(old, new):
    with pytest.raises(OutsideTree):
        merkle.prove_consistency(old, new, TREE)
    with pytest.raises(OutsideTree):
        merkle.check_consistency(old, new, ROOTS[0], ROOTS[0], ())


def test_a_tree_of_negative_size_has_no_root():
    with pytest.raises(OutsideTree):
        merkle.root(-1, TREE)


@given(st.integers(1, MOST), st.data())
def test_an_inclusion_proof_of_another_length_is_refused(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.prove_inclusion(index, size, TREE)
    for wrong in (proof[:-1], (*proof, LEAVES[0]), proof[1:]):
        if len(wrong) != len(proof):
            with pytest.raises(WrongProofLength):
                merkle.check_inclusion(index, size, LEAVES[index], wrong, ROOTS[size])


@given(st.integers(0, MOST), st.data())
def test_a_consistency_proof_of_another_length_is_refused(new, data):
    old = data.draw(st.integers(0, new))
    proof = merkle.prove_consistency(old, new, TREE)
    for wrong in (proof[:-1], (*proof, LEAVES[0]), proof[1:]):
        if len(wrong) != len(proof):
            with pytest.raises(WrongProofLength):
                merkle.check_consistency(old, new, ROOTS[old], ROOTS[new], wrong)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_proof_hash_of_another_length_is_refused(length):
    proof = (*merkle.prove_inclusion(2, 5, TREE)[:-1], b"\0" * length)
    with pytest.raises(WrongProofLength):
        merkle.check_inclusion(2, 5, LEAVES[2], proof, ROOTS[5])


def flipped(data, proof):
    which = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = bytearray(proof[which])
    changed[bit // 8] ^= 1 << bit % 8
    return (*proof[:which], bytes(changed), *proof[which + 1 :])


@given(st.integers(2, MOST), st.data())
def test_any_bit_flip_in_an_inclusion_proof_is_refused(size, data):
    index = data.draw(st.integers(0, size - 1))
    wrong = flipped(data, merkle.prove_inclusion(index, size, TREE))
    with pytest.raises(RootMismatch):
        merkle.check_inclusion(index, size, LEAVES[index], wrong, ROOTS[size])


@given(st.integers(2, MOST), st.data())
def test_any_bit_flip_in_a_consistency_proof_is_refused(new, data):
    old = data.draw(st.integers(1, new - 1))
    wrong = flipped(data, merkle.prove_consistency(old, new, TREE))
    with pytest.raises(RootMismatch):
        merkle.check_consistency(old, new, ROOTS[old], ROOTS[new], wrong)


@given(st.integers(2, MOST), st.data())
def test_a_proof_for_one_place_does_not_serve_another(size, data):
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index))
    proof = merkle.prove_inclusion(index, size, TREE)
    with pytest.raises((RootMismatch, WrongProofLength)):
        merkle.check_inclusion(other, size, LEAVES[index], proof, ROOTS[size])


@given(st.integers(2, MOST), st.data())
def test_an_inner_node_does_not_pass_for_a_leaf(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.prove_inclusion(index, size, TREE)
    pair = (proof[0] + LEAVES[index]) if index & 1 else (LEAVES[index] + proof[0])
    with pytest.raises(LogError):
        merkle.check_inclusion(index // 2, (size + 1) // 2, leaf_hash(pair), proof[1:], ROOTS[size])


@given(st.integers(1, MOST), st.data())
def test_a_rewritten_past_is_not_consistent(new, data):
    old = data.draw(st.integers(1, new))
    place = data.draw(st.integers(0, old - 1))
    forged = Memory([*LEAVES[:place], leaf_hash(b"forged"), *LEAVES[place + 1 :]])
    proof = merkle.prove_consistency(old, new, forged)
    with pytest.raises(RootMismatch):
        merkle.check_consistency(old, new, ROOTS[old], merkle.root(new, forged), proof)


def test_the_empty_tree_is_a_prefix_only_under_its_own_root():
    merkle.check_consistency(0, 5, ROOTS[0], ROOTS[5], ())
    with pytest.raises(RootMismatch):
        merkle.check_consistency(0, 5, ROOTS[1], ROOTS[5], ())


def test_two_roots_of_one_size_are_refused():
    with pytest.raises(RootMismatch):
        merkle.check_consistency(5, 5, ROOTS[5], ROOTS[6], ())
