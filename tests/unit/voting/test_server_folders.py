# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server makes the folders that it needs, and no other account can read them."""

from pathlib import Path

from django.apps import apps

from voting.celery import make_broker_folders


def test_the_data_folder_is_made_when_the_server_starts(settings, tmp_path: Path) -> None:
    settings.VERITALLY_DATA_DIR = tmp_path / "new" / "data"
    apps.get_app_config("voting").ready()
    assert settings.VERITALLY_DATA_DIR.stat().st_mode & 0o777 == 0o700


def test_only_the_folders_of_the_transport_are_made(settings, tmp_path: Path) -> None:
    messages, control = tmp_path / "broker" / "messages", tmp_path / "broker" / "control"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "polling_interval": 0.05,
    }
    make_broker_folders()
    assert sorted(folder.name for folder in messages.parent.iterdir()) == ["control", "messages"]
    assert messages.stat().st_mode & 0o777 == control.stat().st_mode & 0o777 == 0o700


def test_redis_needs_no_folders(settings, tmp_path: Path) -> None:
    settings.VERITALLY_DATA_DIR = tmp_path
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
    make_broker_folders()
    assert list(tmp_path.iterdir()) == []
