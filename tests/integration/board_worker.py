# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process of its own that appends, signs and asks for receipts; see test_board_processes.py.

Arguments: its name, how many rounds (0: until killed), the folder of remembered heads. It writes a line
"seq payload" as soon as it has a receipt, and "head size note" for each head it was given.
"""

import base64
import sys
from datetime import UTC, datetime

import django


def main(name: str, rounds: int, heads: str) -> None:
    """Append one or two payloads a round."""
    from django.conf import settings

    from bulletin_board import publisher, storage
    from bulletin_board.log.checkpoint import open_checkpoint
    from bulletin_board.models import Log
    from tests.integration.boards import KEY, SIGNER

    settings.VERITALLY_HEADS_DIR = heads
    log = Log.objects.get()
    done = 0
    while done < rounds or not rounds:
        with storage.sequencing(log) as sequencer:
            for part in range(1 + done % 2):
                payload = f"{name}/{done}/{part}"
                envelope = sequencer.append("ballot", payload.encode(), now=datetime.now(UTC))
        note = publisher.sign_head(log, SIGNER)
        publisher.receipt(log, envelope.seq)
        size = open_checkpoint(note, KEY).size
        sys.stdout.write(f"{envelope.seq} {payload}\nhead {size} {base64.b64encode(note).decode()}\n")
        sys.stdout.flush()
        done += 1


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
