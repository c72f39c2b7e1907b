# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests of the voting page share: a polling place for each file, its browser, and its voters."""

import pytest

from tests.browser.polling_place import opened
from tests.browser.voters import Voter, chromium, voter


@pytest.fixture(scope="module")
def polls(tmp_path_factory):
    """The folder of the polling place, with its database."""
    return tmp_path_factory.mktemp("polling")


@pytest.fixture(scope="module")
def base(polls):
    with opened(polls) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def at(browser, base):
    """A function that brings a voter to an election; their browsers close at the end."""
    voters: list[Voter] = []

    def bring(slug: str, **options: object) -> Voter:
        voters.append(voter(browser, base, slug, **options))
        return voters[-1]

    yield bring
    for one in voters:
        one.context.close()
