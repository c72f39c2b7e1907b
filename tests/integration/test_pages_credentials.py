# SPDX-License-Identifier: AGPL-3.0-or-later
"""The election's page says who vouches for the voters, and who made their secrets."""

from dataclasses import replace

import pytest

from tests.integration.voting_world import open_world
from voting.pages import records

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("credentials", "words"),
    [
        ("registrar", "This server has never had them."),
        ("voters", "This server knows who registered"),
        ("server", "That is the weaker choice"),
    ],
)
def test_the_page_says_plainly_who_made_the_codes(
    client, settings, tmp_path, monkeypatch, credentials, words
):
    open_world(settings, tmp_path, monkeypatch)
    fixed = records.fixed

    def with_credentials(election):
        found = fixed(election)
        registrar = replace(found.manifest.registrar, credentials=credentials)
        return replace(found, manifest=replace(found.manifest, registrar=registrar))

    monkeypatch.setattr(records, "fixed", with_credentials)
    text = client.get("/elections/spring/").content.decode()
    assert words in " ".join(text.split()).replace("&#x27;", "'")
