# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole election in memory, made by the pure layers alone, and the means to falsify any part of it.

`simulate()` gives an honest `World` under the 1024-bit test key. An attack changes a payload, entry or file,
and asks `World.board()` for a board whose chain, tree and checkpoint are right again: the server takes part.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from bulletin_board import layout
from bulletin_board.errors import NotFound, ResourceTooLarge
from bulletin_board.log import merkle, note, tiles
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.envelope import NO_PREVIOUS, Envelope
from tally.admission import read_ballot
from tally.casting import Prepared, challenge, make_ballot, prepare
from tally.contests.approval import Approval
from tally.contests.base import Option
from tally.contests.choose_one import ChooseOne
from tally.contests.protocol import Contest
from tally.contests.texts import Texts
from tally.count import Count
from tally.crypto import ed25519
from tally.crypto.dealing import DealtKey
from tally.crypto.parameters import TEST_MODULUS_BITS, PublicKey
from tally.crypto.threshold import combine_root, plaintext_of, prove_share
from tally.opened import OpenedElection, key_context
from tally.outcome import aggregates, decode, outcomes
from tally.record.acknowledgement import Acknowledgement
from tally.record.board_keys import BoardKeys
from tally.record.closing import Closing
from tally.record.counted import Counted
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
from tests.keys import Stream, dealt_key_1024, fresh_key

ELECTION_ID = "0123456789abcdef0123456789abcdef"
BOOTH = "b0" * 32  # the digest of no booth
OPENS = datetime(2026, 3, 1, 8, tzinfo=UTC)
LOG_SEED, REGISTRAR_SEED = b"L" * 32, b"R" * 32
LOG_NAME = "vote.example.org/board/town"
TRUSTEES, THRESHOLD, QUORUM = 3, 2, 3

Entries = list[tuple[str, bytes]]


def text(words: str) -> Texts:
    return Texts.of({"en": words})


def options(*names: str) -> tuple[Option, ...]:
    return tuple(Option(id=name.lower(), label=text(name), cost=0) for name in names)


def mayor() -> ChooseOne:
    return ChooseOne(
        id="mayor",
        question=text("Who shall be mayor?"),
        options=options("Ada", "Ben", "Cleo"),
        order="fixed",
        seats=1,
        budget=0,
        blank=True,
    )


def board_seats() -> Approval:
    return Approval(
        id="school",
        question=text("Who shall sit on the school board?"),
        options=options("Dora", "Emil", "Fay", "Gus"),
        order="fixed",
        seats=2,
        budget=0,
        minimum=0,
        maximum=2,
    )


def trustee_seed(index: int) -> bytes:
    return hashlib.sha256(b"trustee %d" % index).digest()


def voter_seed(index: int) -> bytes:
    return hashlib.sha256(b"voter %d" % index).digest()


@dataclass(frozen=True)
class MemorySource:
    """A board as files in memory."""

    files: Mapping[str, bytes]

    def read(self, path: str, *, limit: int) -> bytes:
        if path not in self.files:
            raise NotFound(f"no {path}")
        if len(self.files[path]) > limit:
            raise ResourceTooLarge(f"{path} is too large")
        return self.files[path]

    def changed(self, path: str, data: bytes | None) -> "MemorySource":
        """Another board with one file replaced, or removed."""
        files = {name: held for name, held in self.files.items() if name != path}
        return MemorySource(files if data is None else {**files, path: data})


def board_of(entries: Sequence[tuple[str, bytes]], commitments: Mapping[str, bytes]) -> MemorySource:
    """All files of a board of these entries, with a right chain, tree and checkpoint."""
    envelopes = [envelope.to_bytes() for envelope in envelopes_of(entries)]
    files = {layout.blob_path(hashlib.sha256(payload).hexdigest()): payload for _, payload in entries}
    files |= {layout.commitments_path(tracker): data for tracker, data in commitments.items()}
    return MemorySource(files | log_files(envelopes))


