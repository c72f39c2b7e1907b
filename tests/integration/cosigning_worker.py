# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process of its own that appends, signs and asks for receipts under witnesses; see
test_cosigning_processes.py.

Arguments: its name, how many rounds, the folder of remembered heads, the file that names the witnesses. For
each round it writes how often it had to ask for its receipt.
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import django

TRIES = 200


def main(name: str, rounds: int, heads: str, witnesses: str) -> None:
    """Append one payload a round, and insist on a cosigned receipt for it."""
    from django.conf import settings

    from bulletin_board import cosigning, storage
    from bulletin_board.models import Log
    from bulletin_board.witness_settings import read_witnesses

    settings.VERITALLY_HEADS_DIR = heads
    settings.VERITALLY_WITNESSES = policy = read_witnesses(Path(witnesses))
    log = Log.objects.get()
    for done in range(rounds):
        with storage.sequencing(log) as sequencer:
            envelope = sequencer.append("ballot", f"{name}/{done}".encode(), now=datetime.now(UTC))
        sys.stdout.write(f"{_insist(log, envelope, policy)}\n")
        sys.stdout.flush()
    cosigning.forget_couriers()


def _insist(log, envelope, policy) -> int:
    from bulletin_board import publisher
    from bulletin_board.errors import NotYetSigned
    from bulletin_board.log.cosignature import open_cosigned
    from bulletin_board.log.proof import InclusionProof, check_proof
    from tests.integration.boards import KEY, SIGNER

    for count in range(1, TRIES):
        publisher.sign_head(log, SIGNER)
        try:
            proof = InclusionProof.from_bytes(publisher.receipt(log, envelope.seq))
        except NotYetSigned:
            time.sleep(0.05)
            continue
        check_proof(proof, envelope.to_bytes(), KEY)
        open_cosigned(proof.checkpoint, KEY, policy.keys(), quorum=policy.least())
        return count
    raise AssertionError("no receipt")


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
