# SPDX-License-Identifier: AGPL-3.0-or-later
"""What witnesses say against a log's history."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bulletin_board", "0003_selfcheck"),
    ]

    operations = [
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("witness", models.CharField(max_length=512)),
                ("size", models.PositiveBigIntegerField()),
                ("is_fork", models.BooleanField(default=False)),
                (
                    "log",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="bulletin_board.log",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("log", "witness"), name="objection_unique")],
            },
        ),
    ]
