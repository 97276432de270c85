"""Give the supplier's groups that there are the rights on what the exchange has got since.

What an administrator took away stays away: only rights on tables and actions that are new with
the complete exchange are added, and a group that does not exist is not made. Rows only; quick.
"""

from django.apps import apps as registry
from django.contrib.auth.management import create_permissions
from django.db import migrations

MONEY = ("view_settlementbalance", "view_settlemententry", "view_payment", "add_payment")
RIGHTS = {
    "Каталог": ("change_product",),
    "Руководитель продаж": ("view_outboxorder", "change_outboxorder"),
    "Финансы": MONEY,
    "Интеграция": (
        *MONEY,
        "view_token",
        "add_token",
        "change_token",
        "change_product",
        "change_warehouse",
        "change_alias",
        "change_run",
        "change_rejection",
        "change_outboxorder",
        "view_schedule",
        "change_schedule",
    ),
}


def give(apps, schema_editor):
    """As `dealer_area.roles` gives them to a group that is made now."""
    groups = list(apps.get_model("auth", "Group").objects.filter(name__in=RIGHTS))
    if not groups:
        return
    # permissions of the new tables are made only after all migrations otherwise
    create_permissions(
        registry.get_app_config("sync"), verbosity=0, using=schema_editor.connection.alias
    )
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="sync"
    )
    for group in groups:
        group.permissions.add(*permissions.filter(codename__in=RIGHTS[group.name]))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("dealer_area", "0002_parts_of_orders"),
        ("sync", "0009_seed_schedules"),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
