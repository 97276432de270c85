"""Movements know the channel that told them. Adds a column with a default, fills it in portions.

Until now a movement of OData was known by the colons of its identifier; one whose last word came
in a file of another channel is none of its own.
"""

from django.db import migrations, models
from django.db.models import Exists, OuterRef

PORTION = 10_000


def fill(apps, _schema_editor):
    entry = apps.get_model("sync", "SettlementEntry")
    file = apps.get_model("sync", "ReceivedFile")
    told_otherwise = file.objects.filter(pk=OuterRef("receipt")).exclude(channel="odata")
    fetched = entry.objects.filter(~Exists(told_otherwise), ref__contains=":", origin="")
    last = 0
    while keys := list(
        fetched.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PORTION]
    ):
        fetched.filter(pk__gt=last, pk__lte=keys[-1]).update(origin="odata")
        last = keys[-1]


class Migration(migrations.Migration):
    dependencies = [("sync", "0009_seed_schedules")]

    operations = [
        migrations.AddField(
            model_name="settlemententry",
            name="origin",
            field=models.CharField(
                blank=True,
                choices=[
                    ("exchange", "exchange"),
                    ("push", "JSON push"),
                    ("odata", "OData"),
                    ("folder", "folder"),
                    ("person", "uploaded by a person"),
                ],
                default="",
                max_length=10,
                verbose_name="told by",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
