"""The reason without its particulars, for objects refused before it was kept; in portions.

A reason begins with words of a list, in the language of the worker, and goes on behind a colon.
"""

from __future__ import annotations

from django.db import migrations
from django.utils.translation import gettext, override

PORTION = 1000


def fill(apps, _schema_editor):
    from sync.intake.reasons import OF_FILES, OF_OBJECTS

    rejection = apps.get_model("sync", "Rejection")
    keys = {}
    with override("ru"):
        for words in (*OF_FILES, *OF_OBJECTS):
            keys[words] = keys[gettext(words)] = words
    last = 0
    while rows := list(
        rejection.objects.filter(pk__gt=last, reason_key="").order_by("pk")[:PORTION]
    ):
        last = rows[-1].pk
        for row in rows:
            begins = row.reason.partition(": ")[0]
            row.reason_key = keys.get(begins, begins)[:120]
        rejection.objects.bulk_update(rows, ["reason_key"])


class Migration(migrations.Migration):
    dependencies = [("sync", "0007_new_products")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
