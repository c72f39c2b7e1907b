# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attackers who hold keys: voters, the registrar, the server, or every trustee at once with the factors of n.

What they falsify is hashed, chained, signed and counted again, so that only the one thing they cannot make
right is left to be found.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import gmpy2
from gmpy2 import mpz

from bulletin_board.codec import canonical
from bulletin_board.codec.base64url import encode as octets_text
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.note import Signer, sign_note
from tally.crypto import dealing, ed25519
from tally.crypto.dealing import DealtKey
from tally.crypto.parameters import PublicKey
from tally.crypto.phe_oracle import PrivateOracle
from tally.crypto.threshold import ThresholdKey, verification_base
from tally.enrolment import Enrolment
from tally.opened import OpenedElection, key_context
from tally.outcome import outcomes
from tally.record.ballot import Ballot
from tally.record.final import Final
from tally.record.key import KeyRecord
from tally.record.opening import Opening
from tally.record.result import CountedContest, DecryptedAggregate, Result, ResultShape
from tally.record.roll import Roll
from tests.keys import Stream
from tests.simulator import (
    BOOTH,
    ELECTION_ID,
    LOG_NAME,
    LOG_SEED,
    REGISTRAR_SEED,
    THRESHOLD,
    TRUSTEES,
    Entries,
    MemorySource,
    World,
    log_files,
    trustee_seed,
)

LIMIT = 1 << 26


def changed(payload: bytes, change: Callable[[dict], None]) -> bytes:
    """A payload parsed, changed in place, and written again canonically."""
    value = canonical.parse(payload, limit=LIMIT)
    change(value)
    return canonical.encode(value)


def sealed(entries: Entries) -> tuple[Entries, str]:
    """The first four entries with an opening that fits the other three, and their new fingerprint."""
    digests = [hashlib.sha256(payload).hexdigest() for _, payload in entries[:3]]
    opening = Opening.of(manifest=digests[0], roll=digests[1], key=digests[2], booth=BOOTH)
    return [*entries[:3], ("open", opening.to_bytes())], opening.fingerprint


def signed_again(payload: bytes, seed: bytes, change: Callable[[dict], None]) -> bytes:
    """A signed record, changed and signed by the holder of `seed`."""
    value = canonical.parse(payload, limit=LIMIT)
    change(value)
    del value["signature"]
    message = ed25519.signing_message(value["format"], hashlib.sha256(canonical.encode(value)).digest())
    return canonical.encode({**value, "signature": octets_text(ed25519.sign(seed, message))})


def voter_of(world: World, which: int) -> bytes:
    """The seed of the voter of the `which`-th ballot."""
    seeds = {ed25519.public_key(seed): seed for seed in world.voters}
    return seeds[world.ballot(which).credential]


def voted_again(world: World, change: Callable[[dict], None], *, which: int = 0) -> Entries:
    """The entries with one ballot changed and signed again by its own voter."""
    return world.replaced(
        "ballot", lambda payload: signed_again(payload, voter_of(world, which), change), which=which
    )


def shared_again(world: World, change: Callable[[dict], None], *, trustee: int = 1) -> Entries:
    """The entries with one share changed and signed again by its own trustee."""
    seed = trustee_seed(trustee)
    return world.replaced("share", lambda payload: signed_again(payload, seed, change), which=trustee - 1)


def rolled(world: World, weights: Mapping[bytes, int]) -> tuple[Entries, str]:
    """The opening entries with another roll, signed by the registrar."""
    roll = Roll.of(ELECTION_ID, weights).sign(REGISTRAR_SEED)
    return sealed([world.entries[0], ("roll", roll.to_bytes()), *world.entries[2:4]])


def acknowledged(record: KeyRecord) -> KeyRecord:
    """A key record that every trustee has signed."""
    seeds = [trustee_seed(index) for index in range(1, record.trustees + 1)]
    return record.with_acknowledgements(
        [record.acknowledge(index, seed) for index, seed in enumerate(seeds, start=1)]
    )


