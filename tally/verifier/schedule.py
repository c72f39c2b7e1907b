# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check B.7: opening and closing did not come before their time.

The times are the log's own word, to five minutes; witnesses bound how far it can lie.
"""

from datetime import datetime

from bulletin_board.codec import times
from bulletin_board.log.envelope import coarse
from tally.errors import BeforeItsTime
from tally.record.manifest import Manifest
from tally.verifier.report import Ledger
from tally.verifier.walk import Entry


def check_opened(ledger: Ledger, entry: Entry, manifest: Manifest) -> None:
    """Not before `schedule.opens`."""
    _check(ledger, entry, manifest, manifest.schedule.opens)


def check_closed(ledger: Ledger, entry: Entry, manifest: Manifest) -> None:
    """Not before `schedule.closes`: nobody was shut out early."""
    ledger.mark("B.7")
    _check(ledger, entry, manifest, manifest.schedule.closes)


def _check(ledger: Ledger, entry: Entry, manifest: Manifest, moment: datetime) -> None:
    if manifest.rehearsal:
        ledger.note("B.7", "A rehearsal: its dates do not bind.")
    elif entry.envelope.time < coarse(moment):
        expected = f"not before {times.encode(moment)}"
        error = BeforeItsTime("before its time", expected=expected, computed=entry.envelope.time)
        ledger.fail("B.7", error, entry.where)
