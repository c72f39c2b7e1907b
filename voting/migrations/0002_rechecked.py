# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far the compact check of accepted ballots has come."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0001_elections"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rechecked",
            fields=[
                (
                    "election",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rechecked",
                        serialize=False,
                        to="voting.election",
                    ),
                ),
                ("seq", models.PositiveBigIntegerField(default=0)),
                ("ballots", models.PositiveBigIntegerField(default=0)),
                ("refused", models.JSONField(default=list)),
                ("claimed_until", models.DateTimeField(null=True)),
            ],
            options={"verbose_name_plural": "rechecked"},
        ),
    ]