def log_files(envelopes: Sequence[bytes], *, seed: bytes = LOG_SEED) -> dict[str, bytes]:
    """Bundles, checkpoint and key of a log of these entries."""
    files = {}
    for bundle in tiles.bundles_of(len(envelopes)):
        first = bundle.index * tiles.WIDTH
        files[bundle.to_path()] = tiles.format_bundle(envelopes[first : first + bundle.width])
    signer = note.Signer(LOG_NAME, seed)
    head = Checkpoint(origin=LOG_NAME, size=len(envelopes), root=root_of(envelopes))
    files[layout.CHECKPOINT] = note.sign_note(head.to_text(), signer)
    files[layout.VERIFIER_KEY] = signer.verifier_key.to_text().encode() + b"\n"
    return files


def envelopes_of(entries: Sequence[tuple[str, bytes]]) -> list[Envelope]:
    envelopes: list[Envelope] = []
    for seq, (entry_type, payload) in enumerate(entries):
        envelopes.append(
            Envelope(
                type=entry_type,
                seq=seq,
                prev=envelopes[-1].chain_hash() if envelopes else NO_PREVIOUS,
                time=OPENS + timedelta(minutes=5 * seq),
                payload_sha256=hashlib.sha256(payload).hexdigest(),
                payload_len=len(payload),
            )
        )
    return envelopes


def root_of(envelopes: Sequence[bytes]) -> bytes:
    tree = merkle.Frontier(0, ())
    for envelope in envelopes:
        tree.add(merkle.leaf_hash(envelope))
    return tree.root()


def head_of(entries: Sequence[tuple[str, bytes]]) -> Head:
    return Head(size=len(entries), root=root_of([envelope.to_bytes() for envelope in envelopes_of(entries)]))


