"""Give the bases that there are the schedules of a new base. Adds rows only; quick."""

from datetime import time

from django.db import migrations

SEEDS = [
    # kind, minutes, window, on, who fetches it where the base has an address or a folder
    ("catalogue", 1440, None, True, "folder"),
    ("stock", 5, None, True, "odata folder"),
    ("prices", 1440, (time(1), time(5)), True, "odata folder"),
    ("counterparties", 60, None, True, "odata"),
    ("contracts", 60, None, True, "odata"),
    ("statuses", 10, None, True, "odata folder"),
    ("settlements", 60, None, True, "odata"),
    ("payments", 1440, None, False, "folder"),
]


def seed(apps, _schema_editor):
    """As `sync.watching.schedule.ensure_schedules` does."""
    Schedule = apps.get_model("sync", "Schedule")
    for connection in apps.get_model("sync", "Connection").objects.all():
        for kind, period, window, is_on, channels in SEEDS:
            channel = "push"
            if connection.odata_url and "odata" in channels:
                channel = "odata"
            elif connection.folder and "folder" in channels:
                channel = "folder"
            Schedule.objects.get_or_create(
                connection=connection,
                kind=kind,
                defaults={
                    "channel": channel,
                    "period": period,
                    "window_from": window[0] if window else None,
                    "window_to": window[1] if window else None,
                    "is_on": is_on,
                },
            )


class Migration(migrations.Migration):
    dependencies = [("sync", "0008_reason_keys")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
