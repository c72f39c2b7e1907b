# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which commitments were kept or dropped, in order."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bulletin_board", "0004_objection"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommitmentsChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "log",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments_changes",
                        to="bulletin_board.log",
                    ),
                ),
                ("tracker", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["log", "id"], name="commitments_change_newest")],
            },
        ),
    ]
