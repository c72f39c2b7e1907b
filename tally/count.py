# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which ballots count, and their encrypted sums (docs/spec/protocol.md, "Tally").

One pure file that server, station and verifier all call, so that they cannot disagree. Fed in board order
with ballots whose form, proof and signature others have checked; it decides succession, and decrypts nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from tally.crypto.numbers import inverse, product
from tally.crypto.parameters import PublicKey
from tally.errors import LimitReached, NotOnRoll, StaleSupersedes
from tally.record.counted import Counted, counted_hash

Ciphertexts = tuple[tuple[int, ...], ...]  # by contest, by variable


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
            "this credential has cast all its ballots", expected=limit, computed=standing.ballots
        )


class Count:
    """The last ballot of each credential, and T_x = Π c_x^weight of every contest's tallied variables x."""

    def __init__(
        self, key: PublicKey, weights: Mapping[bytes, int], tallied: Sequence[Sequence[int]], limit: int
    ) -> None:
        self._key = key
        self._weights = weights
        self._tallied = tallied
        self._limit = limit
        self._standings: dict[bytes, Standing] = {}
        self._trackers: dict[
            bytes, str
        ] = {}  # credential -> tracker, in board order of the ballots that count
        self._sums = [[mpz(1)] * len(variables) for variables in tallied]

    def standing(self, credential: bytes) -> Standing:
        """Where a credential stands now. Raises NotOnRoll."""
        if credential not in self._weights:
            raise NotOnRoll("the credential is not on the roll")
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

        Raises NotOnRoll, StaleSupersedes, LimitReached; then nothing has changed.
        """
        standing = self.standing(credential)
        check_succession(standing, supersedes, self._limit)
        if (superseded is not None) != bool(standing.tracker):
            raise StaleSupersedes("the superseded ballot is missing or was not asked for")
        weight = self._weights[credential]
        if superseded is not None:
            self._multiply(superseded, -weight)
        self._multiply(ciphertexts, weight)
        self._standings[credential] = Standing(tracker=tracker, ballots=standing.ballots + 1)
        self._trackers.pop(credential, None)  # board order is the order of the ballot that counts
        self._trackers[credential] = tracker

    def _multiply(self, ciphertexts: Ciphertexts, weight: int) -> None:
        modulus = self._key.modulus
        for sums, variables, row in zip(self._sums, self._tallied, ciphertexts, strict=True):
            for place, x in enumerate(variables):
                sums[place] = sums[place] * _power(row[x], weight, modulus) % modulus

    def counted(self, *, without: Collection[str] = ()) -> Counted:
        """The counted set as things stand. Ballots `without` do not count, nor do those they supersede."""
        standing = {c: tracker for c, tracker in self._trackers.items() if tracker not in without}
        weight = sum(self._weights[credential] for credential in standing)
        return Counted(ballots=len(standing), weight=weight, hash=counted_hash(standing.values()))

    def tallies(self) -> tuple[tuple[mpz, ...], ...]:
        """T_x by contest, by tallied variable."""
        return tuple(tuple(row) for row in self._sums)


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