def rekeyed(world: World, **changes: object) -> tuple[Entries, str]:
    """The opening entries with another key record, acknowledged by every trustee."""
    return with_key(world, acknowledged(replace(world.key, **changes)).to_bytes())


def with_key(world: World, payload: bytes) -> tuple[Entries, str]:
    """The opening entries with these bytes as the key record."""
    return sealed([*world.entries[:2], ("key", payload), world.entries[3]])


def rechained(world: World, change: Callable[[list[dict]], None]) -> MemorySource:
    """The board with the values of its envelopes changed, in a log whose tree and checkpoint are right."""
    envelopes = [canonical.parse(data, limit=LIMIT) for data in envelopes_on(world.board())]
    change(envelopes)
    board = world.board()
    return MemorySource({**board.files, **log_files([canonical.encode(value) for value in envelopes])})


def envelopes_on(board: MemorySource) -> list[bytes]:
    """The bytes of every envelope in a board of one bundle."""
    (path,) = [path for path in board.files if path.startswith("tile/entries/")]
    data, found = board.files[path], []
    while data:
        length = int.from_bytes(data[:2], "big")
        found.append(data[2 : 2 + length])
        data = data[2 + length :]
    return found


def chain_again(envelopes: list[dict]) -> None:
    """Give every envelope the hash of the one before it."""
    for before, after in pairwise(envelopes):
        after["prev"] = hashlib.sha256(canonical.encode(before)).hexdigest()


def checkpoint(head: Checkpoint, *, seed: bytes = LOG_SEED, name: str = LOG_NAME) -> bytes:
    """A head signed by whoever holds `seed`."""
    return sign_note(head.to_text(), Signer(name, seed))


class Conspiracy(World):
    """An election in which every trustee knows the factors of n, and the server counts what it is told to."""

    factors: tuple[mpz, mpz] = (mpz(0), mpz(0))

    def force(self, ballot: Ballot, commitments: bytes = b"") -> str:
        """Post a ballot and count it, whatever its proof, its credential or the ballot it supersedes."""
        tracker = ballot.tracker
        count = self.count
        place = ballot.credential + b"again" * sum(key[:32] == ballot.credential for key in count._trackers)
        weight = self.opened.weights.get(ballot.credential, 1)
        count.roll = Enrolment({**count.roll._weights, place: weight})
        rows = tuple(contest.ciphertexts for contest in ballot.contests)
        count._sums = count._times(count._sums, rows, weight)
        count._trackers[place] = tracker
        self.entries.append(("ballot", ballot.to_bytes()))
        self.commitments[tracker] = commitments
        self.ballots += 1
        return tracker

    def opening_of(self, ciphertext: int) -> DecryptedAggregate:
        """Plaintext and root by the factors, without any share."""
        p, q = self.factors
        n = p * q
        plaintext = PrivateOracle(p, q).decrypt(ciphertext)
        root = pow(mpz(ciphertext) % n, gmpy2.invert(n, (p - 1) * (q - 1)), n)
        return DecryptedAggregate(ciphertext=ciphertext, plaintext=int(plaintext), root=int(root))

    def finish(self, *, claim: Sequence[Sequence[Sequence[int]]] | None = None) -> None:
        """Close, shares, result, final; with `claim` the counters are whatever the conspiracy says."""
        self.close()
        self.entries += [("share", self.share(index).to_bytes()) for index in range(1, THRESHOLD + 1)]
        result = self.claimed(claim)
        self.entries.append(("result", result.to_bytes()))
        self.entries.append(
            ("final", Final(election=self.fingerprint, result=result.payload_sha256).to_bytes())
        )

    def claimed(self, claim: Sequence[Sequence[Sequence[int]]] | None) -> Result:
        """The result entry."""
        from tally.outcome import decode

        parts = tuple(map(self.opening_of, self.aggregates()))
        counters = decode(self.manifest, [part.plaintext for part in parts]) if claim is None else claim
        weight = sum(map(sum, counters[0])) if claim is not None else self.counted().weight
        return Result(
            shape=ResultShape.of(self.manifest),
            election=self.fingerprint,
            counted=self.counted(),
            tallies=tuple(tuple(int(value) for value in row) for row in self.count.tallies()),
            aggregates=parts,
            contests=tuple(
                CountedContest(id=part.contest, counters=part.counters, result=part.result)
                for part in outcomes(self.manifest, counters, weight)
            ),
        )


