# SPDX-License-Identifier: AGPL-3.0-or-later
"""One registration an address; messages that are tried again.

Of several settled registrations with one address, the one that was confirmed by e-mail keeps it, otherwise
the first. The others lose the address, so that no list of expected addresses speaks for them; where they are
approved in a draft, they are to be decided on again.
"""

from typing import Any

from django.db import migrations, models
from django.db.models import F, Q


def keep_one_an_address(apps: Any, _editor: object) -> None:
    Registration = apps.get_model("registration", "Registration")
    settled = Registration.objects.exclude(state="waiting").exclude(address="")
    taken = set()
    # "email" comes before "oidc"; somebody's own address is theirs before it is what a provider says of them.
    for row in settled.select_related("election").order_by("kind", "pk"):
        place = (row.election_id, row.address)
        if place in taken:
            row.address = ""
            if row.state == "approved" and row.election.state == "draft":
                row.state = "confirmed"
            row.save(update_fields=["address", "state"])
        taken.add(place)


def make_unsent_due(apps: Any, _editor: object) -> None:
    Registration = apps.get_model("registration", "Registration")
    Registration.objects.filter(state="waiting", token="").update(due_at=F("at"))


class Migration(migrations.Migration):
    dependencies = [
        ("registration", "0001_registration"),
    ]

    operations = [
        migrations.AddField("registration", "due_at", models.DateTimeField(null=True)),
        migrations.AddField("registration", "failures", models.PositiveSmallIntegerField(default=0)),
        migrations.RunPython(keep_one_an_address, migrations.RunPython.noop),
        migrations.RunPython(make_unsent_due, migrations.RunPython.noop),
        migrations.AddConstraint(
            "registration",
            models.UniqueConstraint(
                condition=~Q(state="waiting") & ~Q(address=""),
                fields=("election", "address"),
                name="one_registration_an_address",
            ),
        ),
        migrations.AddIndex(
            "registration",
            models.Index(fields=["state", "due_at"], name="registration_messages_due"),
        ),
    ]
