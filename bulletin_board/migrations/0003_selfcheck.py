# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far the check of a log's stored bytes has come."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bulletin_board", "0002_cosignatures"),
    ]

    operations = [
        migrations.CreateModel(
            name="SelfCheck",
            fields=[
                (
                    "log",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="self_check",
                        serialize=False,
                        to="bulletin_board.log",
                    ),
                ),
                ("position", models.PositiveBigIntegerField(default=0)),
                ("target", models.PositiveBigIntegerField(default=0)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(blank=True)),
            ],
        ),
    ]
