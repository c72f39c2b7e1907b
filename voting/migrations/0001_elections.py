# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of the polling place."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("bulletin_board", "0001_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Election",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=64, unique=True)),
                ("election_id", models.CharField(max_length=32, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("frozen", "frozen"),
                            ("open", "open"),
                            ("closed", "closed"),
                            ("checking", "checking"),
                            ("tallied", "tallied"),
                            ("final", "final"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                ("draft", models.JSONField()),
                ("manifest", models.BinaryField(null=True)),
                ("roll", models.BinaryField(null=True)),
                ("key", models.BinaryField(null=True)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "log",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="election",
                        to="bulletin_board.log",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Challenged",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("credential", models.CharField(max_length=64)),
                ("tracker", models.CharField(max_length=64, unique=True)),
                ("seq", models.PositiveBigIntegerField()),
                ("receipt", models.TextField(blank=True)),
                (
                    "election",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="challenges",
                        to="voting.election",
                    ),
                ),
            ],
            options={
                "ordering": ["seq"],
            },
        ),
        migrations.CreateModel(
            name="CastBallot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("credential", models.CharField(max_length=64)),
                ("tracker", models.CharField(max_length=64, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("supersedes", models.CharField(blank=True, max_length=64)),
                ("seq", models.PositiveBigIntegerField()),
                ("receipt", models.TextField(blank=True)),
                (
                    "election",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ballots",
                        to="voting.election",
                    ),
                ),
            ],
            options={
                "ordering": ["seq"],
                "constraints": [
                    models.UniqueConstraint(fields=("election", "seq"), name="one_ballot_an_entry"),
                    models.UniqueConstraint(
                        fields=("election", "credential", "supersedes"), name="one_ballot_supersedes_another"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrusteeSeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("index", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("signing_key", models.CharField(max_length=64)),
                ("encryption_key", models.CharField(max_length=64)),
                ("acknowledgement", models.BinaryField(default=b"")),
                (
                    "election",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="voting.election",
                    ),
                ),
            ],
            options={
                "ordering": ["index"],
                "constraints": [
                    models.UniqueConstraint(fields=("election", "index"), name="one_trustee_a_seat"),
                    models.UniqueConstraint(fields=("election", "signing_key"), name="one_seat_a_trustee"),
                ],
            },
        ),
    ]
