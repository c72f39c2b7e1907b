# SPDX-License-Identifier: AGPL-3.0-or-later

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("bulletin_board", "0001_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("verifying", "Verifying"),
                            ("acknowledging", "Acknowledging"),
                            ("sharing", "Sharing"),
                            ("recorded", "Recorded"),
                            ("final", "Final"),
                            ("failed", "Failed"),
                        ],
                        default="verifying",
                        max_length=16,
                    ),
                ),
                ("verdict", models.TextField(blank=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("head_size", models.PositiveBigIntegerField(default=0)),
                ("head_root", models.BinaryField(default=b"", max_length=32)),
                ("counted_ballots", models.PositiveBigIntegerField(default=0)),
                ("counted_weight", models.PositiveBigIntegerField(default=0)),
                ("counted_hash", models.CharField(blank=True, max_length=64)),
                ("basis", models.BinaryField(default=b"")),
                (
                    "log",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tally",
                        to="bulletin_board.log",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "tallies",
            },
        ),
        migrations.CreateModel(
            name="StationRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("trustee", models.PositiveSmallIntegerField()),
                (
                    "phase",
                    models.CharField(
                        choices=[("acknowledge", "acknowledge"), ("share", "share")], max_length=16
                    ),
                ),
                ("number", models.UUIDField(unique=True)),
                ("acknowledgements", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("answered", "Answered"),
                            ("refused", "Refused"),
                            ("false", "False"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("sends", models.PositiveIntegerField(default=0)),
                ("last_sent", models.DateTimeField(null=True)),
                ("payload", models.BinaryField(default=b"")),
                ("verdict", models.TextField(blank=True)),
                (
                    "tally",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="requests", to="tally.tally"
                    ),
                ),
            ],
            options={
                "ordering": ["phase", "trustee"],
                "constraints": [
                    models.UniqueConstraint(fields=("tally", "trustee", "phase"), name="one_request_a_phase")
                ],
            },
        ),
    ]
