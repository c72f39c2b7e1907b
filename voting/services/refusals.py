# SPDX-License-Identifier: AGPL-3.0-or-later
r"""A refusal as a signed reason (docs/spec/intake.md, "Refusals").

The text is "veritally refusal v1\n<fingerprint>\n<SHA-256 of the submitted ballot>\n<code>\n<time>\n", signed
by the log's key: a voter can show that this server refused this ballot, and why. The first line keeps it from
being read as a checkpoint. It is never on the board.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bulletin_board.codec import times
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import Signer, open_note, sign_note
from voting.errors import BadRefusal

HEADING = "veritally refusal v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a refusal note says: which election, which bytes, why, and when (to the minute)."""

    fingerprint: str
    digest: str
    code: str
    time: datetime

    def to_text(self) -> str:
        """Return the note's text."""
        moment = times.encode(self.time.replace(second=0, microsecond=0))
        return f"{HEADING}\n{self.fingerprint}\n{self.digest}\n{self.code}\n{moment}\n"

    def signed_by(self, signer: Signer) -> str:
        """Return the signed note."""
        return sign_note(self.to_text(), signer).decode("utf-8")


def digest_of(submitted: bytes) -> str:
    """Return SHA-256 of what was submitted, in hexadecimal."""
    return hashlib.sha256(submitted).hexdigest()


def check_refusal(note: str, log: VerifierKey, *, fingerprint: str, digest: str, code: str) -> None:
    """Check that `log` signed this refusal of these bytes. Raises BadRefusal or a LogError."""
    opened = open_note(note.encode("utf-8"), (log,))
    if not opened.is_signed_by(log):
        raise BadRefusal("the refusal is not signed by the log's key")
    expected = [HEADING, fingerprint, digest, code]
    computed = opened.text.split("\n")[:4]
    if computed != expected:
        raise BadRefusal("the refusal is of something else", expected=expected, computed=computed)
