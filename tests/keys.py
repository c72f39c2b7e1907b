# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys for tests: made once, the same on every run, their factors known to everybody.

`dealt_key_1024()` is read from tests/vectors/key.json; any other sharing or context is dealt afresh from a
fixed stream, in about 0.2 s, and kept. `modulus_3072()` is for vectors of the real size.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from gmpy2 import mpz

from tally.crypto.certificate import Certificate
from tally.crypto.dealing import DealtKey, deal
from tally.crypto.parameters import PublicKey
from tally.crypto.phe_oracle import PrivateOracle
from tally.crypto.threshold import ThresholdKey

CONTEXT = b"veritally test election"
KEY_FILE = Path(__file__).parent / "vectors" / "key.json"


class Stream:
    """An `entropy` argument that gives the same bytes on every run."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._calls = 0

    def __call__(self, length: int) -> bytes:
        self._calls += 1
        return hashlib.shake_256(self._seed + b"/%d" % self._calls).digest(length)


def fresh_key(bits: int, *, trustees: int, threshold: int, context: bytes) -> DealtKey:
    """Deal from a fixed stream: always the same key for the same arguments."""
    seed = b"veritally test key %d" % bits
    return deal(bits=bits, trustees=trustees, threshold=threshold, context=context, entropy=Stream(seed))


@cache
def dealt_key_1024(*, trustees: int = 3, threshold: int = 2, context: bytes = CONTEXT) -> DealtKey:
    """A 1024-bit key: 2 of 3 and CONTEXT from the file, others dealt."""
    if (trustees, threshold, context) == (3, 2, CONTEXT):
        return _read()
    return fresh_key(1024, trustees=trustees, threshold=threshold, context=context)


@cache
def public_key_1024() -> PublicKey:
    """The public key of `dealt_key_1024`, with its table of powers of h, shared by all tests."""
    return PublicKey.from_modulus(dealt_key_1024().key.n)


def factors_1024() -> tuple[mpz, mpz]:
    """p and q of every key that `dealt_key_1024` gives."""
    value = _values()["1024"]
    return _number(value["p"]), _number(value["q"])


def modulus_3072() -> mpz:
    """n of a 3072-bit key whose shares nobody kept."""
    return _number(_values()["3072"]["modulus"])


def _values() -> dict[str, dict]:
    return json.loads(KEY_FILE.read_text())


def _number(text: str) -> mpz:
    return mpz(text, 16)


def _read() -> DealtKey:
    value = _values()["1024"]
    key = ThresholdKey(
        n=_number(value["modulus"]),
        gamma0=_number(value["gamma0"]),
        base=_number(value["verification_base"]),
        keys=tuple(map(_number, value["verification_keys"])),
        threshold=value["threshold"],
    )
    certificate = Certificate(
        nth_roots=tuple(int(text, 16) for text in value["nth_roots"]),
        square_roots=tuple(int(text, 16) for text in value["square_roots"]),
    )
    shares = tuple(int(text, 16) for text in value["shares"])
    return DealtKey(key=key, certificate=certificate, shares=shares, oracle=PrivateOracle(*factors_1024()))
