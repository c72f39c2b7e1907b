# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which ballots count, and their encrypted sums (docs/spec/protocol.md, "Tally").

One pure file that server, station and verifier all call, so that they cannot disagree. Fed in board order
with ballots and roll changes whose form, proof and signature others have checked; it decides succession, and
decrypts nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from tally.crypto.numbers import inverse, product
from tally.crypto.parameters import PublicKey
from tally.enrolment import Enrolment
from tally.errors import LimitReached, StaleSupersedes
from tally.record.counted import Counted, counted_hash
from tally.record.roll_change import RollChange

Ciphertexts = tuple[tuple[int, ...], ...]  # by contest, by variable
Sums = tuple[tuple[mpz, ...], ...]  # by contest, by tallied variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A credential's place on the board: its last tracker ("" for none) and how many ballots it has cast."""

    tracker: str = ""
    ballots: int = 0


def check_succession(standing: Standing, supersedes: str, limit: int) -> None:
    """A ballot follows its credential's last one, within the limit. Raises StaleSupersedes, LimitReached."""
    if supersedes != standing.tracker:
        raise StaleSupersedes(
            "the ballot does not supersede its credential's last one",
            expected=standing.tracker,
            computed=supersedes,
        )
    if standing.ballots >= limit:
        raise LimitReached(
            "this credential has cast all its ballots",
            expected=f"at most {limit}",
            computed=standing.ballots + 1,
        )


class Count:
    """The last ballot of each credential on the roll, and T_x = Π c_x^weight of its tallied variables x.

    `roll` is the roll as it stands; it changes by `change_roll`.
    """

    def __init__(self, key: PublicKey, roll: Enrolment, tallied: Sequence[Sequence[int]], limit: int) -> None:
        self.roll = roll
        self._key = key
        self._tallied = tallied
        self._limit = limit
        self._standings: dict[bytes, Standing] = {}
        self._trackers: dict[
            bytes, str
        ] = {}  # credential -> tracker, in board order of the ballots that count
        self._sums: Sums = tuple((mpz(1),) * len(variables) for variables in tallied)

    def standing(self, credential: bytes) -> Standing:
        """Where a credential stands now. Raises NotOnRoll, Revoked."""
        self.roll.weight_of(credential)
        return self._standings.get(credential, Standing())

    def add(
        self,
        *,
        credential: bytes,
        tracker: str,
        supersedes: str,
        ciphertexts: Ciphertexts,
        superseded: Ciphertexts | None,
    ) -> None:
        """Count a ballot in place of the one it supersedes, whose ciphertexts are given.

        Raises NotOnRoll, Revoked, StaleSupersedes, LimitReached, NotAUnit; then nothing has changed.
        """
        standing = self.standing(credential)
        check_succession(standing, supersedes, self._limit)
        if (superseded is not None) != bool(standing.tracker):
            raise StaleSupersedes("the superseded ballot is missing or was not asked for")
        weight, sums = self.roll.weight_of(credential), self._sums
        if superseded is not None:
            sums = self._times(sums, superseded, -weight)
        self._sums = self._times(sums, ciphertexts, weight)
        self._standings[credential] = Standing(tracker=tracker, ballots=standing.ballots + 1)
        self._trackers.pop(credential, None)  # board order is the order of the ballot that counts
        self._trackers[credential] = tracker

    def change_roll(self, change: RollChange, ballot_of: Callable[[bytes], Ciphertexts]) -> None:
        """Apply a roll change that holds: the last ballots of those whom it revokes count no more.

        `ballot_of` gives the ciphertexts of a credential's last ballot. Raises NotAUnit; then nothing has
        changed.
        """
        sums = self._sums
        gone = [credential for credential in change.revoke if credential in self._trackers]
        for credential in gone:
            sums = self._times(sums, ballot_of(credential), -self.roll.weight_of(credential))
        self._sums = sums
        for credential in gone:
            del self._trackers[credential]
        self.roll.apply(change)

    def _times(self, sums: Sums, ciphertexts: Ciphertexts, weight: int) -> Sums:
        """T_x · c_x^weight."""
        modulus = self._key.modulus
        return tuple(
            tuple(
                total * _power(row[x], weight, modulus) % modulus
                for total, x in zip(totals, variables, strict=True)
            )
            for totals, variables, row in zip(sums, self._tallied, ciphertexts, strict=True)
        )

    def counted(self, *, without: Collection[str] = ()) -> Counted:
        """The counted set as things stand. Ballots `without` do not count, nor do those they supersede."""
        standing = {c: tracker for c, tracker in self._trackers.items() if tracker not in without}
        weight = sum(map(self.roll.weight_of, standing))
        return Counted(ballots=len(standing), weight=weight, hash=counted_hash(standing.values()))

    def tallies(self) -> Sums:
        """T_x by contest, by tallied variable."""
        return self._sums


def _power(ciphertext: int, weight: int, modulus: mpz) -> mpz:
    if weight == 1:
        return mpz(ciphertext)
    raised = pow(mpz(ciphertext), abs(weight), modulus)
    return raised if weight > 0 else inverse(raised, modulus)


def pack(key: PublicKey, tallies: Mapping[int, mpz], terms: Sequence[tuple[int, int]]) -> mpz:
    """T = Π T_x^{2^shift} over terms ((x, shift), …): several counters in one ciphertext (Horner)."""
    result = mpz(1)
    above = 0
    for x, shift in sorted(terms, key=lambda term: term[1], reverse=True):
        result = pow(result, mpz(1) << (above - shift), key.modulus) if result != 1 else result
        result = product((result, tallies[x]), key.modulus)
        above = shift
    return pow(result, mpz(1) << above, key.modulus)
