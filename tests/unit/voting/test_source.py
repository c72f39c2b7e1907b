# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server hands out its source, and nothing else that lies in its folder."""

import io
import zipfile
from pathlib import Path

import pytest
from django.test import Client

from voting.source import source_archive, source_files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (
        "manage.py",
        "voting/urls.py",
        "scripts/venv",
        "voting/secret.env",
        "voting/log.key",
        "voting/db.sqlite3",
        "voting/__pycache__/urls.py",
        "var/broker/message.json",
        ".git/config.txt",
        ".env",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "voting/link.py").symlink_to(tmp_path / ".env")
    return tmp_path


def test_only_source_is_listed(root: Path) -> None:
    listed = [path.relative_to(root).as_posix() for path in source_files(root)]
    assert listed == ["manage.py", "scripts/venv", "voting/urls.py"]


def test_equal_sources_give_equal_archives(root: Path) -> None:
    first = source_archive(root)
    source_archive.cache_clear()
    (root / "manage.py").touch()
    assert source_archive(root) == first


def test_anyone_can_fetch_the_source(client: Client) -> None:
    response = client.get("/source/")
    names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert response["Content-Type"] == "application/zip"
    assert {"veritally/LICENSE", "veritally/manage.py", "veritally/voting/source.py"} <= set(names)


def test_an_operator_can_name_where_the_source_is(client: Client, settings) -> None:
    settings.VERITALLY_SOURCE_URL = "https://code.example.org/veritally"
    assert client.get("/source/")["Location"] == "https://code.example.org/veritally"


def test_the_source_cannot_be_posted_to(client: Client) -> None:
    assert client.post("/source/").status_code == 405
