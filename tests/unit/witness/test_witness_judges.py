# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a witness cosigns, and every refusal of C2SP tlog-witness by name."""

import base64

import pytest

from bulletin_board.errors import MalformedCheckpoint, MalformedNote, MalformedSubmission
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner, open_cosigned
from bulletin_board.log.note import Signer, open_note, sign_note
from bulletin_board.witness.errors import (
    Fork,
    Inconsistent,
    NotVouchedFor,
    OldAboveNew,
    StaleSize,
    UnknownLog,
    WitnessClockWentBack,
)
from bulletin_board.witness.store import Store
from tests.histories import LOG, ORIGIN, History, fork, numbered

NOW = 1_800_000_000


def cosigned(cosigner, note, lines):
    return open_cosigned(note + lines, LOG.verifier_key, [cosigner.verifier_key], quorum=1)


def test_a_first_checkpoint_is_cosigned(witness, cosigner):
    log = History().grow(*numbered(0, 5))
    found = cosigned(cosigner, log.note(), witness.add_checkpoint(log.submission(0), now=NOW))
    assert found.checkpoint == log.head()
    assert [word.time for word in found.cosignatures] == [NOW]


@pytest.mark.parametrize("steps", [(1, 2, 3), (4, 5, 300), (7, 8, 16), (255, 256, 257)])
def test_every_extension_is_cosigned(witness, cosigner, steps):
    log, old = History().grow(*numbered(0, steps[-1])), 0
    for size in steps:
        lines = witness.add_checkpoint(log.submission(old, size), now=NOW)
        assert cosigned(cosigner, log.note(size), lines).checkpoint.size == size
        old = size


def test_the_same_checkpoint_again_is_cosigned_with_the_time_of_now(witness, cosigner):
    log = History().grow(*numbered(0, 5))
    witness.add_checkpoint(log.submission(0), now=NOW)
    lines = witness.add_checkpoint(log.submission(5), now=NOW + 60)
    assert [word.time for word in cosigned(cosigner, log.note(), lines).cosignatures] == [NOW + 60]


def test_an_empty_log_is_cosigned_and_then_grows(witness):
    log = History()
    witness.add_checkpoint(log.submission(0), now=NOW)
    log.grow(*numbered(0, 3))
    assert witness.add_checkpoint(log.submission(0), now=NOW)


def test_an_empty_log_with_a_root_of_its_own_is_refused(witness):
    note = sign_note(Checkpoint(origin=ORIGIN, size=0, root=b"\1" * 32).to_text(), LOG)
    with pytest.raises(Fork):
        witness.add_checkpoint(History().submission(0, checkpoint=note), now=NOW)


def test_other_signatures_on_the_checkpoint_are_ignored(witness):
    log = History().grow(*numbered(0, 5))
    stranger = Cosigner("stranger.example", b"\7" * 32).cosign(log.head(), time=5).to_text().encode()
    assert witness.add_checkpoint(log.submission(0, checkpoint=log.note() + stranger), now=NOW)


def test_any_trusted_key_of_a_log_is_enough(witness, store):
    other = Signer(ORIGIN, b"M" * 32)
    store.add_key(other.verifier_key)
    for signer in (LOG, other):
        log = History(signer=signer).grow(*numbered(0, 5))
        old = store.head(ORIGIN).size
        assert witness.add_checkpoint(log.submission(old), now=NOW)


def test_logs_do_not_stand_in_each_others_way(witness, store):
    other = Signer("elsewhere.example/log", b"L" * 32)
    store.add_key(other.verifier_key)
    witness.add_checkpoint(History().grow(*numbered(0, 5)).submission(0), now=NOW)
    assert witness.add_checkpoint(History(signer=other).grow(b"x").submission(0), now=NOW)


def test_a_checkpoint_with_extension_lines_is_cosigned_with_them(witness, cosigner, store):
    log = History().grow(*numbered(0, 5))
    note = sign_note(f"{log.head().to_text()}an extension\nand another\n", LOG)
    lines = witness.add_checkpoint(log.submission(0, checkpoint=note), now=NOW)
    assert open_note(note + lines, [cosigner.verifier_key]).is_signed_by(cosigner.verifier_key)
    assert store.head(ORIGIN).root == log.head().root
    assert witness.add_checkpoint(log.grow(b"more").submission(5), now=NOW)


# Refusals


@pytest.mark.parametrize("origin", ["go.sum database tree", "a+b", "a" * 300])
def test_an_origin_that_no_key_of_ours_could_have_is_an_unknown_log(witness, origin):
    note = sign_note(f"{origin}\n5\n{base64.b64encode(b'1' * 32).decode()}\n", LOG)
    with pytest.raises(UnknownLog):
        witness.add_checkpoint(b"old 0\n\n" + note, now=NOW)


def test_an_unknown_log_is_refused(witness):
    log = History(signer=Signer("unknown.example/log", b"L" * 32)).grow(b"x")
    with pytest.raises(UnknownLog):
        witness.add_checkpoint(log.submission(0), now=NOW)


