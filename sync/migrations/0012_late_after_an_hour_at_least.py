"""An order counts as late after an hour at the earliest."""

from typing import Any

import django.core.validators
from django.db import migrations, models


def raise_none(apps: Any, _editor: Any) -> None:
    """No hours were taken for one."""
    apps.get_model("sync", "Connection").objects.filter(unconfirmed_hours=0).update(
        unconfirmed_hours=1
    )


class Migration(migrations.Migration):
    dependencies = [("sync", "0011_leases_without_log")]
    operations = [
        migrations.RunPython(raise_none, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="connection",
            name="unconfirmed_hours",
            field=models.PositiveSmallIntegerField(
                default=24,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="alarm for orders not confirmed after, hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.CheckConstraint(
                condition=models.Q(("unconfirmed_hours__gte", 1)),
                name="sync_connection_unconfirmed_hours",
            ),
        ),
    ]
