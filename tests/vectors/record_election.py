# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole election of two voters under a 1024-bit test key, the same on every run, made of real proofs.

The first voter votes twice, loses the credential, is given another one, and votes with that.

Every secret is in this file. `payloads()` is what docs/spec/record.md shows and tests/vectors/records holds.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

from gmpy2 import mpz

from bulletin_board.log import merkle
from bulletin_board.log.envelope import Envelope
from bulletin_board.log.keys import COSIGNATURE, ED25519, VerifierKey
from tally.contests.base import Option
from tally.contests.choose_one import ChooseOne
from tally.contests.texts import Texts
from tally.crypto import ed25519
from tally.crypto.membership import prove
from tally.crypto.paillier import combine
from tally.crypto.parameters import PublicKey
from tally.crypto.randomness import Draws
from tally.crypto.threshold import combine_root, plaintext_of, prove_share
from tally.crypto.transcript import Context
from tally.record.acknowledgement import Acknowledgement
from tally.record.ballot import Ballot
from tally.record.board_keys import BoardKeys
from tally.record.challenged import Challenged
from tally.record.closing import Closing
from tally.record.commitments import commitments_to_bytes
from tally.record.counted import Counted, counted_hash
from tally.record.final import Final
from tally.record.head import Head
from tally.record.key import KeyRecord
from tally.record.manifest import Manifest, build_manifest
from tally.record.opening import Opening
from tally.record.parties import Registrar, Trustee, Trustees
from tally.record.result import CountedContest, DecryptedAggregate, Result, ResultShape
from tally.record.roll import Roll
from tally.record.roll_change import RollChange
from tally.record.share import Share, ShareShape
from tally.record.terms import Rules, Schedule
from tests.keys import Stream, dealt_key_1024

ELECTION_ID = "00112233445566778899aabbccddeeff"
MODULUS_BITS = 1024
OPENS = datetime(2026, 11, 22, 8, tzinfo=UTC)
BOOTH = hashlib.sha256(b"the booth's list of files").hexdigest()
BOOK, REGISTRAR, WITNESS = (bytes([number]) * 32 for number in (1, 2, 3))
TRUSTEES = tuple(bytes([10 + number]) * 32 for number in (1, 2, 3))
VOTERS = tuple(bytes([20 + number]) * 32 for number in (1, 2, 3))
WEIGHTS = (1, 2)


def texts(text: str) -> Texts:
    return Texts.of({"en": text})


def contest(**changes: object) -> ChooseOne:
    options = tuple(Option(id=name, label=texts(name.title()), cost=0) for name in ("yes", "no"))
    values = {
        "id": "park",
        "question": texts("Shall the park be open at night?"),
        "options": options,
        "order": "fixed",
        "seats": 1,
        "budget": 0,
        "blank": False,
    }
    return ChooseOne(**(values | changes))


def trustees(**changes: object) -> Trustees:
    members = tuple(
        Trustee(
            name=f"Trustee {number}",
            signing_key=ed25519.public_key(seed),
            encryption_key=bytes([30 + number]) * 32,
        )
        for number, seed in enumerate(TRUSTEES, start=1)
    )
    return Trustees(**({"threshold": 2, "key": "dealt", "acknowledgements": 3, "members": members} | changes))


def board_keys(**changes: object) -> BoardKeys:
    log = VerifierKey(name="vote.example/board/park", type=ED25519, key=ed25519.public_key(BOOK))
    witness = VerifierKey(name="witness.example", type=COSIGNATURE, key=ed25519.public_key(WITNESS))
    return BoardKeys(**({"log": log, "witnesses": (witness,), "quorum": 1} | changes))


def manifest_of(**changes: object) -> Manifest:
    """The example's manifest with other arguments for `build_manifest`."""
    values = {
        "election_id": ELECTION_ID,
        "title": texts("The park"),
        "description": texts(""),
        "languages": ("en",),
        "rehearsal": True,
        "schedule": Schedule(opens=OPENS, closes=OPENS + timedelta(days=7), check_period_hours=24),
        "modulus_bits": MODULUS_BITS,
        "roll_capacity": 10,
        "board": board_keys(),
        "registrar": Registrar(name="City clerk", key=ed25519.public_key(REGISTRAR)),
        "trustees": trustees(),
        "rules": Rules(minimum_counted=2, ballots_per_credential=3),
        "contests": (contest(),),
        "allow_test_modulus": True,
    }
    return build_manifest(**(values | changes))


