# SPDX-License-Identifier: AGPL-3.0-or-later
"""The row's half of a code whose message is not sent yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailed", "0001_codes")]

    operations = [
        migrations.AddField(
            model_name="recipient",
            name="half",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
