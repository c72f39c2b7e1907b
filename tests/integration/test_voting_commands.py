# SPDX-License-Identifier: AGPL-3.0-or-later
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from bulletin_board.codec import canonical
from tally import test_modulus
from tally.record.manifest import Manifest
from tests.integration.voting_world import NOW, VOTERS, parties, questions, texts
from tests.keys import Stream
from voting.models import Election
from voting.rehearsal.parties import make_keys
from voting.rehearsal.staging import rehearsal_draft
from voting.services import log_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(settings, tmp_path, monkeypatch):
    settings.VERITALLY_DATA_DIR = tmp_path
    settings.VERITALLY_LOG_KEY_FILE = tmp_path / "log.key"
    monkeypatch.setenv(test_modulus.VARIABLE, test_modulus.VALUE)
    draft = rehearsal_draft(
        slug="autumn",
        title=texts("Autumn"),
        contests=questions(),
        parties=parties(),
        threshold=2,
        modulus_bits=1024,
        voters=VOTERS,
        now=NOW,
    )
    file = tmp_path / "draft.json"
    file.write_bytes(canonical.encode(draft.to_value()))
    return file


def run(name, *arguments):
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out)
    return out.getvalue()


def run_with(tmp_path, name, data):
    file = tmp_path / "handed-in"
    file.write_bytes(data)
    return run(name, "autumn", file)


def test_an_election_can_be_led_by_commands_alone(draft, tmp_path):
    run("make_log_key")
    assert "election id" in run("create_election", draft)
    for trustee in parties().trustees:
        assert trustee.card().fingerprint in run_with(tmp_path, "add_trustee", trustee.card().to_bytes())
    assert "missing      the roll" in run("status", "autumn")
    manifest = Manifest.from_bytes(run("manifest", "autumn").encode(), allow_test_modulus=True)
    keys = make_keys(parties(), manifest, entropy=Stream(b"commands"), allow_test_modulus=True)
    run_with(tmp_path, "add_key", keys.draft)
    for acknowledgement in keys.acknowledgements:
        run_with(tmp_path, "add_acknowledgement", acknowledgement)
    roll = parties().roll(manifest.election_id, VOTERS)
    assert f"{VOTERS} voters" in run_with(tmp_path, "add_roll", roll)
    said = run("freeze", "autumn")
    assert Election.objects.get().fingerprint in said
    run("open_election", "autumn")
    run("close_election", "autumn")
    run("start_tally", "autumn")
    assert "verifying" in run("status")
    assert Election.objects.get().state == "checking"


@pytest.mark.parametrize(
    "command", ["freeze", "open_election", "close_election", "start_tally", "publish", "manifest", "status"]
)
def test_a_command_for_an_unknown_election_is_refused(command):
    with pytest.raises(CommandError, match="UnknownElection"):
        run(command, "nowhere")


@pytest.mark.parametrize("command", ["open_election", "close_election", "start_tally", "publish"])
def test_a_command_at_the_wrong_time_is_refused_by_name(draft, command):
    run("make_log_key")
    run("create_election", draft)
    with pytest.raises(CommandError, match=r"Refused \((WrongState|NotOpen)\)"):
        run(command, "autumn")


def test_freezing_too_early_says_what_is_missing(draft):
    run("make_log_key")
    run("create_election", draft)
    with pytest.raises(CommandError, match=r"NotReady.*the roll"):
        run("freeze", "autumn")


def test_a_log_key_is_never_overwritten(draft):
    run("make_log_key")
    before = log_key.key_file().read_bytes()
    with pytest.raises(CommandError, match="UnusableKeyFile"):
        run("make_log_key")
    assert log_key.key_file().read_bytes() == before


def test_a_missing_file_is_refused_in_a_sentence(draft, tmp_path):
    run("make_log_key")
    run("create_election", draft)
    with pytest.raises(CommandError, match="FileRefused"):
        run("add_roll", "autumn", tmp_path / "nothing")
