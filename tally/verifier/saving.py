# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a verification may be rested on later, and what is then kept of it. Writes nothing."""

from datetime import datetime

from tally.verifier.checks import CONTINUED
from tally.verifier.earlier import Earlier, Judged
from tally.verifier.report import Status
from tally.verifier.verify import Options, Verification
from tally.verifier.versions import program_version

_NEEDED = ("A.1", "A.2", "B.1", "B.2", "B.3", "B.4")  # of this election, signed, and read to its end


def state_of(verification: Verification, options: Options, *, made: datetime) -> Earlier | None:
    """Return what to keep; None if anything failed or the board was not read in full.

    An election that goes on is kept too: what is missing are the checks of what has not happened.
    """
    found = {finding.check.id: finding.status for finding in verification.report.findings}
    needed = (*_NEEDED, CONTINUED) if options.earlier is not None else _NEEDED
    made_in_full = all(found[id_] is Status.PASS for id_ in needed) and Status.FAIL not in found.values()
    if verification.opened is None or not made_in_full:
        return None
    judged = Judged(
        fingerprint=verification.opened.fingerprint,
        trusted_on_first_use=options.trust_on_first_use,
        program=program_version(),
        compact=options.compact,
        made=made,
    )
    return Earlier(note=verification.checkpoint, judged=judged)
