"""What tells new products of a run from old ones, and twins that are bound.

Columns with defaults on small tables; no row is rewritten on PostgreSQL.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0006_outbox_attempts")]

    operations = [
        migrations.AddField(
            "run", "products_before", models.BigIntegerField(editable=False, null=True)
        ),
        migrations.AddField(
            "twin",
            "dead_ref",
            models.CharField(blank=True, default="", editable=False, max_length=255),
            preserve_default=False,
        ),
        migrations.AddField("twin", "is_sure", models.BooleanField(default=False, editable=False)),
    ]