@dataclass
class World:
    """An election as it grows; every record it made is kept for attacks to start from."""

    manifest: Manifest
    roll: Roll
    key: KeyRecord
    dealt: DealtKey
    opened: OpenedElection
    entries: Entries
    voters: tuple[bytes, ...]  # credential seeds
    commitments: dict[str, bytes] = field(default_factory=dict)
    last: dict[int, str] = field(default_factory=dict)  # voter -> tracker
    ballots: int = 0
    challenged: int = 0
    serial: int = 0
    count: Count = field(init=False)
    superseded: dict[bytes, tuple[tuple[int, ...], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.count = self.new_count()

    def new_count(self) -> Count:
        opened = self.opened
        limit = opened.manifest.rules.ballots_per_credential
        return Count(opened.public_key, opened.enrolment(), opened.tallied, limit)

    @property
    def fingerprint(self) -> str:
        return self.opened.fingerprint

    def seed(self) -> bytes:
        self.serial += 1
        return hashlib.sha256(b"ballot %d" % self.serial).digest()

    def make(
        self, voter: int, selections: Mapping[str, Mapping[str, int]], *, supersedes: str | None = None
    ) -> Prepared:
        """A ballot of this voter, not yet on the board."""
        return make_ballot(
            self.opened,
            credential_seed=self.voters[voter],
            selections=selections,
            supersedes=self.last.get(voter, "") if supersedes is None else supersedes,
            ballot_seed=self.seed(),
        )

    def vote(self, voter: int, selections: Mapping[str, Mapping[str, int]]) -> str:
        prepared = self.make(voter, selections)
        return self.post(voter, prepared)

    def post(self, voter: int, prepared: Prepared) -> str:
        ballot = prepared.ballot
        tracker = ballot.tracker
        rows = tuple(contest.ciphertexts for contest in ballot.contests)
        self.count.add(
            credential=ballot.credential,
            tracker=tracker,
            supersedes=ballot.supersedes,
            ciphertexts=rows,
            superseded=self.superseded.get(ballot.credential),
        )
        self.superseded[ballot.credential] = rows
        self.entries.append(("ballot", ballot.to_bytes()))
        self.commitments[tracker] = prepared.commitments
        self.last[voter] = tracker
        self.ballots += 1
        return tracker

    def test(self, voter: int, selections: Mapping[str, Mapping[str, int]]) -> str:
        """A ballot that is challenged instead of cast."""
        seed = self.voters[voter]
        prepared = prepare(
            self.opened,
            credential=ed25519.public_key(seed),
            selections=selections,
            supersedes=self.last.get(voter, ""),
            ballot_seed=self.seed(),
        )
        challenged = challenge(prepared, seed)
        self.entries.append(("challenged", challenged.to_bytes()))
        self.challenged += 1
        return challenged.tracker

    def roll_change(
        self, *, revoke: Sequence[int] = (), admit: Mapping[int, int] | None = None, reason: str = "lost"
    ) -> RollChange:
        """The next roll change: revokes these voters, admits others by their numbers, with weights."""
        return RollChange.of(
            election=self.fingerprint,
            number=self.count.roll.changes + 1,
            revoke=[ed25519.public_key(self.voters[voter]) for voter in revoke],
            admit={ed25519.public_key(voter_seed(voter)): weight for voter, weight in (admit or {}).items()},
            reason=reason,
        ).sign(REGISTRAR_SEED)

    def change_roll(
        self, *, revoke: Sequence[int] = (), admit: Mapping[int, int] | None = None, reason: str = "lost"
    ) -> RollChange:
        """Post the next roll change; an admitted voter is the next one of `voters`."""
        change = self.roll_change(revoke=revoke, admit=admit, reason=reason)
        self.count.change_roll(change, lambda credential: self.superseded[credential])
        self.entries.append(("roll-change", change.to_bytes()))
        self.voters += tuple(map(voter_seed, sorted(admit or {})))
        return change

    def close(self) -> None:
        self.entries.append(("close", self.closing().to_bytes()))
        self.head = head_of(self.entries)

    def closing(self) -> Closing:
        return Closing(
            election=self.fingerprint,
            ballots=self.ballots,
            challenged=self.challenged,
            counted=self.counted(),
        )

    def counted(self) -> Counted:
        return self.count.counted()

    def acknowledgements(self) -> tuple[tuple[int, bytes], ...]:
        return tuple(
            (
                index,
                Acknowledgement(
                    election=self.fingerprint, trustee=index, head=self.head, counted=self.counted().hash
                )
                .sign(trustee_seed(index))
                .signature,
            )
            for index in range(1, QUORUM + 1)
        )

    def share(self, index: int) -> Share:
        proved = [
            prove_share(
                self.dealt.key,
                index,
                int(aggregate % self.dealt.key.n),
                self.dealt.shares[index - 1],
                entropy=Stream(b"share %d" % index),
            )
            for aggregate in self.aggregates()
        ]
        return Share(
            shape=ShareShape.of(self.manifest),
            election=self.fingerprint,
            trustee=index,
            head=self.head,
            counted=self.counted().hash,
            acknowledgements=self.acknowledgements(),
            partials=tuple(int(partial) for partial, _ in proved),
            proofs=tuple(proof for _, proof in proved),
        ).sign(trustee_seed(index))

    def aggregates(self) -> tuple[int, ...]:
        return tuple(int(value) for value in aggregates(self.opened, self.count))

    def result(self) -> Result:
        n = self.dealt.key.n
        decrypted = []
        for position, ciphertext in enumerate(self.aggregates()):
            partials = {index: self.share(index).partials[position] for index in range(1, THRESHOLD + 1)}
            root = combine_root(self.dealt.key, ciphertext % n, partials)
            decrypted.append(
                DecryptedAggregate(
                    ciphertext=ciphertext, plaintext=int(plaintext_of(n, ciphertext, root)), root=int(root)
                )
            )
        counters = decode(self.manifest, [part.plaintext for part in decrypted])
        return Result(
            shape=ResultShape.of(self.manifest),
            election=self.fingerprint,
            counted=self.counted(),
            tallies=tuple(tuple(int(value) for value in row) for row in self.count.tallies()),
            aggregates=tuple(decrypted),
            contests=tuple(
                CountedContest(id=part.contest, counters=part.counters, result=part.result)
                for part in outcomes(self.manifest, counters, self.counted().weight)
            ),
        )

    def finish(self) -> None:
        """Close, share, result, final."""
        self.close()
        self.entries += [("share", self.share(index).to_bytes()) for index in range(1, THRESHOLD + 1)]
        result = self.result()
        self.entries.append(("result", result.to_bytes()))
        self.entries.append(
            ("final", Final(election=self.fingerprint, result=result.payload_sha256).to_bytes())
        )

    def board(self, entries: Sequence[tuple[str, bytes]] | None = None) -> MemorySource:
        """The board of these entries, by default of its own."""
        return board_of(self.entries if entries is None else entries, self.commitments)

    def replaced(self, entry_type: str, change: Callable[[bytes], bytes], *, which: int = 0) -> Entries:
        """The entries with the payload of the `which`-th of a type changed."""
        places = [place for place, (name, _) in enumerate(self.entries) if name == entry_type]
        place = places[which]
        entries = list(self.entries)
        entries[place] = (entry_type, change(entries[place][1]))
        return entries

    def ballot(self, which: int = 0):
        """The `which`-th ballot on the board, parsed."""
        payloads = [payload for name, payload in self.entries if name == "ballot"]
        return read_ballot(self.opened, payloads[which])


def trustees() -> Trustees:
    members = tuple(
        Trustee(
            name=f"Trustee {index}",
            signing_key=ed25519.public_key(trustee_seed(index)),
            encryption_key=hashlib.sha256(b"encryption %d" % index).digest(),
        )
        for index in range(1, TRUSTEES + 1)
    )
    return Trustees(threshold=THRESHOLD, key="dealt", acknowledgements=QUORUM, members=members)


def make_manifest(contests: Sequence[Contest], *, capacity: int = 50, **changes: object) -> Manifest:
    values = {
        "election_id": ELECTION_ID,
        "title": text("A small town"),
        "description": text(""),
        "languages": ("en",),
        "rehearsal": False,
        "schedule": Schedule(opens=OPENS, closes=OPENS + timedelta(minutes=10), check_period_hours=0),
        "modulus_bits": 1024,
        "roll_capacity": capacity,
        "board": BoardKeys(log=note.Signer(LOG_NAME, LOG_SEED).verifier_key, witnesses=(), quorum=0),
        "registrar": Registrar(name="The town clerk", key=ed25519.public_key(REGISTRAR_SEED)),
        "trustees": trustees(),
        "rules": Rules(minimum_counted=2, ballots_per_credential=3),
        "contests": tuple(contests),
        "allow_test_modulus": True,
    }
    return build_manifest(**(values | changes))


@cache
def _key_record(bits: int) -> tuple[KeyRecord, DealtKey]:
    deal = dealt_key_1024 if bits == TEST_MODULUS_BITS else partial(fresh_key, bits)
    dealt = deal(trustees=TRUSTEES, threshold=THRESHOLD, context=key_context(ELECTION_ID))
    record = KeyRecord(
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
    signatures = [record.acknowledge(index, trustee_seed(index)) for index in range(1, TRUSTEES + 1)]
    return record.with_acknowledgements(signatures), dealt


def open_world(
    contests: Sequence[Contest] | None = None, *, weights: Sequence[int] = (1,) * 6, **changes: object
) -> World:
    """An election that has just opened."""
    manifest = make_manifest(contests or (mayor(), board_seats()), **changes)
    voters = tuple(voter_seed(index) for index in range(len(weights)))
    credentials = [ed25519.public_key(seed) for seed in voters]
    roll = Roll.of(ELECTION_ID, dict(zip(credentials, weights, strict=True))).sign(REGISTRAR_SEED)
    key, dealt = _key_record(manifest.parameters.modulus_bits)
    opening = Opening.of(
        manifest=manifest.payload_sha256, roll=roll.payload_sha256, key=key.payload_sha256, booth=BOOTH
    )
    return World(
        manifest=manifest,
        roll=roll,
        key=key,
        dealt=dealt,
        opened=OpenedElection.from_records(manifest=manifest, roll=roll, key_record=key, opening=opening),
        entries=[
            ("manifest", manifest.to_bytes()),
            ("roll", roll.to_bytes()),
            ("key", key.to_bytes()),
            ("open", opening.to_bytes()),
        ],
        voters=voters,
    )


def simulate() -> World:
    """An honest election: five voters, one of them twice, one after testing a ballot, one blank; complete."""
    world = open_world()
    world.vote(0, {"mayor": {"ada": 1}, "school": {"dora": 1, "emil": 1}})
    world.vote(1, {"mayor": {"ben": 1}, "school": {"dora": 1}})
    world.test(2, {"mayor": {"cleo": 1}})
    world.vote(2, {"mayor": {"ada": 1}, "school": {"gus": 1}})
    world.vote(3, {})
    world.vote(1, {"mayor": {"ada": 1}, "school": {"fay": 1, "gus": 1}})
    world.finish()
    return world


def with_changes(record: object, **changes: object):
    """`dataclasses.replace`, for records in attacks."""
    return replace(record, **changes)  # type: ignore[type-var]
