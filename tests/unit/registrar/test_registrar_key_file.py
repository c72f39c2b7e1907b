# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from tally.crypto import ed25519, sealed
from tally.crypto import errors as crypto_errors
from tally.registrar import errors, keyfile
from tally.registrar.files import write_new
from tally.registrar.keyfile import CONTEXT, create_key_file, open_key_file

CHEAP = sealed.ScryptCost(n=2)
PASSPHRASE = "a long passphrase"


def _written(folder, plaintext, context=CONTEXT):
    data = sealed.seal_with_passphrase(plaintext, PASSPHRASE, context=context, cost=CHEAP)
    write_new(folder / "key", data, mode=0o600)
    return folder / "key"


def test_a_key_file_that_exists_is_never_overwritten(tmp_path):
    create_key_file(tmp_path / "key", PASSPHRASE, cost=CHEAP)
    before = (tmp_path / "key").read_bytes()
    with pytest.raises(errors.FileExists):
        create_key_file(tmp_path / "key", PASSPHRASE, cost=CHEAP)
    assert (tmp_path / "key").read_bytes() == before


def test_a_wrong_passphrase_does_not_open_it(tmp_path):
    create_key_file(tmp_path / "key", PASSPHRASE, cost=CHEAP)
    with pytest.raises(crypto_errors.CannotOpen):
        open_key_file(tmp_path / "key", PASSPHRASE + "x", least=CHEAP)


def test_a_file_that_others_can_read_is_refused(tmp_path):
    create_key_file(tmp_path / "key", PASSPHRASE, cost=CHEAP)
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(errors.FileRefused):
        open_key_file(tmp_path / "key", PASSPHRASE, least=CHEAP)


def test_a_cheaply_sealed_key_is_refused_by_default(tmp_path):
    create_key_file(tmp_path / "key", PASSPHRASE, cost=CHEAP)
    with pytest.raises(crypto_errors.ParametersRefused):
        open_key_file(tmp_path / "key", PASSPHRASE)


@pytest.mark.parametrize("length", [0, 31, 32, 63, 65])
def test_a_file_with_something_else_inside_is_refused(tmp_path, length):
    with pytest.raises(errors.KeyFileMismatch):
        open_key_file(_written(tmp_path, bytes(length)), PASSPHRASE, least=CHEAP)


def test_a_seed_with_another_public_key_is_refused(tmp_path):
    path = _written(tmp_path, bytes(32) + ed25519.public_key(bytes([1]) * 32))
    with pytest.raises(errors.KeyFileMismatch):
        open_key_file(path, PASSPHRASE, least=CHEAP)


def test_a_file_for_another_purpose_is_refused(tmp_path):
    path = _written(tmp_path, bytes(32) + ed25519.public_key(bytes(32)), context="veritally/share/1")
    with pytest.raises(crypto_errors.WrongContext):
        open_key_file(path, PASSPHRASE, least=CHEAP)


def test_a_short_passphrase_leaves_no_file(tmp_path):
    with pytest.raises(crypto_errors.WeakPassphrase):
        create_key_file(tmp_path / "key", "short", cost=CHEAP)
    assert not (tmp_path / "key").exists()


def test_a_file_that_does_not_restore_the_key_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(keyfile, "open_key_file", lambda *_, **__: bytes(32))
    with pytest.raises(errors.KeyFileMismatch, match="do not use"):
        create_key_file(tmp_path / "key", PASSPHRASE, cost=CHEAP)


def test_a_new_key_file_restores_its_key(tmp_path):
    key = create_key_file(tmp_path / "key", PASSPHRASE, cost=CHEAP)
    assert ed25519.public_key(open_key_file(tmp_path / "key", PASSPHRASE, least=CHEAP)) == key
