# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from pathlib import Path

import pytest

from tally.crypto import errors, sealed

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "sealed.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["passphrase"], ids=lambda case: case["name"])
def test_the_vectors_of_files_sealed_by_passphrase_hold(case):
    container = case["container"].encode()
    plaintext = sealed.open_with_passphrase(container, case["passphrase"], context=case["context"])
    assert plaintext.hex() == case["plaintext"]


@pytest.mark.parametrize("case", VECTORS["passphrase"], ids=lambda case: case["name"])
def test_the_vectors_do_not_open_with_another_passphrase(case):
    with pytest.raises(errors.CannotOpen):
        sealed.open_with_passphrase(
            case["container"].encode(), case["passphrase"] + " ", context=case["context"]
        )


@pytest.mark.parametrize("case", VECTORS["key"], ids=lambda case: case["name"])
def test_the_vectors_of_files_sealed_to_a_key_hold(case):
    container, secret = case["container"].encode(), bytes.fromhex(case["secret_key"])
    assert sealed.open_with_key(container, secret, context=case["context"]).hex() == case["plaintext"]


@pytest.mark.parametrize("case", VECTORS["key"], ids=lambda case: case["name"])
def test_the_vectors_do_not_open_with_another_key(case):
    with pytest.raises(errors.WrongRecipient):
        sealed.open_with_key(case["container"].encode(), bytes(32), context=case["context"])
