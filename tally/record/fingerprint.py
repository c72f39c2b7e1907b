# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fingerprint of an election (docs/spec/record.md, "Fingerprint").

One hash over manifest, roll and key; everything after the opening entry names the election by it.
"""

import hashlib

_TAG = b"veritally/election/1\n"


def election_fingerprint(manifest: str, roll: str, key: str) -> str:
    """Return SHA-256(tag ‖ manifest ‖ roll ‖ key) as hex; each is the SHA-256 of a payload, as hex."""
    return hashlib.sha256(_TAG + b"".join(map(bytes.fromhex, (manifest, roll, key)))).hexdigest()