class Election:
    """The records, in the order in which they come to be."""

    def __init__(self) -> None:
        self.manifest = manifest_of()
        self.shape = self.manifest.ballot_shape()
        credentials = [ed25519.public_key(seed) for seed in VOTERS]
        roll = Roll.of(ELECTION_ID, dict(zip(credentials, WEIGHTS, strict=False)))
        self.roll = roll.sign(REGISTRAR)
        self.dealt = dealt_key_1024(context=bytes.fromhex(ELECTION_ID))
        self.public_key = PublicKey.from_modulus(self.dealt.key.n)
        self.key = self._key()
        self.opening = Opening.of(
            manifest=self.manifest.payload_sha256,
            roll=self.roll.payload_sha256,
            key=self.key.payload_sha256,
            booth=BOOTH,
        )
        first = self._ballot(0, {"no": 1}, "", 1)
        self.commitments, self.ballots = first[1], [first[0]]
        tested = self._ballot(1, {"no": 1}, "", 2)[0]
        self.challenged = Challenged(
            election=self.election, credential=tested.credential, tracker=tested.tracker
        ).sign(VOTERS[1])
        self.ballots.append(self._ballot(1, {"yes": 1}, "", 3)[0])
        self.ballots.append(self._ballot(0, {"yes": 1}, self.ballots[0].tracker, 4)[0])
        self.roll_change = RollChange.of(
            election=self.election,
            number=1,
            revoke=[credentials[0]],
            admit={credentials[2]: 1},
            reason="One voter lost the letter and was given a new one.",
        ).sign(REGISTRAR)
        self.ballots.append(self._ballot(2, {"no": 1}, "", 5)[0])
        self.counted = Counted(
            ballots=2, weight=3, hash=counted_hash(ballot.tracker for ballot in self._counting)
        )
        self.closing = Closing(election=self.election, ballots=4, challenged=1, counted=self.counted)
        self.head = Head(size=11, root=self._root())
        self.acknowledgements = tuple(self._acknowledgement(number) for number in (1, 2, 3))
        self.tally = self._tally()
        self.shares = tuple(self._share(number) for number in (1, 3))
        self.result = self._result()
        self.final = Final(election=self.election, result=self.result.payload_sha256)

    @property
    def election(self) -> str:
        return self.opening.fingerprint

    @property
    def _counting(self) -> tuple[Ballot, Ballot]:
        """The second voter's only ballot, and the first voter's under the new credential."""
        return self.ballots[1], self.ballots[3]

    def entries(self) -> Iterator[tuple[str, bytes]]:
        """(type, payload) of the whole board."""
        first, second, third, fourth = (("ballot", ballot.to_bytes()) for ballot in self.ballots)
        yield "manifest", self.manifest.to_bytes()
        yield "roll", self.roll.to_bytes()
        yield "key", self.key.to_bytes()
        yield "open", self.opening.to_bytes()
        yield first
        yield "challenged", self.challenged.to_bytes()
        yield from (second, third)
        yield "roll-change", self.roll_change.to_bytes()
        yield fourth
        yield "close", self.closing.to_bytes()
        if hasattr(self, "final"):
            yield from (("share", share.to_bytes()) for share in self.shares)
            yield "result", self.result.to_bytes()
            yield "final", self.final.to_bytes()

    def _key(self) -> KeyRecord:
        key, certificate = self.dealt.key, self.dealt.certificate
        record = KeyRecord(
            election_id=ELECTION_ID,
            kind="dealt",
            modulus=int(key.n),
            h=int(self.public_key.base),
            trustees=3,
            threshold=2,
            gamma0=int(key.gamma0),
            verification_base=int(key.base),
            verification_keys=tuple(map(int, key.keys)),
            nth_roots=certificate.nth_roots,
            square_roots=certificate.square_roots,
            transcript="00" * 32,
        )
        return record.with_acknowledgements(
            record.acknowledge(number, seed) for number, seed in enumerate(TRUSTEES, start=1)
        )

    def _ballot(
        self, voter: int, selection: dict[str, int], supersedes: str, seed: int
    ) -> tuple[Ballot, bytes]:
        parameters = self.manifest.parameters
        values = self.manifest.contests[0].encode(
            selection, counter_bits=parameters.counter_bits, modulus_bits=parameters.modulus_bits
        )
        credential = ed25519.public_key(VOTERS[voter])
        context = Context(
            fingerprint=bytes.fromhex(self.election),
            credential=credential,
            supersedes=bytes.fromhex(supersedes),
        )
        draws = Draws(bytes([40 + seed]) * 32)
        claim, proof, commitments = prove(self.public_key, context, self.shape.statements, values, draws)
        ballot = Ballot.of(
            self.shape,
            election=self.election,
            credential=credential,
            supersedes=supersedes,
            ciphertexts=claim.ciphertexts,
            proof=proof,
        )
        return ballot.sign(VOTERS[voter]), commitments_to_bytes(commitments, self.shape)

    def _root(self) -> bytes:
        """The root of the tree up to the closing entry."""
        tree, prev = merkle.Frontier(0, ()), "0" * 64
        for seq, (name, payload) in enumerate(self.entries()):
            envelope = Envelope(
                type=name,
                seq=seq,
                prev=prev,
                time=OPENS,
                payload_sha256=hashlib.sha256(payload).hexdigest(),
                payload_len=len(payload),
            )
            tree.add(merkle.leaf_hash(envelope.to_bytes()))
            prev = envelope.chain_hash()
        return tree.root()

    def _acknowledgement(self, number: int) -> Acknowledgement:
        unsigned = Acknowledgement(
            election=self.election, trustee=number, head=self.head, counted=self.counted.hash
        )
        return unsigned.sign(TRUSTEES[number - 1])

    def _tally(self) -> mpz:
        """T = Π c^weight: one tallied variable, one aggregate of it alone."""
        ciphertexts = tuple(ballot.ciphertexts[0] for ballot in self._counting)
        return combine(self.public_key, ciphertexts, ((0, WEIGHTS[1]), (1, WEIGHTS[0])))

    def _share(self, number: int) -> Share:
        partial, proof = prove_share(
            self.dealt.key,
            number,
            self.tally,
            self.dealt.shares[number - 1],
            entropy=Stream(b"share %d" % number),
        )
        unsigned = Share(
            shape=ShareShape.of(self.manifest),
            election=self.election,
            trustee=number,
            head=self.head,
            counted=self.counted.hash,
            acknowledgements=tuple((word.trustee, word.signature) for word in self.acknowledgements),
            partials=(int(partial),),
            proofs=(proof,),
        )
        return unsigned.sign(TRUSTEES[number - 1])

    def _result(self) -> Result:
        partials = {share.trustee: share.partials[0] for share in self.shares}
        root = combine_root(self.dealt.key, self.tally, partials)
        plaintext = int(plaintext_of(self.dealt.key.n, self.tally, root))
        counters = ((2, 1),)
        return Result(
            shape=ResultShape.of(self.manifest),
            election=self.election,
            counted=self.counted,
            tallies=((int(self.tally),),),
            aggregates=(DecryptedAggregate(ciphertext=int(self.tally), plaintext=plaintext, root=int(root)),),
            contests=(
                CountedContest(id="park", counters=counters, result=contest().result(counters, weight=3)),
            ),
        )


@cache
def election() -> Election:
    """The example, made once in a test run."""
    return Election()


def payloads() -> dict[str, bytes]:
    """Name -> bytes of every record; ballots 1, 3 and 4 are one voter's: 3 supersedes 1, 4 is a new start."""
    example = election()
    records = {
        "manifest": example.manifest,
        "roll": example.roll,
        "key": example.key,
        "open": example.opening,
        "ballot-1": example.ballots[0],
        "ballot-2": example.ballots[1],
        "ballot-3": example.ballots[2],
        "ballot-4": example.ballots[3],
        "challenged": example.challenged,
        "roll-change": example.roll_change,
        "close": example.closing,
        "acknowledgement": example.acknowledgements[0],
        "share-1": example.shares[0],
        "share-3": example.shares[1],
        "result": example.result,
        "final": example.final,
    }
    return {name: record.to_bytes() for name, record in records.items()}
