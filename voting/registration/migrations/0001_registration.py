# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of the registration."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("voting", "0003_challenges_by_credential"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["subject", "at"], name="registration_attempts")],
            },
        ),
        migrations.CreateModel(
            name="Window",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_open", models.BooleanField(default=False)),
                ("closes_at", models.DateTimeField(null=True)),
                (
                    "election",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="registration_window",
                        to="voting.election",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Expected",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(max_length=254)),
                (
                    "election",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="expected_voters",
                        to="voting.election",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("election", "address"), name="expected_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=[("email", "email"), ("oidc", "oidc")], max_length=8)),
                ("issuer", models.CharField(blank=True, max_length=300)),
                ("name", models.CharField(max_length=300)),
                ("address", models.CharField(blank=True, max_length=254)),
                ("subject", models.CharField(max_length=64)),
                ("credential", models.CharField(max_length=64)),
                ("record", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("confirmed", "Confirmed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("token", models.CharField(blank=True, db_index=True, max_length=64)),
                ("language", models.CharField(default="en", max_length=16)),
                ("at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "election",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="registrations",
                        to="voting.election",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting"), _negated=True),
                        fields=("election", "subject"),
                        name="one_registration_a_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting"), _negated=True),
                        fields=("election", "credential"),
                        name="one_person_a_key",
                    ),
                ],
            },
        ),
    ]
