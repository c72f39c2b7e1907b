# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trustees for tests: the simulated town with a key that was dealt for its very manifest, and their stations.

All secrets derive from fixed strings; key files use a cheap key derivation.
"""

import hashlib
import uuid
from functools import cache
from pathlib import Path

from bulletin_board import layout
from tally.crypto import ed25519
from tally.crypto.dealing import DealtKey
from tally.crypto.parameters import PublicKey
from tally.crypto.sealed import ScryptCost, encryption_public_key
from tally.key_draft import draft_bytes
from tally.opened import OpenedElection, key_context
from tally.record.acknowledgement import Acknowledgement
from tally.record.key import KeyRecord
from tally.record.manifest import Manifest
from tally.record.opening import Opening
from tally.record.parties import Trustee, Trustees
from tally.record.roll import Roll
from tally.station.board import accept
from tally.station.keyfile import Secrets
from tally.station.memory import Memory
from tally.station.request import ACKNOWLEDGE, SHARE, Request
from tally.station.share import Share
from tally.station.station import Station
from tally.verifier.verify import Closed, Options, verify
from tests import simulator
from tests.keys import Stream, dealt_key_1024
from tests.simulator import BOOTH, ELECTION_ID, REGISTRAR_SEED, MemorySource, World, trustee_seed, voter_seed

CHEAP = ScryptCost(n=2, r=8, p=1)
PASSPHRASE = "correct horse battery"


def decryption_key(index: int) -> bytes:
    return hashlib.sha256(b"decryption %d" % index).digest()


def trustees(*, total: int = 3, threshold: int = 2, quorum: int = 3) -> Trustees:
    members = tuple(
        Trustee(
            name=f"Trustee {index}",
            signing_key=ed25519.public_key(trustee_seed(index)),
            encryption_key=encryption_public_key(decryption_key(index)),
        )
        for index in range(1, total + 1)
    )
    return Trustees(threshold=threshold, key="dealt", acknowledgements=quorum, members=members)


def town_manifest(**changes: object) -> Manifest:
    return simulator.make_manifest(
        (simulator.mayor(), simulator.board_seats()), **({"trustees": trustees()} | changes)
    )


def key_for(manifest: Manifest) -> tuple[KeyRecord, DealtKey]:
    """The key dealt for this manifest, acknowledged by all."""
    total, threshold = len(manifest.trustees.members), manifest.trustees.threshold
    dealt = dealt_key_1024(trustees=total, threshold=threshold, context=key_context(manifest.election_id))
    draft = KeyRecord(
        election_id=manifest.election_id,
        kind="dealt",
        modulus=int(dealt.key.n),
        h=int(PublicKey.from_modulus(dealt.key.n).base),
        trustees=total,
        threshold=threshold,
        gamma0=int(dealt.key.gamma0),
        verification_base=int(dealt.key.base),
        verification_keys=tuple(map(int, dealt.key.keys)),
        nth_roots=dealt.certificate.nth_roots,
        square_roots=dealt.certificate.square_roots,
        transcript=manifest.payload_sha256,
    )
    words = [draft.acknowledge(index, trustee_seed(index)) for index in range(1, total + 1)]
    return draft.with_acknowledgements(words), dealt


def open_town(*, voters: int = 6, **changes: object) -> World:
    """The town, just opened."""
    manifest = town_manifest(**changes)
    seeds = tuple(voter_seed(index) for index in range(voters))
    weights = {ed25519.public_key(seed): 1 for seed in seeds}
    roll = Roll.of(ELECTION_ID, weights).sign(REGISTRAR_SEED)
    key, dealt = key_for(manifest)
    opening = Opening.of(
        manifest=manifest.payload_sha256, roll=roll.payload_sha256, key=key.payload_sha256, booth=BOOTH
    )
    records = {"manifest": manifest, "roll": roll, "key": key, "open": opening}
    return World(
        manifest=manifest,
        roll=roll,
        key=key,
        dealt=dealt,
        opened=OpenedElection.from_records(manifest=manifest, roll=roll, key_record=key, opening=opening),
        entries=[(name, record.to_bytes()) for name, record in records.items()],
        voters=seeds,
    )


def closed_town(**changes: object) -> World:
    """Four ballots that count, one superseded, one tested; closed."""
    world = open_town(**changes)
    world.vote(0, {"mayor": {"ada": 1}, "school": {"dora": 1, "emil": 1}})
    world.vote(1, {"mayor": {"ben": 1}, "school": {"dora": 1}})
    world.test(2, {"mayor": {"cleo": 1}})
    world.vote(2, {"mayor": {"ada": 1}, "school": {"gus": 1}})
    world.vote(3, {})
    world.vote(1, {"mayor": {"ada": 1}, "school": {"fay": 1, "gus": 1}})
    world.close()
    return world


@cache
def town() -> World:
    """One closed town for all tests that only read it."""
    return closed_town()


@cache
def smaller_town() -> World:
    """The same election with one voter's last ballot left out: another set that would reveal a vote."""
    world = open_town()
    world.vote(0, {"mayor": {"ada": 1}, "school": {"dora": 1, "emil": 1}})
    world.vote(1, {"mayor": {"ben": 1}, "school": {"dora": 1}})
    world.vote(2, {"mayor": {"ada": 1}, "school": {"gus": 1}})
    world.close()
    return world


