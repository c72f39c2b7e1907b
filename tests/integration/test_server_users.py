# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py station_acl`: a user of Redis for each station, its password in a file and nowhere else."""

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.integration.voting_world import open_world
from voting.errors import NotReady
from voting.models import Election
from voting.services.station_users import make_users

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    return open_world(settings, tmp_path, monkeypatch)


def printed(folder, slug="spring"):
    out = StringIO()
    call_command("station_acl", slug, "--passwords", str(folder), stdout=out)
    return out.getvalue().splitlines()


def test_each_trustee_has_a_user_with_its_own_queue(world, tmp_path):
    lines = printed(tmp_path / "passwords")
    assert len(lines) == 3
    for trustee, line in enumerate(lines, start=1):
        queue = f"trustee-{world.election.fingerprint[:16]}-{trustee}"
        assert line.startswith(f"user {queue} on ")
        assert f" ~{queue}:* " in line
        assert line.endswith("(%W~veritally:tally-server +lpush)")


def test_passwords_are_in_files_of_their_owner_and_their_hashes_in_the_lines(world, tmp_path):
    lines = printed(tmp_path / "passwords")
    files = sorted((tmp_path / "passwords").iterdir())
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 3
    passwords = [file.read_text().strip() for file in files]
    assert len(set(passwords)) == 3
    for line, password in zip(lines, passwords, strict=True):
        assert len(password) >= 32
        assert password not in line
        assert f"#{hashlib.sha256(password.encode()).hexdigest()}" in line


def test_a_second_time_the_lines_are_the_same(world, tmp_path):
    assert printed(tmp_path / "passwords") == printed(tmp_path / "passwords")


def test_a_password_that_others_can_read_is_refused(world, tmp_path):
    printed(tmp_path / "passwords")
    next((tmp_path / "passwords").iterdir()).chmod(0o644)
    with pytest.raises(CommandError):
        printed(tmp_path / "passwords")


def test_an_election_that_is_not_there_is_refused(tmp_path, db):
    with pytest.raises(CommandError, match="UnknownElection"):
        printed(tmp_path, "winter")


def test_an_election_that_is_not_frozen_is_refused(world, tmp_path):
    draft = Election.objects.get(pk=world.election.pk)
    draft.fingerprint = ""
    with pytest.raises(NotReady):
        make_users(draft, tmp_path / "passwords")
    assert not (tmp_path / "passwords").exists()