@pytest.mark.parametrize("signer", [Signer(ORIGIN, b"M" * 32), Signer("other.example", b"L" * 32)])
def test_a_checkpoint_that_no_trusted_key_signed_is_refused(witness, signer):
    log = History().grow(*numbered(0, 5))
    with pytest.raises(NotVouchedFor):
        witness.add_checkpoint(log.submission(0, checkpoint=sign_note(log.head().to_text(), signer)), now=NOW)


def test_a_signature_that_fails_is_refused(witness):
    log = History().grow(*numbered(0, 5))
    note = log.note().replace(b"\n5\n", b"\n6\n")
    with pytest.raises(NotVouchedFor):
        witness.add_checkpoint(log.submission(0, checkpoint=note), now=NOW)


def test_an_old_size_above_the_new_one_is_refused(witness):
    log = History().grow(*numbered(0, 5))
    with pytest.raises(OldAboveNew):
        witness.add_checkpoint(log.submission(0, 4, old=5), now=NOW)


@pytest.mark.parametrize("old", [1, 4, 5])
def test_an_old_size_of_a_log_never_seen_is_stale(witness, old):
    log = History().grow(*numbered(0, 5))
    with pytest.raises(StaleSize) as caught:
        witness.add_checkpoint(log.submission(old), now=NOW)
    assert caught.value.size == 0


@pytest.mark.parametrize("old", [0, 3, 6, 8])
def test_an_old_size_that_is_not_the_last_is_stale_and_told_so(witness, old):
    log = History().grow(*numbered(0, 8))
    witness.add_checkpoint(log.submission(0, 5), now=NOW)
    with pytest.raises(StaleSize) as caught:
        witness.add_checkpoint(log.submission(old), now=NOW)
    assert caught.value.size == 5


def test_a_smaller_tree_is_refused(witness):
    log = History().grow(*numbered(0, 8))
    witness.add_checkpoint(log.submission(0), now=NOW)
    with pytest.raises(OldAboveNew):
        witness.add_checkpoint(log.submission(0, 5, old=8), now=NOW)
    with pytest.raises(StaleSize):
        witness.add_checkpoint(log.submission(5, 5), now=NOW)


def test_a_fork_of_the_same_size_is_refused_and_both_checkpoints_kept(witness, store):
    true, false = fork(3, 5)
    witness.add_checkpoint(true.submission(0), now=NOW)
    with pytest.raises(Fork, match="different roots") as caught:
        witness.add_checkpoint(false.submission(5), now=NOW)
    assert (caught.value.expected, caught.value.computed) == (true.head().root, false.head().root)
    assert [(kept.cosigned, kept.refused) for kept in store.evidence()] == [(true.note(), false.note())]
    assert store.head(ORIGIN).root == true.head().root


@pytest.mark.parametrize("common", [0, 3, 4])
def test_a_fork_that_has_grown_is_refused(witness, store, common):
    true, false = fork(common, 5)
    witness.add_checkpoint(true.submission(0), now=NOW)
    false.grow(*numbered(5, 9))
    with pytest.raises(Inconsistent):
        witness.add_checkpoint(false.submission(5), now=NOW)
    assert store.head(ORIGIN).size == 5
    assert len(store.evidence()) == 1


PROOFS = {
    "no proof": lambda _proof: (),
    "a hash less": lambda proof: proof[:-1],
    "a hash more": lambda proof: (*proof, b"\0" * 32),
    "a hash of zeros": lambda proof: (b"\0" * 32, *proof[1:]),
    "another order": lambda proof: proof[::-1],
}


@pytest.mark.parametrize("case", PROOFS)
def test_a_proof_that_does_not_hold_is_refused(witness, store, case):
    log = History().grow(*numbered(0, 11))
    witness.add_checkpoint(log.submission(0, 6), now=NOW)
    from bulletin_board.log.submission import Submission

    good = Submission.from_bytes(log.submission(6))
    with pytest.raises(Inconsistent):
        witness.add_checkpoint(log.submission(6, proof=PROOFS[case](good.proof)), now=NOW)
    assert store.head(ORIGIN).size == 6


@pytest.mark.parametrize("old", [0, 5])
def test_a_proof_where_none_belongs_is_refused(witness, old):
    log = History().grow(*numbered(0, 5))
    if old:
        witness.add_checkpoint(log.submission(0), now=NOW)
    with pytest.raises(Inconsistent):
        witness.add_checkpoint(log.submission(old, proof=(b"\0" * 32,)), now=NOW)


