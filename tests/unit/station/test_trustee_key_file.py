# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trustee's key file: sealed, restored before anyone relies on it, one share for one election."""

import pytest

from bulletin_board.errors import EncodingError
from tally.crypto.errors import CannotOpen, WeakPassphrase
from tally.registrar.errors import FileRefused
from tally.station import keyfile
from tally.station.card import Card
from tally.station.errors import (
    AlreadyAccepted,
    CardRefused,
    FileExists,
    KeyFileDamaged,
    NotAccepted,
    RestoreFailed,
)
from tests import simulator, stations
from tests.keys import Stream
from tests.stations import CHEAP, PASSPHRASE, town


@pytest.fixture
def path(tmp_path):
    return tmp_path / "trustee.key"


@pytest.fixture
def made(path):
    return keyfile.create(path, "Ada", PASSPHRASE, entropy=Stream(b"ada"), cost=CHEAP)


def reopened(path):
    return keyfile.open_key_file(path, PASSPHRASE, least=CHEAP)


def test_a_new_key_file_restores(path, made):
    assert reopened(path) == made
    assert made.accepted is None


def test_two_key_files_have_different_keys(tmp_path):
    first, second = (
        keyfile.create(tmp_path / name, "Ada", PASSPHRASE, cost=CHEAP) for name in ("first", "second")
    )
    assert first.seed != second.seed
    assert first.decryption_key != second.decryption_key


def test_only_its_owner_reads_it(path, made):
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(FileRefused):
        reopened(path)


def test_it_is_never_overwritten(path, made):
    with pytest.raises(FileExists):
        keyfile.create(path, "Ada", PASSPHRASE, cost=CHEAP)
    assert reopened(path) == made


def test_a_wrong_passphrase_does_not_open_it(path, made):
    with pytest.raises(CannotOpen):
        keyfile.open_key_file(path, PASSPHRASE + "!", least=CHEAP)


def test_a_short_passphrase_is_refused(path):
    with pytest.raises(WeakPassphrase):
        keyfile.create(path, "Ada", "short", cost=CHEAP)
    assert not path.exists()


def test_a_name_that_cannot_stand_in_a_record_is_refused(path):
    with pytest.raises((EncodingError, KeyFileDamaged)):
        keyfile.create(path, "Ada\u202e", PASSPHRASE, cost=CHEAP)
    assert not path.exists()


def test_a_share_is_added_and_restores(path, made):
    share = stations.share_of(1, town().key, town().dealt)
    keyfile.update(path, made.with_share(share), PASSPHRASE, cost=CHEAP)
    assert reopened(path).share == share
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_old_file_stays_if_the_new_one_does_not_restore(path, made, monkeypatch):
    share = stations.share_of(1, town().key, town().dealt)
    monkeypatch.setattr(keyfile, "open_key_file", lambda *_, **__: made)
    with pytest.raises(RestoreFailed):
        keyfile.update(path, made.with_share(share), PASSPHRASE, cost=CHEAP)
    monkeypatch.undo()
    assert reopened(path) == made


def test_an_update_that_was_cut_off_can_be_repeated(path, made):
    path.with_name(path.name + ".new").write_bytes(b"half")
    share = stations.share_of(1, town().key, town().dealt)
    keyfile.update(path, made.with_share(share), PASSPHRASE, cost=CHEAP)
    assert reopened(path).share == share


def test_the_same_share_can_be_accepted_twice(made):
    share = stations.share_of(1, town().key, town().dealt)
    assert made.with_share(share).with_share(share).share == share


def test_another_share_is_refused(made):
    first, second = (stations.share_of(index, town().key, town().dealt) for index in (1, 2))
    with pytest.raises(AlreadyAccepted):
        made.with_share(first).with_share(second)


def test_a_key_file_without_a_share_has_none(made):
    with pytest.raises(NotAccepted):
        _ = made.share


@pytest.mark.parametrize("content", [b"{}", b"", b"not a key", b'{"format":"veritally/station-secrets/1"}'])
def test_sealed_nonsense_is_damage(path, content):
    sealed = keyfile.sealed.seal_with_passphrase(content, PASSPHRASE, context=keyfile.CONTEXT, cost=CHEAP)
    path.write_bytes(sealed)
    path.chmod(0o600)
    with pytest.raises(KeyFileDamaged):
        reopened(path)


def test_the_card_is_signed_and_read_back(made):
    card = made.card()
    assert Card.from_bytes(card.to_bytes()) == card
    assert (card.name, card.trustee.signing_key) == ("Ada", made.signing_key)


def test_an_altered_card_is_refused(made):
    with pytest.raises(CardRefused):
        Card.from_bytes(made.card().to_bytes().replace(b'"Ada"', b'"Eve"'))


def test_a_card_with_a_foreign_encryption_key_is_refused(made):
    swapped = simulator.with_changes(made.card(), encryption_key=b"\x09" * 32)
    with pytest.raises(CardRefused):
        Card.from_bytes(swapped.to_bytes())


def test_the_fingerprint_of_a_card_covers_both_keys(made):
    card = made.card()
    others = (
        simulator.with_changes(card, signing_key=b"\x01" * 32),
        simulator.with_changes(card, encryption_key=b"\x01" * 32),
    )
    assert len({card.fingerprint, *(other.fingerprint for other in others)}) == 3
    assert [len(group) for group in card.fingerprint.split()] == [4] * 8
