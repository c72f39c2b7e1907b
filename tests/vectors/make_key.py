# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write tests/vectors/key.json, the test keys: `python -m tests.vectors.make_key` (a few seconds)."""

import json

from tally.crypto.dealing import DealtKey
from tests.keys import CONTEXT, KEY_FILE, fresh_key


def _key_1024() -> dict[str, object]:
    dealt = fresh_key(1024, trustees=3, threshold=2, context=CONTEXT)
    key, certificate = dealt.key, dealt.certificate
    p, q = _factors(dealt)
    return {
        "context": CONTEXT.decode(),
        "modulus": f"{key.n:x}",
        "p": f"{p:x}",
        "q": f"{q:x}",
        "threshold": key.threshold,
        "gamma0": f"{key.gamma0:x}",
        "verification_base": f"{key.base:x}",
        "verification_keys": [f"{v:x}" for v in key.keys],
        "shares": [f"{s:x}" for s in dealt.shares],
        "nth_roots": [f"{y:x}" for y in certificate.nth_roots],
        "square_roots": [f"{s:x}" for s in certificate.square_roots],
    }


def _factors(dealt: DealtKey) -> tuple[int, int]:
    private = dealt.oracle._key
    return private.p, private.q


def main() -> None:
    n = fresh_key(3072, trustees=3, threshold=2, context=CONTEXT).key.n
    values = {"1024": _key_1024(), "3072": {"modulus": f"{n:x}"}}
    KEY_FILE.write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()
