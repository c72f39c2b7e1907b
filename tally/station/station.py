# SPDX-License-Identifier: AGPL-3.0-or-later
"""A station's judgement: acknowledge what it verified; decrypt what others vouch for, too; refuse the rest.

docs/spec/protocol.md, "Tally". It trusts its key file, the fingerprint it was started with, and the board it
has verified; no request says what to decrypt. Every answer is in the memory before it is returned. Reading
the board and messages are others' business.
"""

import hashlib
from collections.abc import Callable, Sequence

from tally.crypto.errors import CryptoError
from tally.crypto.threshold import prove_share, verify_share
from tally.key_draft import draft_bytes
from tally.opened import OpenedElection
from tally.record import share as share_record
from tally.record.acknowledgement import Acknowledgement
from tally.station.accepting import check_manifest
from tally.station.errors import (
    AcknowledgementsDiffer,
    AnotherElection,
    BadAcknowledgement,
    BoardChanged,
    KeyRefused,
    NotAcknowledged,
    NotOurKey,
    NotOurManifest,
    OwnAcknowledgementMissing,
    Refused,
    TooFewAcknowledgements,
    TooFewCounted,
)
from tally.station.keyfile import Secrets
from tally.station.memory import Memory
from tally.station.refusal import Refusal, sentence
from tally.station.request import ACKNOWLEDGE, Request
from tally.verifier.verify import Closed

Entropy = Callable[[int], bytes]


