# SPDX-License-Identifier: AGPL-3.0-or-later
import os
import stat
from pathlib import Path

import pytest

from tally.registrar import errors
from tally.registrar.files import new_folder, read_limited, read_private, require_absent, write_new


def _mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_that_exists_is_never_overwritten(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(b"first")
    with pytest.raises(errors.FileExists):
        write_new(path, b"second", mode=0o600)
    assert path.read_bytes() == b"first"


def test_a_link_is_never_followed_when_writing(tmp_path):
    target = tmp_path / "target"
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(errors.FileExists):
        write_new(tmp_path / "link", b"secret", mode=0o600)
    assert not target.exists()


def test_a_folder_that_is_missing_is_a_named_refusal(tmp_path):
    with pytest.raises(errors.FileRefused):
        write_new(tmp_path / "missing" / "secret", b"", mode=0o600)
    with pytest.raises(errors.FileRefused), new_folder(tmp_path / "missing" / "folder"):
        pass


def test_a_half_written_file_is_removed(tmp_path, monkeypatch):
    def full_disk(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(errors.FileRefused, match="No space left"):
        write_new(tmp_path / "secret", b"data", mode=0o600)
    assert not (tmp_path / "secret").exists()


def test_a_folder_that_exists_is_refused(tmp_path):
    with pytest.raises(errors.FileExists), new_folder(tmp_path):
        pass
    assert tmp_path.exists()


@pytest.mark.parametrize("failure", [errors.FileRefused, KeyboardInterrupt])
def test_a_new_folder_goes_with_its_files_when_the_work_fails(tmp_path, failure):
    def work():
        with new_folder(tmp_path / "folder"):
            write_new(tmp_path / "folder" / "secret", b"half", mode=0o600)
            raise failure("stopped")

    with pytest.raises(failure):
        work()
    assert not (tmp_path / "folder").exists()


def test_a_path_with_anything_at_it_is_not_absent(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for path in (tmp_path, tmp_path / "link"):
        with pytest.raises(errors.FileExists):
            require_absent(path)
    require_absent(tmp_path / "nowhere")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644, 0o610])
def test_a_secret_that_others_can_reach_is_not_read(tmp_path, mode):
    path = tmp_path / "secret"
    path.write_bytes(b"x")
    path.chmod(mode)
    with pytest.raises(errors.FileRefused, match="chmod 600"):
        read_private(path, limit=10)


def test_a_device_is_no_secret_file():
    with pytest.raises(errors.FileRefused, match="regular"):
        read_private(Path("/dev/null"), limit=10)


@pytest.mark.parametrize("read", [read_limited, read_private])
def test_a_file_beyond_its_limit_is_refused(tmp_path, read):
    write_new(tmp_path / "file", b"x" * 11, mode=0o600)
    with pytest.raises(errors.FileRefused, match="too large"):
        read(tmp_path / "file", limit=10)


@pytest.mark.parametrize("read", [read_limited, read_private])
def test_a_missing_file_or_a_folder_is_a_named_refusal(tmp_path, read):
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(errors.FileRefused):
            read(path, limit=10)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_new_file_has_exactly_its_mode_whatever_the_umask(tmp_path, umask, mode):
    previous = os.umask(umask)
    try:
        write_new(tmp_path / "file", b"data", mode=mode)
        with new_folder(tmp_path / "folder"):
            pass
    finally:
        os.umask(previous)
    assert _mode(tmp_path / "file") == mode
    assert _mode(tmp_path / "folder") == 0o700
    assert read_limited(tmp_path / "file", limit=4) == b"data"
