# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("voting", "0003_challenges_by_credential")]

    operations = [
        migrations.AddField(
            "election", "booth", models.CharField(blank=True, max_length=64, default=""), False
        ),
    ]
