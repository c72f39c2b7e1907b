# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that accepts test keys, and reading what its pages say."""

import html
import re

import pytest

from bulletin_board.signing import create_key_file
from tally import test_modulus


@pytest.fixture
def server(settings, monkeypatch, tmp_path):
    """Test keys, a data folder of its own, and always the same log key, so that elections are made once."""
    monkeypatch.setenv(test_modulus.VARIABLE, test_modulus.VALUE)
    settings.VERITALLY_LOG_KEY_FILE = tmp_path / "log.key"
    settings.VERITALLY_DATA_DIR = tmp_path
    create_key_file(settings.VERITALLY_LOG_KEY_FILE, entropy=lambda length: b"\7" * length)


def page(client, address: str) -> str:
    """The HTML at an address that must be there."""
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def words(markup: str) -> str:
    """What a person reads: no tags, one space between words."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    text = re.sub(r"</?(bdi|strong|span|wbr|a|code)\b[^>]*>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).replace("\xa0", " ").split())
