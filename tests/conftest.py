# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every test of the server needs: a place of its own for what is remembered outside the database."""

import secrets

import pytest
from hypothesis import settings as hypothesis_settings

# No test fails by the clock: a busy machine is slow, and that is no fault of the code.
hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _own_head_memory(request, tmp_path_factory):
    """Give each test its own folder of remembered heads: its database is a new one, too."""
    settings = request.getfixturevalue("settings")
    settings.VERITALLY_HEADS_DIR = tmp_path_factory.getbasetemp() / f"heads-{secrets.token_hex(8)}"


@pytest.fixture(autouse=True)
def _no_language_is_left_behind():
    """A page in another language leaves it active in its thread: the next test speaks English again."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _flush_without_triggers():
    """Let Django clear the tables after a test that commits: the board's triggers would refuse."""
    from django.db import connection
    from django.test import TransactionTestCase

    from bulletin_board import triggers

    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(case):
        with connection.schema_editor() as editor:
            triggers.drop(editor)
        flush(case)
        with connection.schema_editor() as editor:
            triggers.create(editor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_without_triggers)
        yield
