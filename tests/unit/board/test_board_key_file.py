# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from bulletin_board.errors import UnusableKeyFile
from bulletin_board.signing import create_key_file, load_signer

ORIGIN = "vote.example.org/board/spring"


def test_a_new_key_file_is_loaded_again_under_any_origin(tmp_path):
    create_key_file(tmp_path / "log.key", entropy=lambda count: b"\1" * count)
    assert (tmp_path / "log.key").read_text() == "01" * 32 + "\n"
    signer = load_signer(tmp_path / "log.key", ORIGIN)
    assert (signer.name, signer.seed) == (ORIGIN, b"\1" * 32)


def test_two_new_keys_are_different(tmp_path):
    for name in ("a", "b"):
        create_key_file(tmp_path / name)
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_nobody_else_can_read_a_new_key_file(tmp_path):
    create_key_file(tmp_path / "log.key")
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600


def test_an_existing_key_file_is_not_overwritten(tmp_path):
    create_key_file(tmp_path / "log.key")
    before = (tmp_path / "log.key").read_bytes()
    with pytest.raises(UnusableKeyFile):
        create_key_file(tmp_path / "log.key")
    assert (tmp_path / "log.key").read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_file_that_others_can_use_is_refused(tmp_path, mode):
    create_key_file(tmp_path / "log.key")
    (tmp_path / "log.key").chmod(mode)
    with pytest.raises(UnusableKeyFile, match="chmod 600"):
        load_signer(tmp_path / "log.key", ORIGIN)


@pytest.mark.parametrize(
    "text", ["", "\n", "01" * 32, "01" * 31 + "\n", "01" * 33 + "\n", "AB" * 32 + "\n", "01" * 32 + "\n\n"]
)
def test_a_file_that_holds_no_seed_is_refused_and_not_shown(tmp_path, text):
    (tmp_path / "log.key").write_text(text)
    (tmp_path / "log.key").chmod(0o600)
    with pytest.raises(UnusableKeyFile) as caught:
        load_signer(tmp_path / "log.key", ORIGIN)
    assert "0101" not in str(caught.value)


def test_a_missing_key_file_is_refused(tmp_path):
    with pytest.raises(UnusableKeyFile, match="No such file"):
        load_signer(tmp_path / "log.key", ORIGIN)