def reopened(world: World) -> Conspiracy:
    """The same election, just opened, its trustees conspiring."""
    again = Conspiracy(
        manifest=world.manifest,
        roll=world.roll,
        key=world.key,
        dealt=world.dealt,
        opened=world.opened,
        entries=list(world.entries[:4]),
        voters=world.voters,
    )
    again.factors = factors_of(world)
    return again


def factors_of(world: World) -> tuple[mpz, mpz]:
    """The factors of the simulator's key, which deals its own for its own context."""
    p, q = world.dealt.oracle._key.p, world.dealt.oracle._key.q
    return mpz(p), mpz(q)


@cache
def rigged_key(p: int) -> tuple[KeyRecord, DealtKey, tuple[mpz, mpz]]:
    """A 1024-bit key with the small prime factor `p` ≡ 7 mod 8, its certificate made with the factors."""
    q = (mpz(3) << 1022) // p
    q += (7 - q) % 8
    while not gmpy2.is_prime(q) or gmpy2.gcd(p * q, (p - 1) * (q - 1)) != 1:
        q += 8
    n, phi, entropy = p * q, (p - 1) * (q - 1), Stream(b"rigged %d" % p)
    context = key_context(ELECTION_ID)
    gamma, r = dealing._open_gamma(n, phi, TRUSTEES, entropy)
    gamma1, gamma0 = divmod(gamma, n)
    shares = dealing._share(r, gamma1, TRUSTEES, THRESHOLD, 1024, entropy)
    base = verification_base(n, context)
    keys = tuple(pow(base, mpz(share), n) for share in shares)
    key = ThresholdKey(n=n, gamma0=gamma0, base=base, keys=keys, threshold=THRESHOLD)
    dealt = DealtKey(
        key=key,
        certificate=dealing._certify(n, phi, context),
        shares=shares,
        oracle=PrivateOracle(mpz(p), q),
    )
    return acknowledged(record_of(dealt)), dealt, (mpz(p), q)


def record_of(dealt: DealtKey) -> KeyRecord:
    """The key record of a dealt key, without acknowledgements."""
    return KeyRecord(
        election_id=ELECTION_ID,
        kind="dealt",
        modulus=int(dealt.key.n),
        h=int(PublicKey.from_modulus(dealt.key.n).base),
        trustees=TRUSTEES,
        threshold=THRESHOLD,
        gamma0=int(dealt.key.gamma0),
        verification_base=int(dealt.key.base),
        verification_keys=tuple(map(int, dealt.key.keys)),
        nth_roots=dealt.certificate.nth_roots,
        square_roots=dealt.certificate.square_roots,
        transcript="0" * 64,
    )


def rigged_world(world: World, p: int) -> Conspiracy:
    """An election like `world`, just opened, under a key with the small factor `p`."""
    record, dealt, factors = rigged_key(p)
    opening = Opening.of(
        manifest=world.manifest.payload_sha256,
        roll=world.roll.payload_sha256,
        key=record.payload_sha256,
        booth=BOOTH,
    )
    rigged = Conspiracy(
        manifest=world.manifest,
        roll=world.roll,
        key=record,
        dealt=dealt,
        opened=OpenedElection.from_records(
            manifest=world.manifest, roll=world.roll, key_record=record, opening=opening
        ),
        entries=[*world.entries[:2], ("key", record.to_bytes()), ("open", opening.to_bytes())],
        voters=world.voters,
    )
    rigged.factors = factors
    return rigged
