# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ed25519 with strict public keys (docs/spec/credentials.md, section "Signatures").

Libraries accept, under a public key of small order, signatures that nobody made: with [8]A = O the
equation [S]B = R + [k]A holds for one message in eight or more, whatever the message says. So a key is
checked here, with our own arithmetic, before any signature under it is believed: canonical encoding, on the
curve, not of small order, in the subgroup of prime order L. Sources: RFC 8032, sections 5.1.3 and 5.1.7;
Chalkias, Garillot, Nikolaenko 2020, "Taming the many EdDSAs" (the meaning of small and mixed order);
Hisil, Wong, Carter, Dawson 2008 (the formulae).

It does not sign or compute the verification equation by itself: `cryptography` does that. The arithmetic here
is not constant-time and sees public values only.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from gmpy2 import mpz, powmod

from tally.crypto.errors import (
    BadSignature,
    BadSigningInput,
    NonCanonicalKey,
    NonCanonicalSignature,
    NotInSubgroup,
    NotOnCurve,
    SmallOrderKey,
)

KEY_BYTES = 32
SEED_BYTES = 32
SIGNATURE_BYTES = 64
DIGEST_BYTES = 32

P = mpz(2**255 - 19)
L = 2**252 + 27742317777372353535851937790883648493
D = mpz(-121665 * pow(121666, -1, 2**255 - 19) % (2**255 - 19))  # −x² + y² = 1 + d·x²·y²
_ROOT_OF_MINUS_ONE = powmod(mpz(2), (P - 1) // 4, P)
_TWO_D = 2 * D % P
_SIGN_BIT = 1 << 255
_LOWER_BITS_OF_L = bin(L)[3:]
_COFACTOR_DOUBLINGS = 3

# (X, Y, Z, T) with x = X/Z, y = Y/Z, x·y = T/Z
Point = tuple[mpz, mpz, mpz, mpz]


def check_public_key(key: bytes) -> None:
    """Check the 32 octets of a public key before anything signed by it is believed.

    Raises NonCanonicalKey (length, y ≥ p, or x = 0 with the sign bit set), NotOnCurve, SmallOrderKey
    ([8]A = O) or NotInSubgroup ([L]A ≠ O).
    """
    point = _decompress(key)
    multiple = point
    for _ in range(_COFACTOR_DOUBLINGS):
        multiple = _double(multiple)
    if _is_identity(multiple):
        raise SmallOrderKey("the public key has small order: anyone could sign under it")
    if not _is_identity(_times_group_order(point)):
        raise NotInSubgroup("the public key is outside the subgroup of prime order")


def verify(key: bytes, message: bytes, signature: bytes, *, checked: bool = False) -> None:
    """Verify a signature (64 octets, R ‖ S) by RFC 8032, without the cofactor, S < L.

    `checked=True` promises that `check_public_key(key)` has passed already. Under a checked key R needs no
    check of its own: it must equal the canonical encoding of a point of prime order, octet by octet.
    Raises NonCanonicalSignature, BadSignature and what `check_public_key` raises.
    """
    if not checked:
        check_public_key(key)
    if len(signature) != SIGNATURE_BYTES:
        raise NonCanonicalSignature(
            "a signature has 64 octets", expected=SIGNATURE_BYTES, computed=len(signature)
        )
    if int.from_bytes(signature[KEY_BYTES:], "little") >= L:
        raise NonCanonicalSignature("S is not below the group order")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        raise BadSignature("the signature does not verify") from None


def sign(seed: bytes, message: bytes) -> bytes:
    """Sign with a 32-octet seed (RFC 8032, section 5.1.6); deterministic. Raises BadSigningInput."""
    return _private_key(seed).sign(message)


def public_key(seed: bytes) -> bytes:
    """Return the 32-octet public key of a 32-octet seed. Raises BadSigningInput."""
    return _private_key(seed).public_key().public_bytes_raw()


def signing_message(format_name: str, digest: bytes) -> bytes:
    """Return what is signed for an object: its format's own domain, then the SHA-256 of its octets.

    `digest` is over the canonical bytes without the member "signature". Raises BadSigningInput for a digest
    that is not 32 octets or a name that is empty or not printable ASCII without spaces.
    """
    if len(digest) != DIGEST_BYTES:
        raise BadSigningInput("a digest has 32 octets", expected=DIGEST_BYTES, computed=len(digest))
    if not format_name or not all("!" <= character <= "~" for character in format_name):
        raise BadSigningInput("a format's name is printable ASCII without spaces", computed=format_name)
    return b"veritally/signed/" + format_name.encode("ascii") + b"\n" + digest


def _private_key(seed: bytes) -> Ed25519PrivateKey:
    if len(seed) != SEED_BYTES:
        raise BadSigningInput("a seed has 32 octets", expected=SEED_BYTES, computed=len(seed))
    return Ed25519PrivateKey.from_private_bytes(seed)


def _decompress(key: bytes) -> Point:
    """Decode a point by RFC 8032, section 5.1.3, refusing every second encoding of a point."""
    if len(key) != KEY_BYTES:
        raise NonCanonicalKey("a public key has 32 octets", expected=KEY_BYTES, computed=len(key))
    encoded = int.from_bytes(key, "little")
    sign_of_x, y = encoded >> 255, mpz(encoded & (_SIGN_BIT - 1))
    if y >= P:
        raise NonCanonicalKey("the y of the public key is not reduced")
    x = _recover_x(y)
    if x == 0 and sign_of_x:
        raise NonCanonicalKey("the public key has x = 0 with the sign bit set")
    if x & 1 != sign_of_x:
        x = P - x
    return x, y, mpz(1), x * y % P


def _recover_x(y: mpz) -> mpz:
    """Return a root of x² = (y² − 1)/(d·y² + 1), by u·v³·(u·v⁷)^((p−5)/8)."""
    y_squared = y * y % P
    u, v = y_squared - 1, (D * y_squared + 1) % P
    v_cubed = v * v * v % P
    x = u * v_cubed * powmod(u * v_cubed * v_cubed * v % P, (P - 5) // 8, P) % P
    remainder = v * x * x % P
    if remainder == u % P:
        return x
    if remainder == -u % P:
        return x * _ROOT_OF_MINUS_ONE % P
    raise NotOnCurve("the public key is not a point of the curve")


def _times_group_order(point: Point) -> Point:
    result = point
    for bit in _LOWER_BITS_OF_L:
        result = _double(result)
        if bit == "1":
            result = _add(result, point)
    return result


def _add(first: Point, second: Point) -> Point:
    """Add two points; complete on this curve (a = −1 is a square, d is not), so no case is special."""
    x1, y1, z1, t1 = first
    x2, y2, z2, t2 = second
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = t1 * _TWO_D * t2 % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _double(point: Point) -> Point:
    """Double a point (every quantity negated once, which changes nothing projectively)."""
    x, y, z, _ = point
    a, b = x * x % P, y * y % P
    h, g = a + b, a - b
    e, f = h - (x + y) ** 2, 2 * z * z + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def _is_identity(point: Point) -> bool:
    x, y, z, _ = point
    return bool(x == 0 and y == z)
