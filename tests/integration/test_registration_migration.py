# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of an earlier version: one address, one settled registration; unsent messages are due."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from voting.models import Election

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, AFTER = "0001_registration", "0002_addresses_and_messages"


def migrate(name):
    executor = MigrationExecutor(connection)
    executor.migrate([("registration", name)])
    return executor.loader.project_state([("registration", name)]).apps


@pytest.fixture
def earlier():
    """Tables as they were, and what makes rows in them."""
    apps = migrate(BEFORE)
    yield apps
    migrate(AFTER)


def rows(apps, state):
    now = timezone.now()
    election = Election.objects.create(
        slug=state, election_id=state, state=state, draft={}, opens_at=now, closes_at=now, created_at=now
    )

    def add(name, **values):
        plain = {"kind": "oidc", "subject": name, "credential": name, "record": b"", "at": now}
        apps.get_model("registration", "Registration").objects.create(
            election_id=election.pk, name=name, **(plain | values)
        )

    return add


@pytest.mark.parametrize(("state", "left"), [("draft", "confirmed"), ("frozen", "approved")])
def test_the_confirmed_address_keeps_it_and_others_are_decided_on_again(earlier, state, left):
    add = rows(earlier, state)
    add("one", address="ada@example.org", state="approved")
    add("two", address="ada@example.org", state="rejected")
    add("three", address="ada@example.org", state="approved", kind="email")
    add("four", address="ben@example.org", state="approved")
    add("five", address="", state="approved")
    add("six", address="", state="approved")
    found = migrate(AFTER).get_model("registration", "Registration").objects
    assert list(found.order_by("pk").values_list("name", "address", "state")) == [
        ("one", "", left),
        ("two", "", "rejected"),
        ("three", "ada@example.org", "approved"),
        ("four", "ben@example.org", "approved"),
        ("five", "", "approved"),
        ("six", "", "approved"),
    ]


def test_what_was_not_sent_is_due_and_what_was_is_not(earlier):
    add = rows(earlier, "draft")
    add("unsent", state="waiting", kind="email")
    add("sent", state="waiting", kind="email", token="x")
    add("settled", state="confirmed")
    found = migrate(AFTER).get_model("registration", "Registration").objects
    assert {row.name: row.due_at is not None for row in found.all()} == {
        "unsent": True,
        "sent": False,
        "settled": False,
    }
