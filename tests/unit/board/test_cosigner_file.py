# SPDX-License-Identifier: AGPL-3.0-or-later
import base64
import stat

import pytest

from bulletin_board.cosigner_file import create_cosigner_file, load_cosigner
from bulletin_board.errors import MalformedKey, UnusableKeyFile
from bulletin_board.log.cosignature import Cosigner

NAME = "witness.example/press"


@pytest.fixture
def file(tmp_path):
    create_cosigner_file(tmp_path / "key", NAME, entropy=lambda count: b"\2" * count)
    return tmp_path / "key"


def test_a_key_that_was_made_is_loaded_again(file):
    assert load_cosigner(file) == Cosigner(NAME, b"\2" * 32)


def test_only_the_owner_can_use_the_file(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_form_is_that_of_go_notes(file):
    key_id = Cosigner(NAME, b"\2" * 32).verifier_key.key_id.hex()
    secret = base64.b64encode(b"\4" + b"\2" * 32).decode()
    assert file.read_text() == f"PRIVATE+KEY+{NAME}+{key_id}+{secret}\n"


def test_two_keys_differ(tmp_path):
    made = [create_cosigner_file(tmp_path / name, NAME) for name in "ab"]
    assert made[0] != made[1]


def test_nothing_is_overwritten(file):
    before = file.read_bytes()
    with pytest.raises(UnusableKeyFile):
        create_cosigner_file(file, NAME)
    assert file.read_bytes() == before


def test_a_name_that_no_key_can_have_makes_no_file(tmp_path):
    with pytest.raises(MalformedKey):
        create_cosigner_file(tmp_path / "key", "a b")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_others_can_read_is_refused(file):
    file.chmod(0o640)
    with pytest.raises(UnusableKeyFile, match="chmod"):
        load_cosigner(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnusableKeyFile):
        load_cosigner(tmp_path / "none")


CHANGES = {
    "cut off": lambda text: text[:-1],
    "empty": lambda _text: "",
    "another prefix": lambda text: text.replace("PRIVATE", "PUBLIC"),
    "another name": lambda text: text.replace("press", "state"),
    "another key id": lambda text: text.replace("+" + text.split("+")[3], "+00000000"),
    "another type": lambda text: text[:-46] + "A" + text[-45:],
    "no base64": lambda text: text[:-2] + "*\n",
    "a field less": lambda text: text.rpartition("+")[0] + "\n",
    "a line more": lambda text: text + text,
    "no text": lambda _text: "\udcff",
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_file_that_holds_no_key_is_refused_without_showing_it(file, case):
    file.write_bytes(CHANGES[case](file.read_text()).encode("utf-8", "surrogateescape"))
    with pytest.raises(UnusableKeyFile) as caught:
        load_cosigner(file)
    assert base64.b64encode(b"\4" + b"\2" * 32).decode()[:20] not in str(caught.value)
