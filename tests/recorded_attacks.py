# SPDX-License-Identifier: AGPL-3.0-or-later
"""A pytest plugin that writes down every board that the attacks in tests/attacks show to the verifier.

    VERITALLY_RECORDED=FOLDER pytest -p tests.recorded_attacks tests/attacks

Each board becomes an archive, and its report a line of `reports.jsonl`, to compare another verifier with.
"""

import json
import os
from pathlib import Path

import pytest

from tally.verifier.report import Report
from tally.verifier.verify import Options
from tests.attacks import judge
from tests.browser_verifier import in_base64, of_report, write_archive
from tests.simulator import MemorySource

FOLDER = "VERITALLY_RECORDED"
REPORTS = "reports.jsonl"


@pytest.fixture(autouse=True)
def _recorded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write down what `judge.report` is asked and what it answers."""
    folder = Path(os.environ[FOLDER])
    verify = judge.verify

    def recording(board: MemorySource, options: Options):
        verification = verify(board, options)
        if isinstance(board, MemorySource) and _is_offered(options):
            _write(folder, request.node.nodeid, board, options, verification.report)
        return verification

    monkeypatch.setattr(judge, "verify", recording)


def _is_offered(options: Options) -> bool:
    """Whether the verifier of the browser offers it: there, nothing rests on an earlier verification."""
    return not options.until_close and (options.earlier is None or options.earlier.judged is None)


def _write(folder: Path, name: str, board: MemorySource, options: Options, report: Report) -> None:
    archive = write_archive(folder / f"{len(list(folder.iterdir()))}.zip", board.files)
    judged = of_report(report)
    row = {
        "name": name,
        "asked": {
            "archive": str(archive),
            "fingerprint": options.fingerprint,
            "isTrusting": options.trust_on_first_use,
            "isCompact": options.compact,
            "isTestAllowed": options.allow_test_modulus,
            "policy": in_base64(options.policy and options.policy.to_bytes()),
            "earlier": in_base64(options.earlier and options.earlier.note),
        },
        "verdict": judged.verdict,
        "findings": judged.findings,
    }
    with (folder / REPORTS).open("a") as lines:
        lines.write(json.dumps(row) + "\n")
