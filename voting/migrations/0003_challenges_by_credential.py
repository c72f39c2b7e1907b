# SPDX-License-Identifier: AGPL-3.0-or-later
"""A challenge is of a credential's own ballot."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0002_rechecked"),
    ]

    operations = [
        migrations.AlterField(
            model_name="challenged",
            name="tracker",
            field=models.CharField(db_index=True, max_length=64),
        ),
        migrations.AddConstraint(
            model_name="challenged",
            constraint=models.UniqueConstraint(
                fields=("election", "credential", "tracker"), name="one_challenge_of_a_ballot"
            ),
        ),
    ]