class Station:
    """Answers requests for one election with one key file."""

    def __init__(
        self,
        *,
        secrets: Secrets,
        fingerprint: str,
        memory: Memory,
        read_board: Callable[[], Closed],
        say: Callable[[str], None],
        entropy: Entropy,
    ) -> None:
        """`read_board` verifies the whole board up to its closing entry. Raises NotAccepted."""
        self._secrets = secrets
        self._share = secrets.share
        self._fingerprint = fingerprint
        self._memory = memory
        self._read_board = read_board
        self._say = say
        self._entropy = entropy
        self._board: Closed | None = None

    @property
    def trustee(self) -> int:
        """This station's number, from 1."""
        return self._share.trustee

    def answer(self, request: Request) -> bytes:
        """Return the signed record that answers, or a signed Refusal.

        Raises BoardUnavailable if the board cannot be read now, MemoryDamaged, FileRefused.
        """
        try:
            return self._answer(request)
        except Refused as error:
            self._say(f"Refused ({error.code}): {sentence(error)}")
            return self.refuse(request.number, request.phase, error)

    def refuse(self, number: str, phase: str, error: Refused) -> bytes:
        """Return the signed refusal of a request."""
        refusal = Refusal(
            election=self._fingerprint,
            trustee=self.trustee,
            request=number,
            phase=phase,
            refusal=error.code,
            detail=sentence(error),
        )
        return refusal.sign(self._secrets.seed).to_bytes()

    def _answer(self, request: Request) -> bytes:
        if request.election != self._fingerprint:
            raise AnotherElection(
                "this station serves another election", expected=self._fingerprint, computed=request.election
            )
        earlier = self._memory.recall_same(request)
        if earlier is not None:
            self._say(f"Asked again ({request.phase}): the answer of before is sent again.")
            return earlier
        made = self._acknowledge() if request.phase == ACKNOWLEDGE else self._decrypt(request)
        return self._memory.keep(request, made)

    # Acknowledging

    def _acknowledge(self) -> bytes:
        board = self._verified()
        self._say(
            f"Acknowledging the closed board: {board.head.size} entries, "
            f"{board.counted.ballots} ballots count (weight {board.counted.weight})."
        )
        acknowledgement = Acknowledgement(
            election=self._fingerprint,
            trustee=self.trustee,
            head=board.head,
            counted=board.counted.hash,
        )
        return acknowledgement.sign(self._secrets.seed).to_bytes()

    def _verified(self) -> Closed:
        if self._board is None:
            board = self._read_board()
            self._check_ours(board)
            self._board = board
        return self._board

    def _check_ours(self, board: Closed) -> None:
        """The verified board is of our election, lists us, has our key, and counts enough ballots."""
        opened = board.opened
        if opened.fingerprint != self._fingerprint:
            raise AnotherElection(
                "the board is of another election", expected=self._fingerprint, computed=opened.fingerprint
            )
        member = opened.manifest.trustees.members[self.trustee - 1 : self.trustee]
        card = self._secrets.card()
        if [(one.signing_key, one.encryption_key) for one in member] != [
            (card.signing_key, card.encryption_key)
        ]:
            raise NotOurManifest(f"the manifest does not list this key file's keys as trustee {self.trustee}")
        digest = hashlib.sha256(draft_bytes(opened.key_record)).hexdigest()
        if digest != self._share.key_sha256:
            raise NotOurKey("not the key we acknowledged", expected=self._share.key_sha256, computed=digest)
        try:
            check_manifest(opened.key_record, opened.manifest)
        except KeyRefused as error:
            raise NotOurManifest(str(error), expected=error.expected, computed=error.computed) from error
        minimum = opened.manifest.rules.minimum_counted
        if board.counted.ballots < minimum:
            raise TooFewCounted(
                "too few ballots count: the sum would tell too much",
                expected=minimum,
                computed=board.counted.ballots,
            )

    # Decrypting

    def _decrypt(self, request: Request) -> bytes:
        if request.acknowledgements or not self._is_witnessed():
            return self._decrypt_acknowledged(request)
        board, own = self._verified(), self._memory.recall(self._fingerprint, ACKNOWLEDGE)
        if own is not None:
            _check_unchanged(board, Acknowledgement.from_bytes(own.payload))
        return self._make_share(board, ())

    def _is_witnessed(self) -> bool:
        """Whether the manifest's witnesses vouch for the board; that they have cosigned it is check B.6."""
        return self._verified().opened.manifest.acknowledgements_needed == 0

    def _decrypt_acknowledged(self, request: Request) -> bytes:
        own = self._memory.recall(self._fingerprint, ACKNOWLEDGE)
        if own is None:
            raise NotAcknowledged("this station has acknowledged no closed board yet")
        given = request.parse_acknowledgements()
        ours = Acknowledgement.from_bytes(own.payload)
        if own.payload not in request.acknowledgements:
            raise OwnAcknowledgementMissing("our own acknowledgement is not among those given")
        for one in given:
            if (one.election, one.head, one.counted) != (ours.election, ours.head, ours.counted):
                raise AcknowledgementsDiffer(
                    f"trustee {one.trustee} acknowledged another board or another set: somebody was shown "
                    "something else",
                    expected=(ours.head.size, ours.head.root.hex(), ours.counted),
                    computed=(one.head.size, one.head.root.hex(), one.counted),
                )
        board = self._verified()
        _check_unchanged(board, ours)
        _check_acknowledged(board.opened, given)
        return self._make_share(board, given)

    def _make_share(self, board: Closed, given: Sequence[Acknowledgement]) -> bytes:
        manifest, key = board.opened.manifest, board.opened.key_record.threshold_key
        self._say(
            f"Decrypting {len(board.aggregates)} sum(s) of {board.counted.ballots} ballots, "
            f"{_vouched(board, given)}. No single ballot is decrypted."
        )
        partials, proofs = [], []
        for ciphertext in board.aggregates:
            x = ciphertext % key.n
            partial, proof = prove_share(key, self.trustee, x, self._share.exponent, entropy=self._entropy)
            verify_share(key, self.trustee, x, partial, proof)  # a fault of this machine must not leave it
            partials.append(int(partial))
            proofs.append(proof)
        share = share_record.Share(
            shape=share_record.ShareShape.of(manifest),
            election=self._fingerprint,
            trustee=self.trustee,
            head=board.head,
            counted=board.counted.hash,
            acknowledgements=tuple((one.trustee, one.signature) for one in given),
            partials=tuple(partials),
            proofs=tuple(proofs),
        )
        return share.sign(self._secrets.seed).to_bytes()


def _check_unchanged(board: Closed, ours: Acknowledgement) -> None:
    """The board is still the one that this station acknowledged. Raises BoardChanged."""
    if (board.head, board.counted.hash) != (ours.head, ours.counted):
        raise BoardChanged(
            "the board is not the one that this station acknowledged",
            expected=(ours.head.size, ours.counted),
            computed=(board.head.size, board.counted.hash),
        )


def _vouched(board: Closed, given: Sequence[Acknowledgement]) -> str:
    if given:
        return f"acknowledged by {len(given)} trustees"
    return f"cosigned by {board.opened.manifest.board.quorum} witnesses or more"


def _check_acknowledged(opened: OpenedElection, given: Sequence[Acknowledgement]) -> None:
    """Enough trustees of this election signed. Raises BadAcknowledgement, TooFewAcknowledgements."""
    members = opened.manifest.trustees.members
    for one in given:
        if one.trustee > len(members):
            raise BadAcknowledgement("there is no such trustee", expected=len(members), computed=one.trustee)
        try:
            one.check_signature(members[one.trustee - 1].signing_key)
        except CryptoError as error:
            raise BadAcknowledgement(f"acknowledgement of trustee {one.trustee}: {error}") from error
    needed = opened.manifest.acknowledgements_needed
    if len(given) < needed:
        raise TooFewAcknowledgements("too few acknowledgements", expected=needed, computed=len(given))
