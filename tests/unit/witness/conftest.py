# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from bulletin_board.log.cosignature import Cosigner
from bulletin_board.witness.store import Store
from bulletin_board.witness.witness import Witness
from tests.histories import LOG


@pytest.fixture
def cosigner():
    return Cosigner("press.example", b"\2" * 32)


@pytest.fixture
def store(tmp_path):
    made = Store.create(tmp_path / "witness.sqlite3")
    made.add_key(LOG.verifier_key)
    return made


@pytest.fixture
def witness(cosigner, store):
    return Witness(cosigner, store)
