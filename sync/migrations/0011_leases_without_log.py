"""Leases are kept out of PostgreSQL's log: taking one need not wait for the disk.

After a crash of the database they are gone, with the connections of all who held one.
"""

from typing import Any

from django.db import migrations


def leave_log(apps: Any, schema_editor: Any) -> None:
    """No other database has such a table."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE sync_lease SET UNLOGGED")


def join_log(apps: Any, schema_editor: Any) -> None:
    """As Django makes tables."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE sync_lease SET LOGGED")


class Migration(migrations.Migration):
    dependencies = [("sync", "0010_origin_of_entries")]
    operations = [migrations.RunPython(leave_log, join_log)]