MALFORMED = {
    "nothing": b"",
    "no checkpoint": b"old 0\n\n",
    "a note that is no checkpoint": b"old 0\n\n" + sign_note("hello\n", LOG),
    "a checkpoint with an empty line": b"old 0\n\n"
    + sign_note(f"{ORIGIN}\n5\n{base64.b64encode(b'1' * 32).decode()}\n\nmore\n", LOG),
    "a checkpoint of a negative size": b"old 0\n\n"
    + sign_note(f"{ORIGIN}\n-5\n{base64.b64encode(b'1' * 32).decode()}\n", LOG),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_malformed_is_refused(witness, case):
    with pytest.raises((MalformedSubmission, MalformedNote, MalformedCheckpoint)):
        witness.add_checkpoint(MALFORMED[case], now=NOW)


def test_evidence_is_kept_once_and_does_not_fill_the_disk(witness, store, monkeypatch):
    from bulletin_board.witness import store as module

    monkeypatch.setattr(module, "MAX_EVIDENCE", 3)
    true = History().grow(*numbered(0, 5))
    witness.add_checkpoint(true.submission(0), now=NOW)
    for index in [0, 0, 1, 2, 3, 4]:
        false = History().grow(*numbered(0, 4), b"false %d" % index)
        with pytest.raises(Fork):
            witness.add_checkpoint(false.submission(5), now=NOW)
    assert len(store.evidence()) == 3


def stranger(index):
    """A signature line by nobody the witness knows."""
    return Cosigner(f"{index}.example", b"\7" * 32).cosign(History().head(), time=5).to_text().encode()


def test_a_false_proof_with_the_checkpoint_cosigned_last_is_no_evidence(witness, store):
    log = History().grow(*numbered(0, 5))
    witness.add_checkpoint(log.submission(0), now=NOW)
    for index in range(3):
        note = log.note() + stranger(index)
        with pytest.raises(Inconsistent):
            witness.add_checkpoint(log.submission(5, checkpoint=note, proof=(b"\0" * 32,)), now=NOW)
    assert store.evidence() == ()


def test_a_false_proof_for_a_first_checkpoint_is_no_evidence(witness, store):
    log = History().grow(*numbered(0, 5))
    with pytest.raises(Inconsistent):
        witness.add_checkpoint(log.submission(0, proof=(b"\0" * 32,)), now=NOW)
    assert store.evidence() == ()


def test_strangers_lines_make_no_further_evidence_and_are_not_kept(witness, store):
    true, false = fork(3, 5)
    witness.add_checkpoint(true.submission(0, checkpoint=true.note() + stranger(9)), now=NOW)
    for index in range(3):
        with pytest.raises(Fork):
            witness.add_checkpoint(false.submission(5, checkpoint=false.note() + stranger(index)), now=NOW)
    assert [(kept.cosigned, kept.refused) for kept in store.evidence()] == [(true.note(), false.note())]


def test_whoever_sends_many_false_proofs_does_not_keep_out_the_evidence_of_a_fork(
    witness, store, monkeypatch
):
    from bulletin_board.witness import store as module

    monkeypatch.setattr(module, "MAX_EVIDENCE", 3)
    true, false = fork(3, 5)
    witness.add_checkpoint(true.submission(0), now=NOW)
    for index in range(5):
        true.grow(b"more %d" % index)
        with pytest.raises(Inconsistent):
            witness.add_checkpoint(true.submission(5, proof=(b"\0" * 32,)), now=NOW)
    with pytest.raises(Fork):
        witness.add_checkpoint(false.submission(5), now=NOW)
    assert sorted(kept.is_fork for kept in store.evidence()) == [False, False, False, True]


def test_an_empty_log_with_a_root_of_its_own_is_evidence_by_itself(witness, store):
    note = sign_note(Checkpoint(origin=ORIGIN, size=0, root=b"\1" * 32).to_text(), LOG)
    with pytest.raises(Fork):
        witness.add_checkpoint(History().submission(0, checkpoint=note), now=NOW)
    assert [(kept.cosigned, kept.is_fork) for kept in store.evidence()] == [(b"", True)]


# The clock


def test_a_clock_a_little_behind_stands_still(witness, cosigner):
    log = History().grow(*numbered(0, 5))
    witness.add_checkpoint(log.submission(0), now=NOW)
    lines = witness.add_checkpoint(log.submission(5), now=NOW - 60)
    assert [word.time for word in cosigned(cosigner, log.note(), lines).cosignatures] == [NOW]


def test_a_clock_that_went_back_stops_the_witness_also_for_other_logs(witness, store):
    other = Signer("elsewhere.example/log", b"L" * 32)
    store.add_key(other.verifier_key)
    witness.add_checkpoint(History().grow(*numbered(0, 5)).submission(0), now=NOW)
    with pytest.raises(WitnessClockWentBack):
        witness.add_checkpoint(History(signer=other).grow(b"x").submission(0), now=NOW - 61)
    assert store.head(other.name).size == 0


def test_the_record_is_on_the_disk_before_the_cosignature_is_made(store, tmp_path):
    from bulletin_board.witness.witness import Witness

    log, seen = History().grow(*numbered(0, 5)), []

    class Watching:
        def cosign_text(self, text, *, time):
            seen.append(Store(tmp_path / "witness.sqlite3").head(ORIGIN).size)
            return Cosigner("press.example", b"\2" * 32).cosign_text(text, time=time)

    Witness(Watching(), store).add_checkpoint(log.submission(0), now=NOW)
    assert seen == [5]