def secrets_of(index: int, world: World) -> Secrets:
    """What the key file of trustee `index` holds after `accept`."""
    return Secrets(
        name=f"Trustee {index}",
        seed=trustee_seed(index),
        decryption_key=decryption_key(index),
        accepted=share_of(index, world.key, world.dealt),
    )


def share_of(index: int, key: KeyRecord, dealt: DealtKey) -> Share:
    exponent = dealt.shares[index - 1]
    return Share(
        election_id=key.election_id,
        trustee=index,
        key_sha256=hashlib.sha256(draft_bytes(key)).hexdigest(),
        secret=exponent.to_bytes(-(-exponent.bit_length() // 8), "big"),
    )


def read_closed(source: MemorySource, fingerprint: str) -> Closed:
    """What a station does with its board, from memory."""
    options = Options(fingerprint=fingerprint, until_close=True, allow_test_modulus=True)
    return accept(verify(source, options))


@cache
def _closed_once(fingerprint: str, size: int) -> Closed:
    world = next(one for one in (town(), smaller_town()) if len(one.entries) == size)
    return read_closed(world.board(), fingerprint)


def closed(world: World) -> Closed:
    """The verified board of `town()` or `smaller_town()`."""
    return _closed_once(world.fingerprint, len(world.entries))


class Desk:
    """A station of the town with its memory in `folder`; `said` is what its trustee reads."""

    def __init__(self, folder: Path, index: int, *, shown: World | None = None) -> None:
        self.shown = shown or town()
        self.said: list[str] = []
        self.folder = folder
        self.reads = 0
        self.index = index
        self.station = self.restart()

    def restart(self) -> Station:
        """A new process with the same key file and memory."""
        self.station = Station(
            secrets=secrets_of(self.index, town()),
            fingerprint=town().fingerprint,
            memory=Memory(self.folder),
            read_board=self.read_board,
            say=self.said.append,
            entropy=Stream(b"station %d" % self.index),
        )
        return self.station

    def read_board(self) -> Closed:
        self.reads += 1
        return closed(self.shown)

    def acknowledge(self) -> bytes:
        return self.station.answer(request(ACKNOWLEDGE))

    def share(self, *acknowledgements: bytes) -> bytes:
        return self.station.answer(request(SHARE, *acknowledgements))


def request(phase: str, *acknowledgements: bytes, number: int = 1, election: str | None = None) -> Request:
    return Request(
        number=str(uuid.UUID(int=number)),
        election=town().fingerprint if election is None else election,
        phase=phase,
        acknowledgements=acknowledgements,
    )


def acknowledgement(
    index: int, world: World | None = None, *, seed: bytes | None = None, **changes: object
) -> bytes:
    """Trustee `index`'s word on the closed `world`."""
    shown = world or town()
    values = {
        "election": shown.fingerprint,
        "trustee": index,
        "head": shown.head,
        "counted": shown.counted().hash,
    }
    record = Acknowledgement(**(values | changes))
    return record.sign(seed or trustee_seed(index)).to_bytes()


def quorum(world: World | None = None) -> tuple[bytes, ...]:
    """The words of all three trustees."""
    return tuple(acknowledgement(index, world) for index in (1, 2, 3))


def write_board(source: MemorySource, folder: Path) -> Path:
    """A board as files, the checkpoint last."""
    for path in sorted(source.files, key=lambda name: name == layout.CHECKPOINT):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(source.files[path])
    return folder
