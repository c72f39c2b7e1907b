# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trustee's key file: signing seed, X25519 secret, later the share (docs/trustees.md, "The key file").

A sealed container of one canonical object. What is written is read back and opened before anyone relies on
it. No secret here is shown by a `repr`.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bulletin_board.codec.canonical import Value, encode, parse
from bulletin_board.codec.fields import Fields, octets_text
from bulletin_board.errors import EncodingError
from tally.crypto import ed25519, sealed
from tally.crypto.sealed import STANDARD_COST, ScryptCost
from tally.record.parties import NAME_LIMIT
from tally.registrar.files import read_private
from tally.station import durable
from tally.station.card import Card
from tally.station.errors import AlreadyAccepted, KeyFileDamaged, NotAccepted, RestoreFailed
from tally.station.share import Share

CONTEXT = "veritally/station-key/1"
_FORMAT = "veritally/station-secrets/1"
_MAX_FILE = 16_384  # bytes
Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Everything in a key file."""

    name: str
    seed: bytes = field(repr=False)  # Ed25519
    decryption_key: bytes = field(repr=False)  # X25519
    accepted: Share | None = None

    @property
    def share(self) -> Share:
        """The share; raises NotAccepted."""
        if self.accepted is None:
            raise NotAccepted("this key file holds no share yet: run `accept` first")
        return self.accepted

    @property
    def signing_key(self) -> bytes:
        """The public half of `seed`."""
        return ed25519.public_key(self.seed)

    def card(self) -> Card:
        """The signed card of these keys."""
        encryption_key = sealed.encryption_public_key(self.decryption_key)
        return Card(name=self.name, signing_key=self.signing_key, encryption_key=encryption_key).sign(
            self.seed
        )

    def with_share(self, share: Share) -> "Secrets":
        """Return the same with a share; raises AlreadyAccepted if it holds another one."""
        if self.accepted is not None and not self.accepted.is_same(share):
            raise AlreadyAccepted("this key file holds another share; make a new key file for each election")
        return replace(self, accepted=share)


def create(
    path: Path,
    name: str,
    passphrase: str,
    *,
    entropy: Entropy = secrets.token_bytes,
    cost: ScryptCost = STANDARD_COST,
) -> Secrets:
    """Draw keys and write them sealed, never overwriting. A lower `cost` is for tests only.

    Raises FileExists, FileRefused, RestoreFailed, WeakPassphrase, BadPassphraseText, and the codec's errors
    for a name that cannot stand in a record.
    """
    made = Secrets(name=name, seed=entropy(ed25519.SEED_BYTES), decryption_key=entropy(sealed.X25519_BYTES))
    _parse_secrets(_encode(made))
    write_new(path, made, passphrase, entropy=entropy, cost=cost)
    return made


def write_new(
    path: Path,
    made: Secrets,
    passphrase: str,
    *,
    entropy: Entropy = secrets.token_bytes,
    cost: ScryptCost = STANDARD_COST,
) -> None:
    """Write secrets to a new file, which is opened once to check it; raises as `create` does."""
    durable.create(path, _seal(made, passphrase, entropy, cost))
    _check_restores(path, made, passphrase, cost)


def update(
    path: Path,
    changed: Secrets,
    passphrase: str,
    *,
    entropy: Entropy = secrets.token_bytes,
    cost: ScryptCost = STANDARD_COST,
) -> None:
    """Write changed secrets in the place of the file, which is opened once more to check it.

    Raises FileRefused, RestoreFailed, WeakPassphrase, BadPassphraseText.
    """
    trial = path.with_name(path.name + ".new")
    trial.unlink(missing_ok=True)  # of an attempt that was cut off
    write_new(trial, changed, passphrase, entropy=entropy, cost=cost)
    durable.rename(trial, path)


def open_key_file(path: Path, passphrase: str, *, least: ScryptCost = STANDARD_COST) -> Secrets:
    """Return what a key file holds. A lower `least` cost is for tests only.

    Raises FileRefused (of `tally.registrar`), KeyFileDamaged, and what `sealed.open_with_passphrase` raises.
    """
    container = read_private(path, limit=_MAX_FILE)
    return _parse_secrets(sealed.open_with_passphrase(container, passphrase, context=CONTEXT, least=least))


def _seal(made: Secrets, passphrase: str, entropy: Entropy, cost: ScryptCost) -> bytes:
    return sealed.seal_with_passphrase(_encode(made), passphrase, context=CONTEXT, entropy=entropy, cost=cost)


def _check_restores(path: Path, made: Secrets, passphrase: str, cost: ScryptCost) -> None:
    if not hmac.compare_digest(_encode(open_key_file(path, passphrase, least=cost)), _encode(made)):
        raise RestoreFailed("the key file does not restore what was put into it: do not use it")


def _encode(made: Secrets) -> bytes:
    shares: list[Value] = [] if made.accepted is None else [made.accepted.to_value()]
    return encode(
        {
            "format": _FORMAT,
            "name": made.name,
            "seed": octets_text(made.seed),
            "decryption_key": octets_text(made.decryption_key),
            "shares": shares,
        }
    )


def _parse_secrets(data: bytes) -> Secrets:
    try:
        fields = Fields(parse(data, limit=_MAX_FILE), "secrets")
        fields.constant("format", _FORMAT)
        shares = fields.objects("shares", high=1)
        found = Secrets(
            name=fields.text("name", limit=NAME_LIMIT),
            seed=fields.octets("seed", ed25519.SEED_BYTES),
            decryption_key=fields.octets("decryption_key", sealed.X25519_BYTES),
            accepted=Share.read(shares[0]) if shares else None,
        )
        fields.done()
    except EncodingError as error:
        # The codec's errors name fields and lengths, never contents of these fields.
        raise KeyFileDamaged(f"the key file does not hold a trustee's keys: {error.message}") from None
    return found
