# SPDX-License-Identifier: AGPL-3.0-or-later
"""From k verified shares to the result (docs/spec/protocol.md, "Tally"): the same for any k of them.

Pure. The shares were verified one by one (`tally.verifier.shares`); here the roots are, by the public
equation, before anything is made of them.
"""

from collections.abc import Sequence

from tally.basis import Basis
from tally.crypto.threshold import combine_root, plaintext_of, verify_opening
from tally.opened import OpenedElection
from tally.outcome import decode, outcomes
from tally.record.counted import Counted
from tally.record.result import CountedContest, DecryptedAggregate, Result, ResultShape
from tally.record.share import Share


def combine(opened: OpenedElection, counted: Counted, basis: Basis, shares: Sequence[Share]) -> Result:
    """Return the result.

    Raises NotEnoughShares, RootMismatch; StrayBits, WrongCount or SumMismatch for a sum that no valid ballots
    have.
    """
    decrypted = tuple(
        _decrypt(opened, int(ciphertext), {share.trustee: share.partials[place] for share in shares})
        for place, ciphertext in enumerate(basis.aggregates)
    )
    counters = decode(opened.manifest, [one.plaintext for one in decrypted])
    return Result(
        shape=ResultShape.of(opened.manifest),
        election=opened.fingerprint,
        counted=counted,
        tallies=tuple(tuple(map(int, row)) for row in basis.tallies),
        aggregates=decrypted,
        contests=tuple(
            CountedContest(id=one.contest, counters=one.counters, result=one.result)
            for one in outcomes(opened.manifest, counters, counted.weight)
        ),
    )


def _decrypt(opened: OpenedElection, ciphertext: int, partials: dict[int, int]) -> DecryptedAggregate:
    key = opened.key_record.threshold_key
    root = combine_root(key, ciphertext, partials)
    plaintext = plaintext_of(key.n, ciphertext, root)
    verify_opening(key.n, ciphertext, plaintext, root)
    return DecryptedAggregate(ciphertext=ciphertext, plaintext=int(plaintext), root=int(root))
