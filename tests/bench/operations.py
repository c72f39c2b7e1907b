# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is measured: ballots of every kind, batches, aggregation, and the trustees' operations."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from bulletin_board.log.envelope import Envelope, coarse
from tally.contests.counters import counter_bits
from tally.count import Count
from tally.crypto.batch import Case, verify
from tally.crypto.certificate import verify_certificate
from tally.crypto.dealing import DealtKey
from tally.crypto.membership import prove, verify_compact
from tally.crypto.paillier import encrypt
from tally.crypto.parameters import PublicKey
from tally.crypto.randomness import Draws
from tally.crypto.statements import Statement
from tally.crypto.threshold import (
    combine_root,
    partial_root,
    plaintext_of,
    prove_share,
    verify_opening,
    verify_share,
)
from tally.crypto.transcript import Context
from tally.enrolment import Enrolment
from tally.record.ballot import Ballot
from tally.record.commitments import commitments_to_bytes
from tally.record.shape import BallotShape
from tests.bench.contests import CAPACITY, CONTESTS
from tests.bench.meter import Timing, measured, timed

BATCHES = {"bit": (1, 20, 200, 2000), "choose-1-of-20": (1, 20, 200, 2000)}
_OTHERS = (1, 20, 200)
_DISTINCT = 200  # ballots made; a batch of 2,000 holds each ten times, with fresh weights ρ
_DISTINCT_OTHERS = 20
_CONTEXT = Context(fingerprint=bytes(32), credential=bytes(32), supersedes=b"")


@dataclass(frozen=True)
class Figure:
    """One line of bench.json."""

    name: str
    timing: Timing | None = None
    octets: int | None = None


def ballots(key: PublicKey) -> Iterator[Figure]:
    """Every kind of contest: making, checking singly, checking in batches, size."""
    for name, (contest, selection) in CONTESTS.items():
        bits = counter_bits(CAPACITY, contest.largest_counter)
        program = contest.compile(counter_bits=bits, modulus_bits=key.bits)
        values = contest.encode(selection, counter_bits=bits, modulus_bits=key.bits)
        shape = BallotShape.of((program,), key.bits)
        statements = shape.statements
        yield Figure(f"encrypt/{name}", measured(lambda k: _prove(k, statements, values), key))  # noqa: B023
        claim, proof, commitments = _prove(key, statements, values)
        yield Figure(f"verify-compact/{name}", measured(lambda k: verify_compact(k, claim, proof), key))  # noqa: B023
        yield from _batches(key, name, statements, values)
        ballot = Ballot.of(
            shape,
            election="0" * 64,
            credential=bytes(32),
            supersedes="0" * 64,
            ciphertexts=claim.ciphertexts,
            proof=proof,
        ).sign(bytes(32))
        yield Figure(f"ballot-bytes/{name}", octets=len(ballot.to_bytes()) + _envelope_bytes(ballot))
        yield Figure(f"commitments-bytes/{name}", octets=len(commitments_to_bytes(commitments, shape)))


def bits(key: PublicKey) -> Iterator[Figure]:
    """One 0/1 variable by itself."""
    yield from _batches(key, "bit", (Statement(terms=((0, 1),), values=(0, 1)),), (1,))


def _batches(
    key: PublicKey, name: str, statements: tuple[Statement, ...], values: tuple[int, ...]
) -> Iterator[Figure]:
    cases = []
    distinct = _DISTINCT if name in BATCHES else _DISTINCT_OTHERS
    for _ in range(distinct):
        claim, proof, commitments = _prove(key, statements, values)
        cases.append(Case(claim=claim, proof=proof, commitments=commitments))
    for size in BATCHES.get(name, _OTHERS):
        batch = (cases * -(-size // distinct))[:size]
        yield Figure(f"verify/{name}/batch-{size}", measured(lambda k: verify(k, batch), key, items=size))  # noqa: B023


def _prove(key: PublicKey, statements: tuple[Statement, ...], values: tuple[int, ...]):
    return prove(key, _CONTEXT, statements, values, Draws(secrets.token_bytes(32)))


def _envelope_bytes(ballot: Ballot) -> int:
    from datetime import UTC, datetime

    now = coarse(datetime.now(tz=UTC))
    payload = ballot.to_bytes()
    envelope = Envelope(
        type="ballot", seq=99_999, prev="0" * 64, time=now, payload_sha256="0" * 64, payload_len=len(payload)
    )
    return len(envelope.to_bytes())


def tally(key: PublicKey, dealt: DealtKey, context: bytes) -> Iterator[Figure]:
    """Aggregation, and everything the trustees and their checkers do, per packed ciphertext."""
    randomness = secrets.randbits(key.randomness_bits)
    yield Figure("encrypt/one-ciphertext", measured(lambda k: encrypt(k, 1, randomness), key))
    ciphertext = encrypt(key, 12_345, randomness)
    yield Figure("aggregate/one-ciphertext", measured(lambda k: _add(k, int(ciphertext)), key))
    x = ciphertext % key.n
    shared = dealt.key
    yield _trustee("partial-root", lambda: partial_root(key.n, x, dealt.shares[0]))
    yield _trustee(
        "prove-share", lambda: prove_share(shared, 1, x, dealt.shares[0], entropy=secrets.token_bytes)
    )
    proved = {
        i: prove_share(shared, i, x, dealt.shares[i - 1], entropy=secrets.token_bytes)
        for i in range(1, shared.threshold + 1)
    }
    partial, proof = proved[1]
    yield _trustee("verify-share", lambda: verify_share(shared, 1, x, partial, proof))
    partials = {i: value for i, (value, _) in proved.items()}
    yield _trustee("combine-root", lambda: combine_root(shared, x, partials))
    root = combine_root(shared, x, partials)
    yield _trustee("open", lambda: plaintext_of(key.n, ciphertext, root))
    yield _trustee("check-opening", lambda: verify_opening(key.n, ciphertext, 12_345, root))
    yield _trustee(
        "check-certificate", lambda: verify_certificate(key.n, key.bits, context, dealt.certificate)
    )


def _trustee(name: str, work) -> Figure:
    return Figure(name, Timing(milliseconds=timed(work), modmuls=None))


def _add(key: PublicKey, ciphertext: int) -> None:
    count = Count(key, Enrolment({b"voter": 1}), ((0,),), 1)
    count.add(credential=b"voter", tracker="00", supersedes="", ciphertexts=((ciphertext,),), superseded=None)
