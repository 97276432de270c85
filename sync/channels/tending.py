"""What is done about folders each minute, whatever their schedules."""

from __future__ import annotations

import logging

from django.utils import timezone

from base.jobs import crontab, periodic
from sync.channels import folder, posting
from sync.models import Connection

log = logging.getLogger(__name__)


@periodic(crontab(minute="*"))
def tend_folders() -> None:
    """Put away what has been imported, go on with what was left lying, write orders for 1C."""
    bases = Connection.objects.filter(is_active=True, is_paused=False).exclude(folder="")
    for connection in bases.order_by("pk"):
        try:
            folder.tend(connection)
            posting.post(connection, at=timezone.now())
        except (folder.FolderFailed, OSError) as error:
            # whoever looks after the base is told by its schedule, which reads the same folder
            log.warning("folder of base %s: %s", connection.pk, error)
        except Exception:
            # whatever it was, other bases must not wait for it
            log.exception("folder of base %s", connection.pk)
