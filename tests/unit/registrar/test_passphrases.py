# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from tally.registrar import errors
from tally.registrar.files import write_new
from tally.registrar.passphrase import existing_passphrase, new_passphrase


def _file(folder, data):
    write_new(folder / "passphrase", data, mode=0o600)
    return folder / "passphrase"


def _typed(*lines):
    left = list(lines)
    return lambda _text: left.pop(0)


def _never(_text):
    raise AssertionError


@pytest.mark.parametrize("source", [existing_passphrase, new_passphrase])
@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n", b"two\nlines\n", b"a\rb", b"\xff\xfe", b"x\n\n"])
def test_a_file_without_exactly_one_line_of_text_is_refused(tmp_path, source, data):
    with pytest.raises(errors.PassphraseRefused):
        source(_file(tmp_path, data), prompt=_never)


@pytest.mark.parametrize("source", [existing_passphrase, new_passphrase])
def test_a_file_that_others_can_read_is_refused(tmp_path, source):
    path = _file(tmp_path, b"a long passphrase\n")
    path.chmod(0o644)
    with pytest.raises(errors.FileRefused):
        source(path, prompt=_never)


def test_a_file_that_is_no_passphrase_is_refused_unread(tmp_path):
    with pytest.raises(errors.FileRefused):
        existing_passphrase(_file(tmp_path, b"x" * 5_000))


def test_two_different_lines_are_no_new_passphrase():
    with pytest.raises(errors.PassphraseRefused, match="differ"):
        new_passphrase(None, prompt=_typed("a long passphrase", "a lomg passphrase"))


def test_nothing_typed_is_refused():
    with pytest.raises(errors.PassphraseRefused):
        new_passphrase(None, prompt=_typed("", ""))
    with pytest.raises(errors.PassphraseRefused):
        existing_passphrase(None, prompt=_typed(""))


def test_a_new_passphrase_is_typed_twice_and_an_old_one_once():
    assert (
        new_passphrase(None, prompt=_typed("a long pässphrase", "a long pässphrase")) == "a long pässphrase"
    )
    assert existing_passphrase(None, prompt=_typed("a long passphrase")) == "a long passphrase"


@pytest.mark.parametrize("data", [b" two words ", b" two words \n", b" two words \r\n"])
def test_the_line_of_a_file_is_the_passphrase_spaces_included(tmp_path, data):
    assert existing_passphrase(_file(tmp_path, data), prompt=_never) == " two words "
