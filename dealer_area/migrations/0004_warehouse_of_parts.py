"""A part of an order remembers the warehouse it was given to 1C with."""

from typing import Any

from django.db import migrations, models


def fill(apps: Any, _editor: Any) -> None:
    """What 1C was told of each part stands in the order on its way to 1C."""
    parts = apps.get_model("dealer_area", "OrderPart").objects
    told = apps.get_model("sync", "OutboxOrder").objects
    of_parts = told.filter(number__in=parts.values("number"))
    for number, ref in of_parts.values_list("number", "payload__warehouse_ref"):
        parts.filter(number=number).update(warehouse_ref=ref or "")


class Migration(migrations.Migration):
    dependencies = [
        ("dealer_area", "0003_integration_rights"),
        ("sync", "0011_leases_without_log"),
    ]
    operations = [
        migrations.AddField(
            model_name="orderpart",
            name="warehouse_ref",
            field=models.CharField(blank=True, editable=False, max_length=255),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
