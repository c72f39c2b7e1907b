# SPDX-License-Identifier: AGPL-3.0-or-later
"""Processes that append, sign, give a receipt and export, each killed at the next write step; see
test_board_killed_at_every_step.py.

Arguments: the folder of remembered heads, the folder to export to. For every step, before and after it, a
child is forked that is killed there by SIGKILL, then one that does the same work unharmed. What they say:
"signed <note in base64>" as soon as a note is made, "receipt <seq> <payload>" once there is one, and "killed
<step> <before or after> <name of the step>".
"""

import base64
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import django

MOST = 200  # steps: far more than there are


def main(heads: str, folder: str) -> None:
    """Kill at one step after the other until a child has done all its work."""
    from django.conf import settings

    settings.VERITALLY_HEADS_DIR = heads
    for number in range(MOST):
        for when in ("before", "after"):
            name = f"{number}-{when}"
            status = _in_a_child(
                lambda name=name, when=when, number=number: _dying(name, folder, number, when)
            )
            if not os.WIFSIGNALED(status):
                return
            if _in_a_child(lambda name=name: _work(f"{name}-later", folder)):
                raise SystemExit(f"after {name} nothing works any more")


def _in_a_child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # nothing of a child may run on in its parent's place
            _say(f"failed {type(error).__name__} {error}")
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def _dying(name: str, folder: str, number: int, when: str) -> None:
    from tests.integration import faults

    def killed() -> None:
        _say(f"killed {number} {when} {steps.names[-1]}")
        os.kill(os.getpid(), signal.SIGKILL)

    with faults.at(number, killed, after=when == "after") as steps:
        _work(name, folder)


def _work(name: str, folder: str) -> None:
    from bulletin_board import head_signing, publisher, storage
    from bulletin_board.models import Log
    from tests.integration.boards import SIGNER

    plain = head_signing.sign_note

    def sign(text: str, signer: object) -> bytes:
        note: bytes = plain(text, signer)
        _say(f"signed {base64.b64encode(note).decode()}")
        return note

    head_signing.sign_note = sign
    log = Log.objects.get()
    with storage.sequencing(log) as sequencer:
        envelope = sequencer.append("ballot", name.encode(), now=datetime.now(UTC))
    publisher.sign_head(log, SIGNER)
    publisher.receipt(log, envelope.seq)
    _say(f"receipt {envelope.seq} {name}")
    publisher.export(log, Path(folder))


def _say(line: str) -> None:
    os.write(sys.stdout.fileno(), f"{line}\n".encode())  # at once: what is said survives a kill


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], sys.argv[2])
