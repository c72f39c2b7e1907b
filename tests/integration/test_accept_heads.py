# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lost folder of remembered heads stops the signing; whoever goes on has asked who else would know."""

from contextlib import ExitStack

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from bulletin_board import cosigned, cosigning, head_signing, publisher, storage, triggers
from bulletin_board.errors import HeadsForgotten
from bulletin_board.log.checkpoint import open_checkpoint
from bulletin_board.models import Cosignature, SignedHead
from tests.integration.boards import KEY, ORIGIN, SIGNER, append, numbered
from tests.integration.witness_town import DEAD, NOW, Town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    monkeypatch.setattr(cosigning, "TIMEOUT", 20.0)  # a loaded machine is slow
    yield
    cosigning.forget_couriers()


@pytest.fixture
def town(tmp_path):
    with ExitStack() as stack:
        yield Town(tmp_path, stack, KEY)
        cosigning.forget_couriers()


@pytest.fixture
def log():
    log = storage.create_log(ORIGIN)
    append(log, *numbered(3))
    return log


@pytest.fixture
def forget(settings, tmp_path):
    """The folder of remembered heads is lost."""

    def run():
        settings.VERITALLY_HEADS_DIR = tmp_path / "empty"

    return run


def goes_on(log):
    append(log, b"more %d" % log.entries.count())
    return open_checkpoint(publisher.sign_head(log, SIGNER), KEY).size == log.entries.count()


def restored(log, size):
    """The database as a backup has it, made when the log had `size` entries."""
    with connection.cursor() as cursor:
        for statement in triggers._drop_statements(connection.vendor):
            cursor.execute(statement)
    log.heads.filter(size__gt=size).delete()
    Cosignature.objects.filter(size__gt=size).delete()
    kept = log.entries.filter(seq__lt=size)
    log.nodes.all().delete()
    log.entries.exclude(seq__in=[row.seq for row in kept]).delete()


def test_what_somebody_has_confirmed_is_remembered_and_signing_goes_on(log, forget, capsys):
    publisher.sign_head(log, SIGNER)
    forget()
    call_command("accept_heads", "spring", "--confirmed")
    assert "3 entries are accepted" in capsys.readouterr().out
    assert goes_on(log)


def test_without_a_confirmation_nothing_is_changed(log, forget, capsys):
    publisher.sign_head(log, SIGNER)
    forget()
    call_command("accept_heads")
    assert "nothing was changed" in capsys.readouterr().out
    with pytest.raises(HeadsForgotten):
        goes_on(log)


def test_where_nothing_is_forgotten_there_is_nothing_to_accept(log, capsys):
    publisher.sign_head(log, SIGNER)
    storage.create_log("vote.example.org/board/unsigned")
    call_command("accept_heads", "--confirmed")
    assert capsys.readouterr().out.count("nothing is forgotten") == 2


def test_a_memory_that_knows_of_more_is_never_overruled(log):
    publisher.sign_head(log, SIGNER)
    assert goes_on(log)
    restored(log, 3)
    with pytest.raises(CommandError, match="Not accepted: spring"):
        call_command("accept_heads", "--confirmed")
    assert open_checkpoint(head_signing.head_memory().read(ORIGIN), KEY).size == 4


@pytest.fixture
def witnessed(log, town, settings, monkeypatch):
    """Three witnesses, any two of whom must cosign, and a head that they cosigned."""
    monkeypatch.setattr(cosigning, "clock", lambda: NOW + 86_400)
    town.add("press"), town.add("union"), town.add("college")
    cosigned.demand(log, KEY, town.keys, 2)
    settings.VERITALLY_WITNESSES = town.policy(2)
    publisher.sign_head(log, SIGNER)
    return log


def test_witnesses_that_have_seen_no_more_are_asked_and_named(witnessed, forget, capsys):
    forget()
    call_command("accept_heads", "--confirmed")
    said = capsys.readouterr().out
    assert said.count("has seen these 3 entries, and no more") == 3
    assert goes_on(witnessed)


def test_a_witness_that_has_seen_more_stops_it(witnessed, town, forget, capsys):
    assert goes_on(witnessed)
    restored(witnessed, 3)
    forget()
    with pytest.raises(CommandError, match="Not accepted"):
        call_command("accept_heads", "--confirmed")
    assert "has cosigned more (expected 3, computed 4)" in capsys.readouterr().err
    assert head_signing.head_memory().read(ORIGIN) is None


def test_a_witness_that_has_seen_another_board_stops_it(log, town, settings, forget, capsys):
    town.lying("press", lambda *_: (409, "text/plain", b"a fork: two checkpoints of 3 entries\n"))
    cosigned.demand(log, KEY, town.keys, 1)
    settings.VERITALLY_WITNESSES = town.policy(1)
    publisher.sign_head(log, SIGNER)
    forget()
    with pytest.raises(CommandError, match="Not accepted"):
        call_command("accept_heads", "--confirmed")
    assert "409: a fork" in capsys.readouterr().err


@pytest.mark.parametrize(("silent", "accepted"), [(1, True), (2, False)])
def test_as_many_silent_witnesses_as_could_have_published_more_stop_it(
    witnessed, town, settings, forget, silent, accepted
):
    for name in list(town.urls)[:silent]:
        town.urls[name] = DEAD
    settings.VERITALLY_WITNESSES = town.policy(2)
    forget()
    if accepted:
        call_command("accept_heads", "--confirmed")
    else:
        with pytest.raises(CommandError, match="Not accepted"):
            call_command("accept_heads", "--confirmed")
    assert (head_signing.head_memory().read(ORIGIN) is not None) == accepted


def test_a_mirror_that_has_more_stops_it(log, forget, tmp_path, capsys):
    publisher.sign_head(log, SIGNER)
    assert goes_on(log)
    publisher.export(log, tmp_path / "mirror")
    restored(log, 3)
    forget()
    with pytest.raises(CommandError, match="Not accepted"):
        call_command("accept_heads", "spring", "--mirror", str(tmp_path / "mirror"), "--confirmed")
    assert "has more (expected 3, computed 4)" in capsys.readouterr().err


def test_a_mirror_that_has_something_else_stops_it(log, forget, tmp_path, capsys):
    publisher.sign_head(log, SIGNER)
    publisher.export(log, tmp_path / "mirror")
    restored(log, 0)
    log.heads.all().delete()
    forget()
    append(log, *numbered(4, 100))
    publisher.sign_head(log, SIGNER)
    head_signing.head_memory()._file(ORIGIN, "note").unlink()
    with pytest.raises(CommandError, match="Not accepted"):
        call_command("accept_heads", "spring", "--mirror", str(tmp_path / "mirror"), "--confirmed")
    assert "the tree at" in capsys.readouterr().err


def test_a_mirror_that_is_behind_contradicts_nothing(log, forget, tmp_path, capsys):
    publisher.sign_head(log, SIGNER)
    publisher.export(log, tmp_path / "mirror")
    assert goes_on(log)
    forget()
    call_command("accept_heads", "spring", "--mirror", str(tmp_path / "mirror"), "--confirmed")
    assert "has 3 entries, and no more" in capsys.readouterr().out
    assert SignedHead.objects.count() == 2
    assert goes_on(log)


def test_the_command_knows_no_other_board_and_no_mirror_of_all(log, tmp_path):
    with pytest.raises(CommandError, match="no board named autumn"):
        call_command("accept_heads", "autumn")
    with pytest.raises(CommandError, match="Name the board"):
        call_command("accept_heads", "--mirror", str(tmp_path))
